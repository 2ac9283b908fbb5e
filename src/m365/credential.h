#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"

// What proves to the sign-in service who asks. Secrets come from files or the environment, never from arguments, and
// never reach a message.
namespace assay::m365 {

// Text that must not be seen: it has no operator that prints it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

// A certificate with its private key, to sign assertions with.
class Certificate {
 public:
  // PEM with certificate and key in one file or two, or PFX (PKCS#12). RSA of 2048 bits or more.
  static Result<Certificate> load(const std::filesystem::path& file, const std::filesystem::path& key_file,
                                  const Secret& password);
  Certificate(Certificate&&) noexcept;
  Certificate& operator=(Certificate&&) noexcept;
  ~Certificate();

  enum class Algorithm { Ps256, Rs256 };
  // A signed assertion (RFC 7523) for the token endpoint `audience`, valid for ten minutes from `now` (seconds since
  // 1970). Microsoft's form: `x5t#S256` with PS256, `x5t` with RS256.
  Result<std::string> assertion(const std::string& client, const std::string& audience, std::int64_t now,
                                Algorithm algorithm) const;

 private:
  struct State;
  explicit Certificate(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct ClientSecret {
  Secret secret;
};
struct ClientCertificate {
  std::shared_ptr<const Certificate> certificate;
  Certificate::Algorithm algorithm = Certificate::Algorithm::Ps256;
};
// An assertion that another issuer signed: a file that is renewed (Kubernetes), or a URL that gives one (GitHub).
struct Federated {
  std::filesystem::path token_file;
  std::string request_url;
  Secret request_token;
};
// The machine itself: an Azure VM, App Service and its relatives, or Azure Arc.
struct ManagedIdentity {
  std::string client_id;  // of a user-assigned identity; empty: the system's
  std::string endpoint;   // IDENTITY_ENDPOINT; empty: the VM's metadata service
  Secret header;          // IDENTITY_HEADER of App Service; empty with an endpoint: Arc
};
// A person signs in on another device; `show` is given the words to show.
struct DeviceCode {
  std::function<void(const std::string& message)> show;
};

using Credential = std::variant<ClientSecret, ClientCertificate, Federated, ManagedIdentity, DeviceCode>;

std::string base64url(std::string_view bytes);

}  // namespace assay::m365
