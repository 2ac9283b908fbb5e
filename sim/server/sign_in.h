#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sim/server/tokens.h"

namespace assay::sim::server {

// What becomes of a device code that was handed out.
enum class DeviceSignIn { Approve, Decline, Never };

// login.microsoftonline.com: tokens for a secret, a certificate, another party's token, a device code or a refresh
// token; discovery and keys.
class SignIn {
 public:
  // `tenant_names`: the tenant's id and all of its verified domains.
  SignIn(const ServerOptions& options, const Tokens& tokens, std::vector<Application> applications,
         std::vector<std::string> tenant_names);

  Response handle(const Request& request);

  void set_device_sign_in(DeviceSignIn what, int pending_polls);

 private:
  struct DeviceCode {
    std::string client;
    std::string scopes;
    WallTime issued;
    WallTime polled;
    int polls = 0;
  };

  Response token(const Request& request, const std::string& tenant, const Pairs& form);
  Response client_credentials(const Request& request, const std::string& tenant, const Pairs& form);
  Response device_code(const Pairs& form);
  Response poll_device_code(const Pairs& form);
  Response refresh(const Pairs& form);
  Response user_tokens(const Application& application, const std::string& scopes);
  Response discovery(const Request& request, const std::string& tenant) const;
  // 0: the assertion proves the application; else the number of the AADSTS error.
  int check_assertion(const Request& request, const std::string& tenant, const Application& application,
                      std::string_view assertion) const;
  Response error(int status, std::string_view name, int number, const std::string& what) const;
  const Application* application(std::string_view id) const;

  const ServerOptions& options_;
  const Tokens& tokens_;
  std::vector<Application> applications_;
  std::vector<std::string> tenant_names_;

  std::mutex mutex_;
  DeviceSignIn device_sign_in_ = DeviceSignIn::Approve;
  int pending_polls_ = 2;
  std::map<std::string, DeviceCode> device_codes_;
  std::map<std::string, DeviceCode> refresh_tokens_;
};

}  // namespace assay::sim::server
