#include "m365/sign_in.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace assay::m365 {
namespace {

constexpr int kAttempts = 6;
constexpr double kLongestLife = 86400;  // seconds that a token is kept at most, whatever is said of it
constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Known {
  int code;
  std::string_view what;
  std::string_view hint;
};
constexpr auto kKnown = std::to_array<Known>({
    {7000215, "the client secret is wrong", "the secret's value is needed, not its id"},
    {7000222, "the client secret has expired", "make a new one, or better use a certificate"},
    {700027, "the certificate is not known to the application", "upload its public part to the app registration"},
    {700016, "the application does not exist in this tenant", "check client and tenant, and give admin consent"},
    {7000112, "the application is disabled in this tenant", "enable its enterprise application"},
    {90002, "there is no such tenant in this cloud", "check tenant and cloud"},
    {900023, "the tenant is not well-formed", "give its id or one of its domains"},
    {900021, "the tenant is not well-formed", "give its id or one of its domains"},
    {700213, "no federated credential matches", "issuer, subject and audience must be equal, letter by letter"},
    {70021, "no federated credential matches", "issuer, subject and audience must be equal, letter by letter"},
    {500011, "the service does not exist in this tenant", "it was never provisioned; nothing can be read from it"},
    {65001, "consent is missing", "give admin consent to the application"},
    {50076, "multifactor authentication is asked for", "sign in interactively, or use an application"},
    {50079, "multifactor authentication is asked for", "sign in interactively, or use an application"},
    {53003, "Conditional Access blocks the sign-in",
     "exclude the application's or person's sign-in, or sign in otherwise"},
});

std::string text_of(const Json& json, const char* name) {
  if (!json.is_object() || !json.contains(name)) return {};
  return json[name].is_string() ? json[name].get<std::string>() : json[name].dump();
}

double number_of(const Json& json, const char* name) {
  const auto text = text_of(json, name);
  return std::strtod(text.c_str(), nullptr);
}

std::string from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    if (c >= '0' && c <= '9') value = c - '0' + 52;
    if (c == '-' || c == '+') value = 62;
    if (c == '_' || c == '/') value = 63;
    if (value < 0) continue;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> static_cast<unsigned>(have) & 255U);
    }
  }
  return out;
}

bool may_try_again(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

Error sign_in_error(int status, std::string_view body) {
  const auto json = Json::parse(body, nullptr, false);
  const auto description = text_of(json, "error_description");
  int code = 0;
  if (const auto at = description.find("AADSTS"); at != std::string::npos)
    code = std::atoi(description.c_str() + at + 6);
  if (code == 0 && json.is_object() && json.contains("error_codes") && json["error_codes"].is_array() &&
      !json["error_codes"].empty() && json["error_codes"][0].is_number_integer())
    code = json["error_codes"][0].get<int>();
  for (const auto& known : kKnown)
    if (known.code == code)
      return {ErrorCode::Denied, fmt::format("sign-in was refused: {} (AADSTS{})", known.what, code),
              std::string(known.hint)};
  // The rest of a description is traces; its first sentence says it.
  auto first = description.substr(0, description.find("Trace ID"));
  if (first.empty()) first = text_of(json, "error");
  if (first.empty()) first = fmt::format("the sign-in service answered {}", status);
  return {may_try_again(status) ? ErrorCode::Network : ErrorCode::Denied,
          "sign-in was refused: " + text::shorten(text::trim(first), 300),
          {}};
}

std::vector<std::string> granted(std::string_view token) {
  std::vector<std::string> out;
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos) return out;
  const auto claims = Json::parse(from_base64url(token.substr(first + 1, second - first - 1)), nullptr, false);
  if (!claims.is_object()) return out;
  if (claims.contains("roles") && claims["roles"].is_array())
    for (const auto& role : claims["roles"])
      if (role.is_string()) out.push_back(role.get<std::string>());
  const auto scopes = text_of(claims, "scp");
  for (const auto scope : text::split(scopes, ' '))
    if (!scope.empty()) out.emplace_back(scope);
  return out;
}

struct SignIn::Held {
  std::string token;
  http::TimePoint renew_at{};
  std::optional<Error> trouble;
  std::unique_ptr<http::Event> under_way;
};

SignIn::SignIn(http::Loop& loop, http::Client& client, const Clock& clock, Identity identity)
    : loop_(loop), client_(client), clock_(clock), identity_(std::move(identity)) {}
SignIn::~SignIn() = default;

std::string SignIn::token_endpoint() const {
  return fmt::format("{}/{}/oauth2/v2.0/token", identity_.tenant.cloud.authority, identity_.tenant.id);
}

bool SignIn::refused(const std::string& resource, const std::string& token) {
  const auto found = held_.find(resource);
  if (found == held_.end()) return false;
  auto& held = *found->second;
  const bool ended = held.token != token || loop_.now() >= held.renew_at;
  if (held.token == token) held.token.clear();
  return ended;
}

http::Task<Result<std::string>> SignIn::token(std::string resource) {
  auto& slot = held_[resource];
  if (!slot) slot = std::make_unique<Held>();
  Held& held = *slot;
  for (;;) {
    if (!held.token.empty() && loop_.now() < held.renew_at) co_return held.token;
    if (!held.under_way) break;
    co_await held.under_way->wait();
    if (held.trouble) co_return *held.trouble;
  }
  held.under_way = std::make_unique<http::Event>(loop_);
  held.trouble.reset();
  auto renewed = co_await renew(resource, held);
  const auto event = std::move(held.under_way);
  if (!renewed) held.trouble = renewed.error();
  event->set();
  if (!renewed) co_return std::move(renewed).error();
  co_return held.token;
}

http::Task<Result<void>> SignIn::renew(std::string resource, Held& held) {
  if (const auto* device = std::get_if<DeviceCode>(&identity_.credential);
      device != nullptr && refresh_token_.empty()) {
    auto signed_in = co_await sign_in_by_device(resource, *device);
    CO_CHECK(signed_in);
  }
  for (int attempt = 1;; ++attempt) {
    auto request = co_await request_for(resource);
    CO_CHECK(request);
    auto answer = co_await client_.send(std::move(*request));
    const bool again = attempt < kAttempts;
    if (answer && answer->status == 200) {
      const auto json = Json::parse(answer->body, nullptr, false);
      held.token = text_of(json, "access_token");
      auto lifetime = number_of(json, "expires_in");
      if (lifetime <= 0 && number_of(json, "expires_on") > 0)
        lifetime = number_of(json, "expires_on") - static_cast<double>(clock_.now());
      lifetime = std::min(lifetime, kLongestLife);
      if (!held.token.empty() && lifetime > 0) {
        // Five minutes early, or for a short life when a fifth of it is left.
        const auto early = std::min(300.0, lifetime / 5);
        held.renew_at = loop_.now() +
                        std::chrono::duration_cast<http::Nanoseconds>(std::chrono::duration<double>(lifetime - early));
        if (auto refresh = text_of(json, "refresh_token"); !refresh.empty())
          refresh_token_ = Secret(std::move(refresh));
        co_return Result<void>();
      }
      if (!again) co_return Error{ErrorCode::Invalid, "the sign-in service's answer holds no token", {}};
    } else if (answer) {
      auto error = sign_in_error(answer->status, answer->body);
      // A certificate that was added a moment ago is not yet known everywhere.
      const bool spreading = error.message.find("AADSTS700027") != std::string::npos && attempt <= 3;
      if (!again || !(may_try_again(answer->status) || spreading)) co_return error;
      if (spreading) co_await loop_.sleep(std::chrono::seconds(attempt == 1 ? 2 : 10));
    } else if (!again || answer.error().code != ErrorCode::Network) {
      co_return std::move(answer).error();
    }
    auto wait = std::min(30.0, std::pow(2.0, attempt - 1) / 2);
    if (answer)
      if (const auto header = answer->header("Retry-After"))
        if (const auto seconds = http::retry_after(*header, clock_.now())) wait = std::min(*seconds, 120.0);
    co_await loop_.sleep(std::chrono::duration_cast<http::Nanoseconds>(std::chrono::duration<double>(wait)));
  }
}

http::Task<Result<http::Request>> SignIn::request_for(std::string resource) {
  http::Request request;
  request.method = "POST";
  request.url = token_endpoint();
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  http::Headers fields{{"client_id", identity_.client}, {"scope", resource + "/.default"}};
  if (const auto* secret = std::get_if<ClientSecret>(&identity_.credential)) {
    fields.emplace_back("grant_type", "client_credentials");
    fields.emplace_back("client_secret", secret->secret.reveal());
  } else if (const auto* certificate = std::get_if<ClientCertificate>(&identity_.credential)) {
    auto assertion =
        certificate->certificate->assertion(identity_.client, request.url, clock_.now(), certificate->algorithm);
    CO_CHECK(assertion);
    fields.emplace_back("grant_type", "client_credentials");
    fields.emplace_back("client_assertion_type", kAssertionType);
    fields.emplace_back("client_assertion", *assertion);
  } else if (const auto* federated = std::get_if<Federated>(&identity_.credential)) {
    auto assertion = co_await federated_assertion(*federated);
    CO_CHECK(assertion);
    fields.emplace_back("grant_type", "client_credentials");
    fields.emplace_back("client_assertion_type", kAssertionType);
    fields.emplace_back("client_assertion", *assertion);
  } else if (const auto* managed = std::get_if<ManagedIdentity>(&identity_.credential)) {
    auto asked = co_await managed_request(resource, *managed);
    co_return asked;
  } else {
    fields.emplace_back("grant_type", "refresh_token");
    fields.emplace_back("refresh_token", refresh_token_.reveal());
  }
  request.body = http::form(fields);
  co_return request;
}

http::Task<Result<std::string>> SignIn::federated_assertion(const Federated& federated) {
  if (!federated.token_file.empty()) {
    auto text = read_file(federated.token_file);
    CO_CHECK(text);
    co_return std::string(text::trim(*text));
  }
  http::Request request;
  request.url = federated.request_url + "&audience=" + http::percent_encoded("api://AzureADTokenExchange");
  request.headers = {{"Authorization", "Bearer " + federated.request_token.reveal()}};
  auto answer = co_await client_.send(std::move(request));
  CO_CHECK(answer);
  const auto value = text_of(Json::parse(answer->body, nullptr, false), "value");
  if (answer->status != 200 || value.empty())
    co_return Error{
        ErrorCode::Denied, fmt::format("the issuer of the federated token answered {}", answer->status), {}};
  co_return value;
}

http::Task<Result<http::Request>> SignIn::managed_request(std::string resource, const ManagedIdentity& managed) {
  http::Request request;
  const bool machine = managed.endpoint.empty();
  const bool arc = !machine && managed.header.empty();
  const auto* version = machine ? "2018-02-01" : arc ? "2020-06-01" : "2019-08-01";
  request.url = fmt::format("{}?api-version={}&resource={}",
                            machine ? "http://169.254.169.254/metadata/identity/oauth2/token" : managed.endpoint,
                            version, http::percent_encoded(resource));
  if (!managed.client_id.empty()) request.url += "&client_id=" + http::percent_encoded(managed.client_id);
  if (machine || arc) request.headers.emplace_back("Metadata", "true");
  if (!machine && !arc) request.headers.emplace_back("X-IDENTITY-HEADER", managed.header.reveal());
  if (!arc) co_return request;
  // Arc first names a file that only the machine's own services may read.
  auto challenge = co_await client_.send(request);
  CO_CHECK(challenge);
  const auto header = challenge->header("WWW-Authenticate").value_or("");
  const auto at = header.find("realm=");
  if (challenge->status != 401 || at == header.npos)
    co_return Error{ErrorCode::Denied, "Azure Arc's identity service did not ask for its proof", {}};
  auto proof = read_file(std::filesystem::path(text::trim(header.substr(at + 6))));
  CO_CHECK(proof);
  request.headers.emplace_back("Authorization", "Basic " + std::string(text::trim(*proof)));
  co_return request;
}

http::Task<Result<void>> SignIn::sign_in_by_device(std::string resource, const DeviceCode& device) {
  http::Request begin;
  begin.method = "POST";
  begin.url = fmt::format("{}/{}/oauth2/v2.0/devicecode", identity_.tenant.cloud.authority, identity_.tenant.id);
  begin.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  begin.body =
      http::form({{"client_id", identity_.client}, {"scope", resource + "/.default offline_access openid profile"}});
  auto began = co_await client_.send(std::move(begin));
  CO_CHECK(began);
  if (began->status != 200) co_return sign_in_error(began->status, began->body);
  const auto code = Json::parse(began->body, nullptr, false);
  device.show(text_of(code, "message"));
  auto interval = std::max(1.0, number_of(code, "interval"));
  const auto until =
      loop_.now() + std::chrono::seconds(static_cast<long>(std::max(60.0, number_of(code, "expires_in"))));
  while (loop_.now() < until) {
    co_await loop_.sleep(std::chrono::duration_cast<http::Nanoseconds>(std::chrono::duration<double>(interval)));
    http::Request poll;
    poll.method = "POST";
    poll.url = token_endpoint();
    poll.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    poll.body = http::form({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                            {"client_id", identity_.client},
                            {"device_code", text_of(code, "device_code")}});
    auto answer = co_await client_.send(std::move(poll));
    if (!answer) continue;
    const auto json = Json::parse(answer->body, nullptr, false);
    if (answer->status == 200) {
      refresh_token_ = Secret(text_of(json, "refresh_token"));
      if (!refresh_token_.empty()) co_return Result<void>();
      co_return Error{ErrorCode::Denied, "sign-in gave no refresh token",
                      "allow public client flows for the application"};
    }
    const auto error = text_of(json, "error");
    if (error == "slow_down") interval += 5;
    if (error != "authorization_pending" && error != "slow_down" && !may_try_again(answer->status))
      co_return sign_in_error(answer->status, answer->body);
  }
  co_return Error{ErrorCode::Denied, "nobody signed in before the code expired", "run it again"};
}

}  // namespace assay::m365
