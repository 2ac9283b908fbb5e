#include "catalog/source.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace assay::catalog {
namespace {

constexpr auto kKeys = std::to_array<std::string_view>(
    {"service",    "version", "path",      "method", "query", "headers", "body", "cmdlet",
     "parameters", "object",  "call",      "record", "name",  "list",    "rows", "each",
     "permission", "role",    "delegated", "sql",    "needs", "pages"});

// A value as text: a list is joined by commas, as query options want it.
std::string as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& item : value) parts.push_back(as_text(item));
  return text::join(parts, ",");
}

std::vector<std::string> as_list(const Json& value) {
  std::vector<std::string> out;
  if (value.is_array()) {
    for (const auto& item : value) out.push_back(as_text(item));
  } else if (!value.is_null()) {
    out.push_back(as_text(value));
  }
  return out;
}

}  // namespace

Result<Source> read_source(const Json& source) {
  if (!source.is_object()) return invalid("source: is no map");
  Source out;
  for (const auto& [key, value] : source.items())
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      return invalid(fmt::format("source: unknown key `{}`", key));
  const auto text_at = [&](const char* key) { return source.contains(key) ? as_text(source[key]) : std::string(); };
  const auto pairs = [&](const char* key) -> Result<std::vector<std::pair<std::string, std::string>>> {
    std::vector<std::pair<std::string, std::string>> list;
    if (!source.contains(key)) return list;
    if (!source[key].is_object()) return invalid(fmt::format("source.{}: is no map", key));
    for (const auto& [name, value] : source[key].items()) list.emplace_back(name, as_text(value));
    return list;
  };
  out.service = text_at("service");
  out.version = text_at("version");
  out.path = text_at("path");
  out.method = text_at("method");
  out.query = TRY(pairs("query"));
  out.headers = TRY(pairs("headers"));
  out.body = source.value("body", Json());
  out.cmdlet = text_at("cmdlet");
  out.parameters = source.value("parameters", Json::object());
  out.object = text_at("object");
  out.call = text_at("call");
  out.record = text_at("record");
  out.name = text_at("name");
  // Teams answers with a bare array.
  out.list = source.contains("list") ? text_at("list") : out.object.empty() || out.service != "teams" ? "/value" : "/";
  out.rows = text_at("rows");
  out.permissions = as_list(source.value("permission", Json()));
  out.role = text_at("role");
  if (source.contains("pages") && source["pages"].is_number_integer() && source["pages"] > 0)
    out.pages = source["pages"].get<std::size_t>();
  out.delegated = source.value("delegated", Json(false)) == Json(true);
  out.sql = text_at("sql");
  out.needs = as_list(source.value("needs", Json()));
  if (source.contains("each")) {
    const auto& each = source["each"];
    if (!each.is_object() || !each.contains("table") || !each.contains("columns"))
      return invalid("source.each: needs `table` and `columns`");
    out.each = Each{as_text(each["table"]), as_list(each["columns"]),
                    each.contains("where") ? as_text(each["where"]) : std::string(),
                    each.contains("most") && each["most"].is_number_integer() && each["most"] > 0
                        ? each["most"].get<std::size_t>()
                        : 0};
  }
  if (out.sql.empty() == out.service.empty()) return invalid("source: needs either `service` or `sql`");
  if (out.service == "graph") {
    if (out.version.empty()) out.version = "v1.0";
    if (out.version != "v1.0" && out.version != "beta") return invalid("source.version: is v1.0 or beta");
  }
  if (!out.service.empty()) {
    const int ways = (out.path.empty() ? 0 : 1) + (out.cmdlet.empty() ? 0 : 1) + (out.object.empty() ? 0 : 1) +
                     (out.record.empty() ? 0 : 1);
    if (ways != 1) return invalid("source: needs one of `path`, `cmdlet`, `object` and `record`");
  }
  if (!out.path.empty() && out.path.front() != '/') return invalid("source.path: begins with `/`");
  if (out.path.find('?') != std::string::npos) return invalid("source.path: options belong under `query`");
  if (out.method.empty()) out.method = "GET";
  return out;
}

std::string request_key(const Source& source) {
  Json key{{"service", source.service}, {"version", source.version}, {"path", source.path},
           {"method", source.method},   {"query", source.query},     {"headers", source.headers},
           {"body", source.body},       {"cmdlet", source.cmdlet},   {"parameters", source.parameters},
           {"object", source.object},   {"call", source.call},       {"record", source.record},
           {"name", source.name},       {"pages", source.pages}};
  if (source.each) key["each"] = {source.each->table, source.each->columns, source.each->where};
  return key.dump();
}

}  // namespace assay::catalog
