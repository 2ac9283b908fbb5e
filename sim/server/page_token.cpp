#include "sim/server/page_token.h"

#include "sim/server/jose.h"

namespace assay::sim::server {
namespace {

constexpr std::size_t kMacSize = 12;

std::string mac(const std::string& key, std::string_view content, std::string_view about) {
  std::string all(content);
  all.push_back('\n');
  all.append(about);
  return hmac_sha256(key, all).substr(0, kMacSize);
}

std::int64_t seconds(WallTime at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

std::string make_page_token(const std::string& key, const Json& content, std::string_view about, WallTime now) {
  const auto bytes = Json{{"c", content}, {"t", seconds(now)}}.dump();
  return base64url(mac(key, bytes, about) + bytes);
}

std::optional<PageToken> read_page_token(const std::string& key, std::string_view token, std::string_view about,
                                         WallTime now, std::chrono::seconds lifetime) {
  const auto bytes = from_base64url(token);
  if (!bytes || bytes->size() <= kMacSize) return std::nullopt;
  const auto content = bytes->substr(kMacSize);
  if (mac(key, content, about) != bytes->substr(0, kMacSize)) return std::nullopt;
  const auto json = Json::parse(content, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return PageToken{json["c"], seconds(now) - json.value("t", std::int64_t{0}) > lifetime.count()};
}

}  // namespace assay::sim::server
