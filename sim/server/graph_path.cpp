#include "sim/server/graph_path.h"

#include <cctype>

#include "base/text.h"

namespace assay::sim::server {
namespace {

constexpr std::string_view kNamespaces[] = {"microsoft.graph.security.", "microsoft.graph."};

// `users('x')` and `servicePrincipals(appId='x')` are a list and a key; anything else in parentheses is a function.
bool split_key(const std::string& segment, std::string& list, std::string& property, std::string& key) {
  const auto open = segment.find('(');
  if (open == std::string::npos || !segment.ends_with("')")) return false;
  const auto inside = std::string_view(segment).substr(open + 1, segment.size() - open - 2);
  const auto quote = inside.find('\'');
  auto name = inside.substr(0, quote);
  if (!name.empty() && name.back() == '=') name.remove_suffix(1);
  const bool function = text::istarts_with(segment, "find") || text::istarts_with(segment, "get");
  if (function || quote == std::string_view::npos) return false;
  list = segment.substr(0, open);
  property = name;
  key = inside.substr(quote + 1, inside.size() - quote - 2);
  return true;
}

}  // namespace

std::string GraphPath::text() const { return text::join(segments, "/"); }

GraphPath parse_graph_path(const std::vector<std::string>& wire) {
  GraphPath out;
  if (wire.empty()) return out;
  out.version = text::lower(wire[0]);
  for (std::size_t i = 1; i < wire.size(); ++i) {
    auto segment = wire[i];
    const bool last = i + 1 == wire.size();
    if (last && text::iequals(segment, "$count")) {
      out.count = true;
      continue;
    }
    for (const auto prefix : kNamespaces) {
      if (!text::istarts_with(segment, prefix)) continue;
      segment.erase(0, prefix.size());
      // What is left is a type, unless it is called like a function or is one that needs no parentheses.
      const bool function = segment.find('(') != std::string::npos || text::iequals(segment, "delta") ||
                            text::istarts_with(segment, "run") || text::istarts_with(segment, "get");
      if (!function) {
        out.cast = "#microsoft.graph." + segment;
        segment.clear();
      }
      break;
    }
    if (segment.empty()) continue;
    if (last && (text::iequals(segment, "delta") || text::iequals(segment, "delta()"))) {
      out.delta = true;
      continue;
    }
    std::string list;
    std::string property;
    std::string key;
    if (split_key(segment, list, property, key)) {
      out.segments.push_back(list);
      out.segments.push_back(key);
      if (!property.empty() && !text::iequals(property, "id")) out.alternate_key = property;
      continue;
    }
    out.segments.push_back(segment);
  }
  return out;
}

}  // namespace assay::sim::server
