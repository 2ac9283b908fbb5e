#include "collect/config.h"

#include <cstdlib>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"

namespace assay::collect {
namespace {

class Reader {
 public:
  Reader(std::filesystem::path file, YAML::Node root) : file_(std::move(file)), root_(std::move(root)) {}

  Error mistake(const YAML::Node& at, const std::string& message, const std::string& hint = {}) const {
    return invalid(fmt::format("`{}`:{}: {}", file_.string(), std::max(at.Mark().line, 0) + 1, message), hint);
  }

  Result<std::string> text(const char* key) const {
    const auto node = root_[key];
    if (!node || node.IsNull()) return std::string();
    if (!node.IsScalar()) return mistake(node, fmt::format("`{}` must be a word", key));
    return node.Scalar();
  }

  Result<std::vector<std::string>> texts(const char* key) const {
    std::vector<std::string> out;
    const auto node = root_[key];
    if (!node || node.IsNull()) return out;
    if (node.IsScalar()) {
      out.push_back(node.Scalar());
      return out;
    }
    if (!node.IsSequence()) return mistake(node, fmt::format("`{}` must be a list", key));
    for (const auto& item : node) {
      if (!item.IsScalar()) return mistake(item, fmt::format("`{}` must be a list of words", key));
      out.push_back(item.Scalar());
    }
    return out;
  }

  // A path is meant from where the file is.
  Result<std::filesystem::path> path(const char* key) const {
    const auto name = TRY(text(key));
    if (name.empty()) return std::filesystem::path();
    return file_.parent_path() / name;
  }

  // `<key>_file` or `<key>_env`. Under `<key>` itself a secret would lie in the file for all to see.
  Result<m365::Secret> secret(const char* key) const {
    if (root_[key])
      return mistake(root_[key], fmt::format("a `{}` does not belong in this file", key),
                     fmt::format("put it into a file of its own and name that as {}_file, or name a variable as {}_env",
                                 key, key));
    const auto in_file = std::string(key) + "_file";
    const auto in_variable = std::string(key) + "_env";
    if (root_[in_file]) {
      const auto secret_file = TRY(path(in_file.c_str()));
      const auto bytes = TRY(read_file(secret_file));
      const auto trimmed = text::trim(bytes);
      if (trimmed.empty()) return mistake(root_[in_file], fmt::format("`{}` is empty", secret_file.string()));
      return m365::Secret(std::string(trimmed));
    }
    if (root_[in_variable]) {
      const auto variable = TRY(text(in_variable.c_str()));
      const char* value = std::getenv(variable.c_str());
      if (value == nullptr || *value == '\0')
        return mistake(root_[in_variable], fmt::format("the variable `{}` is not set", variable));
      return m365::Secret(value);
    }
    return m365::Secret();
  }

  Result<m365::Credential> credential() const;
  const YAML::Node& root() const { return root_; }

 private:
  std::filesystem::path file_;
  YAML::Node root_;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<m365::Credential> Reader::credential() const {
  std::vector<std::pair<std::string, m365::Credential>> given;
  if (auto found = TRY(secret("secret")); !found.empty()) given.emplace_back("secret", m365::ClientSecret{found});
  if (const auto file = TRY(path("certificate")); !file.empty()) {
    const auto password = TRY(secret("certificate_password"));
    auto certificate = TRY(m365::Certificate::load(file, TRY(path("certificate_key")), password));
    auto algorithm = m365::Certificate::Algorithm::Ps256;
    if (const auto name = TRY(text("algorithm")); text::iequals(name, "RS256")) {
      algorithm = m365::Certificate::Algorithm::Rs256;
    } else if (!name.empty() && !text::iequals(name, "PS256")) {
      return mistake(root_["algorithm"], "`algorithm` is PS256 or RS256");
    }
    given.emplace_back(
        "certificate",
        m365::ClientCertificate{std::make_shared<const m365::Certificate>(std::move(certificate)), algorithm});
  }
  if (const auto file = TRY(path("federated_token_file")); !file.empty())
    given.emplace_back("federated_token_file", m365::Federated{file, {}, {}});
  if (const auto how = TRY(text("federated")); !how.empty()) {
    if (how != "github") return mistake(root_["federated"], "`federated` is github");
    given.emplace_back("federated", m365::Federated{{},
                                                    environment("ACTIONS_ID_TOKEN_REQUEST_URL"),
                                                    m365::Secret(environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))});
  }
  if (const auto node = root_["managed_identity"]; node && node.IsScalar() && node.Scalar() != "false")
    given.emplace_back(
        "managed_identity",
        m365::ManagedIdentity{node.Scalar() == "true" ? std::string() : node.Scalar(), environment("IDENTITY_ENDPOINT"),
                              m365::Secret(environment("IDENTITY_HEADER"))});
  if (TRY(text("device_code")) == "true") given.emplace_back("device_code", m365::DeviceCode{});
  if (given.empty())
    return invalid(fmt::format("`{}`: says nothing about how to sign in", file_.string()),
                   "give one of secret_file, secret_env, certificate, federated_token_file, federated, "
                   "managed_identity, device_code");
  if (given.size() > 1)
    return invalid(
        fmt::format("`{}`: `{}` and `{}` are two ways to sign in", file_.string(), given[0].first, given[1].first),
        "keep one");
  return std::move(given.front().second);
}

}  // namespace

Result<Config> read_config(const std::filesystem::path& file) {
  auto root = TRY(yaml::read(file));
  if (!root.IsMap()) return invalid(fmt::format("`{}`: must be a map", file.string()));
  const Reader in(file, root);
  static const std::vector<std::string> known{"tenant",
                                              "client",
                                              "secret_file",
                                              "secret_env",
                                              "certificate",
                                              "certificate_key",
                                              "certificate_password_file",
                                              "certificate_password_env",
                                              "algorithm",
                                              "federated_token_file",
                                              "federated",
                                              "managed_identity",
                                              "device_code",
                                              "cloud",
                                              "authority",
                                              "services",
                                              "skip",
                                              "with",
                                              "cloud_apps",
                                              "resolvers",
                                              "proxy",
                                              "ca_file",
                                              "connect_to",
                                              "limits",
                                              "secret",
                                              "certificate_password"};
  for (const auto& item : root) {
    if (!item.first.IsScalar() || std::find(known.begin(), known.end(), item.first.Scalar()) == known.end())
      return in.mistake(item.first, fmt::format("unknown key `{}`", item.first.IsScalar() ? item.first.Scalar() : "?"));
  }
  Config out;
  out.tenant = TRY(in.text("tenant"));
  out.client = TRY(in.text("client"));
  if (out.tenant.empty())
    return invalid(fmt::format("`{}`: needs `tenant`", file.string()), "the tenant's id or one of its domains");
  out.credential = TRY(in.credential());
  if (out.client.empty() && !std::holds_alternative<m365::ManagedIdentity>(out.credential))
    return invalid(fmt::format("`{}`: needs `client`", file.string()), "the application's id");
  out.cloud = TRY(in.text("cloud"));
  out.authority = TRY(in.text("authority"));
  out.services = TRY(in.texts("services"));
  out.skip = TRY(in.texts("skip"));
  out.with = TRY(in.texts("with"));
  out.cloud_apps = TRY(in.text("cloud_apps"));
  out.resolvers = TRY(in.texts("resolvers"));
  out.proxy = TRY(in.text("proxy"));
  out.ca_file = TRY(in.path("ca_file"));
  out.connect_to = TRY(in.text("connect_to"));
  const auto limits = TRY(in.text("limits"));
  if (!limits.empty() && limits != "none") return in.mistake(in.root()["limits"], "`limits` is none, or left out");
  out.paced = limits.empty();
  return out;
}

}  // namespace assay::collect
