#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "http/client.h"
#include "m365/cloud.h"
#include "m365/credential.h"

// Access tokens: one for each resource, kept until shortly before it ends, asked for once however many tasks want it.
namespace assay::m365 {

struct Identity {
  Tenant tenant;
  std::string client;  // the application's id
  Credential credential;
};

class SignIn {
 public:
  SignIn(http::Loop& loop, http::Client& client, const Clock& clock, Identity identity);
  ~SignIn();

  // A bearer token for a resource such as `https://graph.microsoft.com`. Denied, with Entra ID's code (AADSTS…) and
  // what to do about it, when sign-in is refused.
  http::Task<Result<std::string>> token(std::string resource);
  // The service refused this token: the next `token` asks for another. True: it was at its end or replaced meanwhile,
  // as on a slow way, so that the refusal says nothing about rights.
  bool refused(const std::string& resource, const std::string& token);

  const Identity& identity() const { return identity_; }

 private:
  struct Held;
  http::Task<Result<void>> renew(std::string resource, Held& held);
  http::Task<Result<http::Request>> request_for(std::string resource);
  http::Task<Result<void>> sign_in_by_device(std::string resource, const DeviceCode& device);
  http::Task<Result<std::string>> federated_assertion(const Federated& federated);
  http::Task<Result<http::Request>> managed_request(std::string resource, const ManagedIdentity& managed);
  std::string token_endpoint() const;

  http::Loop& loop_;
  http::Client& client_;
  const Clock& clock_;
  Identity identity_;
  std::map<std::string, std::unique_ptr<Held>> held_;
  Secret refresh_token_;
};

// The roles in an application's token, or the scopes in a person's: what was granted. For diagnosis only; the token is
// not verified. Empty when it is no JWT.
std::vector<std::string> granted(std::string_view token);

// An error answer of the token endpoint, as one of ours.
Error sign_in_error(int status, std::string_view body);

}  // namespace assay::m365
