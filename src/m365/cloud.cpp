#include "m365/cloud.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace assay::m365 {
namespace {

struct Known {
  std::string_view name;
  std::string_view authority;
  std::string_view sharepoint;
};
constexpr auto kClouds = std::to_array<Known>({
    {"commercial", "https://login.microsoftonline.com", "sharepoint.com"},
    {"gcc", "https://login.microsoftonline.com", "sharepoint.com"},
    {"gcchigh", "https://login.microsoftonline.us", "sharepoint.us"},
    {"dod", "https://login.microsoftonline.us", "sharepoint-mil.us"},
    {"china", "https://login.chinacloudapi.cn", "sharepoint.cn"},
});

// Again after half a second, one and two.
constexpr int kTriesAgain = 3;

constexpr auto kAuthorities = std::to_array<std::string_view>(
    {"https://login.microsoftonline.com", "https://login.microsoftonline.us", "https://login.chinacloudapi.cn"});

}  // namespace

std::optional<Cloud> cloud(std::string_view name) {
  for (const auto& known : kClouds)
    if (text::iequals(known.name, name))
      return Cloud{std::string(known.name), std::string(known.authority), std::string(known.sharepoint)};
  return std::nullopt;
}

Result<Tenant> tenant_of(std::string_view openid_configuration) {
  const auto json = Json::parse(openid_configuration, nullptr, false);
  if (!json.is_object()) return invalid("the sign-in service's description of the tenant is no JSON object");
  const auto member = [&](const char* name) {
    return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string();
  };
  // https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token
  const auto endpoint = member("token_endpoint");
  const auto authority = http::origin(endpoint);
  if (authority.empty()) return invalid("the sign-in service's description of the tenant has no token endpoint");
  // The host alone ends where a path would begin.
  const auto path = endpoint.substr(std::min(endpoint.size(), authority.size() + 1));
  const auto id = path.substr(0, path.find('/'));
  if (id.size() != 36) return invalid("the sign-in service's description of the tenant does not give its id");
  const auto region = member("tenant_region_scope");
  const auto sub = member("tenant_region_sub_scope");
  std::string name = "commercial";
  if (text::iequals(region, "USG") || text::iequals(region, "USGov")) {
    name = text::iequals(sub, "DOD") ? "dod" : "gcchigh";
  } else if (text::iequals(region, "CN")) {
    name = "china";
  } else if (text::iequals(sub, "GCC")) {
    name = "gcc";
  }
  Cloud found = *cloud(name);
  found.authority = authority;
  return Tenant{text::lower(id), found};
}

http::Task<Result<Tenant>> find_tenant(http::Loop& loop, http::Client& client, std::string name,
                                       std::string authority) {
  std::optional<Error> trouble;
  for (const auto known : kAuthorities) {
    const auto url = fmt::format("{}/{}/v2.0/.well-known/openid-configuration", authority.empty() ? known : authority,
                                 http::percent_encoded(name));
    std::optional<Result<http::Response>> answer_or_error;
    for (int attempt = 0;; ++attempt) {
      auto request = http::Request::get(url);
      answer_or_error = co_await client.send(std::move(request));
      const auto& got = *answer_or_error;
      const bool passes = got ? got->status == 429 || got->status >= 500 : got.error().code == ErrorCode::Network;
      if (!passes || attempt == kTriesAgain) break;
      co_await loop.sleep(std::chrono::milliseconds(500 << attempt));
    }
    auto& answer = *answer_or_error;
    if (!answer) {
      if (!trouble) trouble = answer.error();
    } else if (answer->status == 200) {
      co_return tenant_of(answer->body);
    } else if (answer->status >= 500 && !trouble) {
      trouble = Error{ErrorCode::Network, fmt::format("{}: status {}", http::host(url), answer->status),
                      "the sign-in service is out of order; try again later"};
    }
    if (!authority.empty()) break;
  }
  if (trouble) co_return *trouble;
  co_return Error{ErrorCode::NotFound, fmt::format("no cloud knows a tenant `{}`", name),
                  "give the tenant's id or one of its verified domains"};
}

}  // namespace assay::m365
