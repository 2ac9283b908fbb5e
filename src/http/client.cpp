#include "http/client.h"

#include <charconv>
#include <ctime>

#include "base/text.h"

namespace assay::http {

std::optional<std::string_view> Response::header(std::string_view name) const {
  for (auto i = headers.rbegin(); i != headers.rend(); ++i)
    if (text::iequals(i->first, name)) return i->second;
  return std::nullopt;
}

std::string origin(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos || scheme == 0) return {};
  const auto end = url.find_first_of("/?#", scheme + 3);
  auto authority = url.substr(scheme + 3, end == url.npos ? url.npos : end - scheme - 3);
  // `https://good@evil` goes to evil: credentials in a URL are nobody's good idea, so such a URL has no origin.
  if (authority.empty() || authority.find_first_of("@\\ ") != authority.npos) return {};
  return text::lower(url.substr(0, scheme + 3)) + text::lower(authority);
}

std::string host(std::string_view url) {
  const auto from = origin(url);
  if (from.empty()) return {};
  auto name = from.substr(from.find("://") + 3);
  if (name.front() == '[') return name.substr(0, name.find(']') + 1);
  return name.substr(0, name.find(':'));
}

std::string percent_encoded(std::string_view text, std::string_view keep) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || keep.find(c) != keep.npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

std::string form(const Headers& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  return out;
}

std::optional<double> retry_after(std::string_view value, std::int64_t now) {
  value = text::trim(value);
  double seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size())
    return seconds >= 0 && seconds < 1e7 ? std::optional(seconds) : std::nullopt;
  std::tm tm{};
  const std::string text(value);
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &tm) == nullptr) return std::nullopt;
  const auto then = static_cast<std::int64_t>(::timegm(&tm));
  return then > now ? static_cast<double>(then - now) : 0;
}

}  // namespace assay::http
