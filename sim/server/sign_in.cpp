#include "sim/server/sign_in.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.h"

namespace assay::sim::server {
namespace {

constexpr std::int64_t kClockSkew = 300;
constexpr std::chrono::seconds kDeviceCodeLifetime{900};
constexpr std::chrono::seconds kPollInterval{5};

std::int64_t seconds(WallTime at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

Response no_store(Response response) {
  response.set("Cache-Control", "no-store, no-cache").set("Pragma", "no-cache");
  return response;
}

// The address of a scope such as `https://graph.microsoft.com/.default`.
std::string address_of(std::string_view scope) {
  constexpr std::string_view kDefault = "/.default";
  if (scope.ends_with(kDefault)) return std::string(scope.substr(0, scope.size() - kDefault.size()));
  const auto slash = scope.rfind('/');
  return slash == std::string_view::npos ? "https://graph.microsoft.com" : std::string(scope.substr(0, slash));
}

bool is_certificate(const Json& header, const std::string& certificate) {
  const auto matches = [&](const char* member, const char* algorithm) {
    const auto named = from_base64url(header.value(member, ""));
    return named && !named->empty() && *named == thumbprint(certificate, algorithm);
  };
  return matches("x5t#S256", "SHA256") || matches("x5t", "SHA1");
}

}  // namespace

SignIn::SignIn(const ServerOptions& options, const Tokens& tokens, std::vector<Application> applications,
               std::vector<std::string> tenant_names)
    : options_(options),
      tokens_(tokens),
      applications_(std::move(applications)),
      tenant_names_(std::move(tenant_names)) {}

void SignIn::set_device_sign_in(DeviceSignIn what, int pending_polls) {
  const std::lock_guard lock(mutex_);
  device_sign_in_ = what;
  pending_polls_ = pending_polls;
}

const Application* SignIn::application(std::string_view id) const {
  for (const auto& one : applications_)
    if (text::iequals(one.id, id)) return &one;
  return nullptr;
}

Response SignIn::error(int status, std::string_view name, int number, const std::string& what) const {
  const auto trace = random_uuid();
  const auto correlation = random_uuid();
  const auto at = fmt::format("{:%Y-%m-%d %H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(seconds(options_.now()))));
  const auto description = number == 0 ? what
                                       : fmt::format("AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}",
                                                     number, what, trace, correlation, at);
  Json codes = Json::array();
  if (number != 0) codes.push_back(number);
  return no_store(
      json_response(status,
                    {{"error", name},
                     {"error_description", description},
                     {"error_codes", codes},
                     {"timestamp", at},
                     {"trace_id", trace},
                     {"correlation_id", correlation},
                     {"error_uri", "https://login.microsoftonline.com/error?code=" + std::to_string(number)}},
                    "application/json; charset=utf-8"));
}

Response SignIn::handle(const Request& request) {
  const auto parts = request.segments();
  if (parts.size() < 2) return text_response(404, "");
  const auto tenant = text::lower(parts[0]);
  std::string rest;
  for (std::size_t i = 1; i < parts.size(); ++i) rest += '/' + text::lower(parts[i]);

  const bool shared = tenant == "common" || tenant == "organizations";
  const bool known = std::any_of(tenant_names_.begin(), tenant_names_.end(),
                                 [&](const auto& name) { return text::iequals(name, tenant); });
  if (!shared && !known) {
    if (tenant.find('.') == std::string::npos && tenant.size() != 36)
      return error(
          400, "invalid_request", 900023,
          "Specified tenant identifier '" + tenant + "' is neither a valid DNS name, nor a valid external domain.");
    return error(400, "invalid_request", 90002,
                 "Tenant '" + tenant +
                     "' not found. Check to make sure you have the correct tenant ID and are signing "
                     "into the correct cloud.");
  }
  if (rest == "/v2.0/.well-known/openid-configuration") return discovery(request, tenant);
  if (rest == "/discovery/v2.0/keys") return json_response(200, tokens_.key_set());
  if (request.method != "POST") return text_response(405, "");
  const auto form = parse_form(request.body);
  if (rest == "/oauth2/v2.0/token") return token(request, tenant, form);
  if (rest == "/oauth2/v2.0/devicecode") return device_code(form);
  return text_response(404, "");
}

Response SignIn::discovery(const Request& request, const std::string& tenant) const {
  const auto& base = request.base;
  const auto id = tenant == "common" || tenant == "organizations" ? std::string("{tenantid}") : tokens_.tenant_id();
  const auto path = base + '/' + (id.front() == '{' ? tenant : id);
  return json_response(200, {{"issuer", base + '/' + id + "/v2.0"},
                             {"authorization_endpoint", path + "/oauth2/v2.0/authorize"},
                             {"token_endpoint", path + "/oauth2/v2.0/token"},
                             {"device_authorization_endpoint", path + "/oauth2/v2.0/devicecode"},
                             {"jwks_uri", path + "/discovery/v2.0/keys"},
                             {"token_endpoint_auth_methods_supported", {"client_secret_post", "private_key_jwt"}},
                             {"response_types_supported", {"code", "id_token"}},
                             {"subject_types_supported", {"pairwise"}},
                             {"id_token_signing_alg_values_supported", {"RS256"}},
                             {"scopes_supported", {"openid", "profile", "email", "offline_access"}},
                             {"tenant_region_scope", "EU"},
                             {"cloud_instance_name", "microsoftonline.com"},
                             {"cloud_graph_host_name", "graph.windows.net"},
                             {"msgraph_host", "graph.microsoft.com"}});
}

Response SignIn::token(const Request& request, const std::string& tenant, const Pairs& form) {
  const auto grant = value_of(form, "grant_type");
  const auto client = value_of(form, "client_id");
  if (client.empty())
    return error(400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.");
  const auto* app = application(client);
  if (app == nullptr)
    return error(
        400, "unauthorized_client", 700016,
        "Application with identifier '" + client + "' was not found in the directory '" + options_.tenant.name + "'.");
  if (!app->enabled)
    return error(401, "unauthorized_client", 7000112, "Application '" + client + "'(" + app->name + ") is disabled.");
  if (grant == "client_credentials") return client_credentials(request, tenant, form);
  if (grant == "urn:ietf:params:oauth:grant-type:device_code") return poll_device_code(form);
  if (grant == "refresh_token") return refresh(form);
  return error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '" + grant + "'.");
}

Response SignIn::client_credentials(const Request& request, const std::string& tenant, const Pairs& form) {
  const auto& app = *application(value_of(form, "client_id"));
  if (tenant == "common" || tenant == "organizations")
    return error(
        400, "invalid_request", 50059,
        "No tenant-identifying information found in either the request or implied by any provided credentials.");
  const auto scope = value_of(form, "scope");
  if (!scope.ends_with("/.default") || scope.find(' ') != std::string::npos)
    return error(400, "invalid_scope", 1002012,
                 "The provided value for scope " + scope +
                     " is not valid. Client credential flows must have a scope "
                     "value with /.default suffixed to the resource identifier (application ID URI).");
  const auto address = address_of(scope);
  const auto* resource = tokens_.resource(address);
  if (resource == nullptr)
    return error(
        400, "invalid_resource", 500011,
        "The resource principal named " + address + " was not found in the tenant named " + options_.tenant.name + ".");

  const auto secret = value_of(form, "client_secret");
  const auto assertion = value_of(form, "client_assertion");
  if (!assertion.empty()) {
    if (value_of(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      return error(400, "invalid_request", 50027, "The client assertion type is not supported.");
    switch (const int number = check_assertion(request, tenant, app, assertion)) {
      case 0:
        break;
      case 700213:
        return error(401, "invalid_request", number,
                     "No matching federated identity record found for presented assertion subject. Check your "
                     "federated identity credential Subject, Audience and Issuer against the presented assertion.");
      case 700024:
        return error(401, "invalid_client", number, "Client assertion is not within its valid time range.");
      default:
        return error(401, "invalid_client", number,
                     "The certificate with identifier used to sign the client assertion is not registered on "
                     "application, or the signature of the client assertion is not valid.");
    }
  } else if (secret.empty()) {
    return error(401, "invalid_client", 7000218,
                 "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
  } else if (secret == app.expired_secret) {
    return error(401, "invalid_client", 7000222,
                 "The provided client secret keys for app '" + app.id + "' are expired.");
  } else if (secret != app.secret) {
    return error(401, "invalid_client", 7000215,
                 "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
                 "value, not the client secret ID, for a secret added to app '" +
                     app.id + "'.");
  }
  const auto lifetime = options_.token_lifetime.count();
  return no_store(json_response(200,
                                {{"token_type", "Bearer"},
                                 {"expires_in", lifetime},
                                 {"ext_expires_in", lifetime},
                                 {"access_token", tokens_.app_token(app, *resource, address, assertion.empty())}},
                                "application/json; charset=utf-8"));
}

int SignIn::check_assertion(const Request& request, const std::string& tenant, const Application& app,
                            std::string_view assertion) const {
  const auto jwt = parse_jwt(assertion);
  if (!jwt) return 50027;
  const auto algorithm = jwt->header.value("alg", "");
  const auto now = seconds(options_.now());
  const auto text_claim = [&](const char* name) {
    const auto found = jwt->claims.find(name);
    return found != jwt->claims.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto time_claim = [&](const char* name, std::int64_t otherwise) {
    const auto found = jwt->claims.find(name);
    return found != jwt->claims.end() && found->is_number() ? found->get<std::int64_t>() : otherwise;
  };
  const bool timely = time_claim("exp", 0) + kClockSkew > now && time_claim("nbf", now) - kClockSkew <= now;

  if (text_claim("iss") != app.id) {
    for (const auto& other : app.federated) {
      if (text_claim("iss") != other.issuer || text_claim("sub") != other.subject ||
          text_claim("aud") != other.audience)
        continue;
      if (!other.key.verifies(algorithm, jwt->signed_text, jwt->signature)) return 700027;
      return timely ? 0 : 700024;
    }
    return 700213;
  }
  const auto found = std::find_if(app.certificates.begin(), app.certificates.end(),
                                  [&](const auto& certificate) { return is_certificate(jwt->header, certificate); });
  if (found == app.certificates.end()) return 700027;
  auto key = Key::of_certificate(*found);
  if (!key || !key->verifies(algorithm, jwt->signed_text, jwt->signature)) return 700027;
  if (text_claim("sub") != app.id) return 700021;
  std::vector<std::string> names = tenant_names_;
  names.push_back(tenant);
  bool for_us = false;
  for (const auto& name : names)
    for (const auto& base : {std::string("https://login.microsoftonline.com"), request.base})
      for (const auto* path : {"/oauth2/v2.0/token", "/v2.0"})
        for_us = for_us || text::iequals(text_claim("aud"), fmt::format("{}/{}{}", base, name, path));
  if (!for_us) return 700023;
  return timely ? 0 : 700024;
}

Response SignIn::device_code(const Pairs& form) {
  const auto client = value_of(form, "client_id");
  const auto* app = application(client);
  if (app == nullptr)
    return error(400, "unauthorized_client", 700016, "Application with identifier '" + client + "' was not found.");
  const auto code = base64url(random_bytes(48));
  auto user_code = text::lower(hex(random_bytes(5))).substr(0, 9);
  std::transform(user_code.begin(), user_code.end(), user_code.begin(),
                 [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
  const std::lock_guard lock(mutex_);
  device_codes_[code] = {client, value_of(form, "scope"), options_.now(), WallTime{}, 0};
  return no_store(
      json_response(200, {{"user_code", user_code},
                          {"device_code", code},
                          {"verification_uri", "https://microsoft.com/devicelogin"},
                          {"expires_in", kDeviceCodeLifetime.count()},
                          {"interval", kPollInterval.count()},
                          {"message",
                           "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter "
                           "the code " +
                               user_code + " to authenticate."}}));
}

Response SignIn::poll_device_code(const Pairs& form) {
  const std::lock_guard lock(mutex_);
  const auto found = device_codes_.find(value_of(form, "device_code"));
  if (found == device_codes_.end() || found->second.client != value_of(form, "client_id"))
    return error(400, "bad_verification_code", 70000, "The provided value for the 'device_code' is not valid.");
  auto& code = found->second;
  const auto now = options_.now();
  if (now - code.issued > kDeviceCodeLifetime)
    return error(400, "expired_token", 70020, "The provided value for the input parameter 'device_code' has expired.");
  const bool too_soon = code.polls > 0 && now - code.polled < kPollInterval;
  code.polled = now;
  if (too_soon) return error(400, "slow_down", 0, "Polling too often. Wait five seconds more between two requests.");
  if (device_sign_in_ == DeviceSignIn::Never || code.polls++ < pending_polls_)
    return error(400, "authorization_pending", 70016,
                 "OAuth 2.0 device flow error. Authorization is pending. Continue polling.");
  if (device_sign_in_ == DeviceSignIn::Decline)
    return error(400, "authorization_declined", 70017, "The end user denied the authorization request.");
  const auto* app = application(code.client);
  const auto scopes = code.scopes;
  device_codes_.erase(found);
  return user_tokens(*app, scopes);
}

Response SignIn::refresh(const Pairs& form) {
  const std::lock_guard lock(mutex_);
  const auto found = refresh_tokens_.find(value_of(form, "refresh_token"));
  if (found == refresh_tokens_.end() || found->second.client != value_of(form, "client_id"))
    return error(400, "invalid_grant", 70000, "Provided grant is invalid or malformed.");
  auto scopes = value_of(form, "scope");
  if (scopes.empty()) scopes = found->second.scopes;
  if (scopes.find("offline_access") == std::string::npos) scopes += " offline_access";
  return user_tokens(*application(found->second.client), scopes);
}

// The mutex is held.
Response SignIn::user_tokens(const Application& app, const std::string& scopes) {
  std::vector<std::string> granted;
  const ApiResource* resource = nullptr;
  bool refreshable = false;
  bool open_id = false;
  for (const auto part : text::split(scopes, ' ')) {
    if (part.empty() || part == "profile" || part == "email") continue;
    if (part == "offline_access") {
      refreshable = true;
      continue;
    }
    if (part == "openid") {
      open_id = true;
      continue;
    }
    const auto* meant = tokens_.resource(address_of(part));
    if (meant == nullptr)
      return error(400, "invalid_resource", 500011,
                   "The resource principal of " + std::string(part) + " was not found.");
    resource = resource == nullptr ? meant : resource;
    if (part.ends_with("/.default")) {
      for (auto& permission : permissions_of(*meant, app.permissions)) granted.push_back(std::move(permission));
    } else {
      const auto slash = part.rfind('/');
      granted.emplace_back(slash == std::string_view::npos ? part : part.substr(slash + 1));
    }
  }
  if (resource == nullptr) resource = tokens_.resource("graph");
  const auto scope_text = text::join(granted, " ");
  Json out{{"token_type", "Bearer"},
           {"scope", scope_text},
           {"expires_in", options_.token_lifetime.count()},
           {"ext_expires_in", options_.token_lifetime.count()},
           {"access_token", tokens_.user_token(app, *resource, scope_text)}};
  if (refreshable) {
    const auto token = base64url(random_bytes(64));
    refresh_tokens_[token] = {app.id, scopes, options_.now(), WallTime{}, 0};
    out["refresh_token"] = token;
  }
  if (open_id) out["id_token"] = tokens_.id_token(app);
  return no_store(json_response(200, out, "application/json; charset=utf-8"));
}

}  // namespace assay::sim::server
