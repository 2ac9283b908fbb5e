#include "m365/service.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"

namespace assay::m365 {
namespace {

std::string text_at(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
}

double number_at(const Json& json, const char* key, double otherwise = 0) {
  return json.contains(key) && json[key].is_number() ? json[key].get<double>() : otherwise;
}

Limit limit_of(const Json& json) {
  Limit out;
  out.name = text_at(json, "name");
  out.amount = number_at(json, "amount");
  out.seconds = number_at(json, "seconds");
  out.at_once = static_cast<std::size_t>(number_at(json, "at_once"));
  out.units = json.value("units", Json(false)) == Json(true);
  if (json.contains("by_users") && json["by_users"].is_object())
    for (const auto& [users, amount] : json["by_users"].items())
      if (amount.is_number()) out.by_users.emplace_back(std::atof(users.c_str()), amount.get<double>());
  if (json.contains("paths") && json["paths"].is_array())
    for (const auto& path : json["paths"])
      if (path.is_string()) out.paths.push_back(path.get<std::string>());
  return out;
}

}  // namespace

Result<std::vector<Service>> read_services(const Json& list, std::string_view cloud) {
  std::vector<Service> out;
  if (!list.is_array()) return invalid("services: is no list");
  for (auto json : list) {
    const auto name = text_at(json, "service");
    if (name.empty()) return invalid("services: one has no name");
    if (json.contains("clouds") && json["clouds"].is_object() && json["clouds"].contains(cloud)) {
      const auto own = json["clouds"][std::string(cloud)];
      if (own.is_string() || own.is_boolean() || own.is_null()) continue;  // not offered there
      json.update(own);
    }
    Service service;
    service.name = name;
    service.title = text_at(json, "title");
    service.base = text_at(json, "base");
    service.resource = text_at(json, "resource");
    service.app_id = text_at(json, "app_id");
    if (json.contains("roles") && json["roles"].is_object())
      for (const auto& [role, id] : json["roles"].items())
        if (id.is_string()) service.roles.emplace(role, id.get<std::string>());
    service.next = text_at(json, "next");
    service.at_once = static_cast<std::size_t>(number_at(json, "at_once", 4));
    if (json.contains("headers") && json["headers"].is_object())
      for (const auto& [key, value] : json["headers"].items())
        if (value.is_string()) service.headers.emplace_back(key, value.get<std::string>());
    if (json.contains("limits") && json["limits"].is_array())
      for (const auto& limit : json["limits"]) service.limits.push_back(limit_of(limit));
    if (json.contains("costs") && json["costs"].is_object())
      for (const auto& [path, units] : json["costs"].items())
        if (units.is_number()) service.costs.emplace_back(path, units.get<double>());
    out.push_back(std::move(service));
  }
  return out;
}

bool path_begins(std::string_view path, std::string_view pattern) {
  const auto have = text::split(path.substr(std::min(path.size(), path.find_first_not_of('/'))), '/');
  const auto want = text::split(pattern.substr(std::min(pattern.size(), pattern.find_first_not_of('/'))), '/');
  if (have.size() < want.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i)
    if (want[i] != "*" && !text::iequals(have[i], want[i])) return false;
  return true;
}

double units_of(const Service& service, std::string_view path, const http::Headers& query) {
  double units = 1;
  std::size_t longest = 0;
  for (const auto& [pattern, cost] : service.costs) {
    if (pattern.size() < longest || !path_begins(path, pattern)) continue;
    // A cost belongs to the path itself, not to what lies below it.
    if (text::split(path, '/').size() != text::split(pattern, '/').size()) continue;
    longest = pattern.size();
    units = cost;
  }
  for (const auto& [name, value] : query) {
    if (text::iequals(name, "$select")) units -= 1;
    if (text::iequals(name, "$expand")) units += 1;
    if (text::iequals(name, "$top") && std::atoi(value.c_str()) < 20) units -= 1;
  }
  return std::max(1.0, units);
}

std::string filled(std::string_view text, const std::function<std::optional<std::string>(std::string_view)>& value_of) {
  std::string out;
  for (;;) {
    const auto open = text.find('{');
    const auto close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    out += text.substr(0, open);
    const auto name = text.substr(open + 1, close - open - 1);
    // Some texts hold identifiers in braces, which are no names.
    const bool is_name = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos;
    if (const auto value = is_name ? value_of(name) : std::nullopt) {
      out += *value;
    } else {
      out += text.substr(open, close - open + 1);
    }
    text.remove_prefix(close + 1);
  }
  return out + std::string(text);
}

}  // namespace assay::m365
