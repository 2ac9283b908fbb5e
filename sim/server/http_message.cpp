#include "sim/server/http_message.h"

#include <algorithm>

#include "base/text.h"

namespace assay::sim::server {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string url_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus_is_blank ? ' ' : text[i]);
    }
  }
  return out;
}

std::string url_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

Pairs parse_form(std::string_view text) {
  Pairs out;
  if (text.empty()) return out;
  for (const auto part : text::split(text, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto value = equals < part.size() ? part.substr(equals + 1) : std::string_view();
    out.emplace_back(url_decode(part.substr(0, equals), true), url_decode(value, true));
  }
  return out;
}

std::string value_of(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (text::iequals(key, name)) return value;
  return {};
}

std::string_view Request::header(const std::string& lower_name) const {
  const auto found = headers.find(lower_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<std::string> Request::segments() const {
  std::vector<std::string> out;
  for (const auto part : text::split(path, '/'))
    if (!part.empty()) out.push_back(url_decode(part));
  return out;
}

Pairs Request::options() const { return parse_form(query); }

std::optional<std::string> Request::option(std::string_view name) const {
  for (auto& [key, value] : options())
    if (text::iequals(key, name)) return value;
  return std::nullopt;
}

Response& Response::set(std::string name, std::string value) {
  for (auto& [key, old] : headers) {
    if (!text::iequals(key, name)) continue;
    old = std::move(value);
    return *this;
  }
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (text::iequals(key, name)) return value;
  return {};
}

Response json_response(int status, const Json& body, std::string_view content_type) {
  Response out;
  out.status = status;
  out.set("Content-Type", std::string(content_type));
  out.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return out;
}

Response text_response(int status, std::string body, std::string_view content_type) {
  Response out;
  out.status = status;
  out.set("Content-Type", std::string(content_type));
  out.body = std::move(body);
  return out;
}

}  // namespace assay::sim::server
