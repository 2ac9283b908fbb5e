#include "sim/server/odata_filter.h"

#include <cctype>
#include <vector>

#include "base/text.h"
#include "sim/server/filter_node.h"

namespace assay::sim::server {
namespace {

using Kind = FilterNode::Kind;
const Json kNull;

// 2026-01-10 and 2026-01-10T09:12:33.5Z in a form whose order as text is their order in time.
std::string sortable_time(const std::string& s) {
  auto out = s.substr(0, 19);
  if (out.size() == 10) out += "T00:00:00";
  std::string fraction;
  if (s.size() > 20 && s[19] == '.')
    for (std::size_t i = 20; i < s.size() && std::isdigit(static_cast<unsigned char>(s[i])) != 0; ++i) fraction += s[i];
  fraction.resize(9, '0');
  return out + '.' + fraction;
}

struct Scope {
  const Json* object;
  const Scope* outer = nullptr;
  std::string variable;
};

Json evaluate(const FilterNode& node, const Scope& scope);

bool truth(const FilterNode& node, const Scope& scope) {
  const auto value = evaluate(node, scope);
  return value.is_boolean() && value.get<bool>();
}

const Json& property(const std::string& path, const Scope& scope) {
  const auto first = path.substr(0, path.find('/'));
  for (const auto* at = &scope; at != nullptr; at = at->outer) {
    if (at->variable.empty()) return value_at(*at->object, path);
    if (at->variable == first)
      return first.size() == path.size() ? *at->object : value_at(*at->object, path.substr(first.size() + 1));
  }
  return kNull;
}

Json call(const FilterNode& node, const Scope& scope) {
  std::vector<Json> values;
  for (const auto& child : node.children) values.push_back(evaluate(*child, scope));
  if (node.name == "isof") {
    const auto& type = value_at(*scope.object, "@odata.type");
    auto wanted = values.back().is_string() ? values.back().get<std::string>() : std::string();
    return type.is_string() && text::iequals(type.get<std::string>(), "#" + wanted);
  }
  if (!values[0].is_string()) return false;
  const auto text = text::lower(values[0].get<std::string>());
  if (node.name == "tolower") return text;
  if (node.name == "toupper") return text;  // all comparisons are without case
  if (node.name == "length") return text.size();
  if (values.size() < 2 || !values[1].is_string()) return false;
  const auto part = text::lower(values[1].get<std::string>());
  if (node.name == "startswith") return text.starts_with(part);
  if (node.name == "endswith") return text.ends_with(part);
  return text.find(part) != std::string::npos;
}

bool has_flag(const Json& value, const Json& flag) {
  if (!value.is_string() || !flag.is_string()) return false;
  const auto all = value.get<std::string>();
  for (const auto part : text::split(all, ','))
    if (text::iequals(text::trim(part), flag.get<std::string>())) return true;
  return false;
}

Json compare(const FilterNode& node, const Scope& scope) {
  const auto left = evaluate(*node.children[0], scope);
  const auto right = evaluate(*node.children[1], scope);
  if (node.name == "has") return has_flag(left, right);
  if (node.name == "eq" || node.name == "ne") {
    const bool same =
        left.is_null() || right.is_null() ? left.is_null() && right.is_null() : compare_values(left, right) == 0;
    return same == (node.name == "eq");
  }
  if (left.is_null() || right.is_null()) return false;
  const int order = compare_values(left, right);
  if (node.name == "gt") return order > 0;
  if (node.name == "ge") return order >= 0;
  if (node.name == "lt") return order < 0;
  return order <= 0;
}

Json lambda(const FilterNode& node, const Scope& scope) {
  const auto& list = property(node.path, scope);
  const bool any = node.kind == Kind::Any;
  if (!list.is_array()) return !any;
  if (node.children.empty()) return !list.empty();
  for (const auto& element : list) {
    const Scope inner{&element, &scope, node.name};
    if (truth(*node.children[0], inner) == any) return any;
  }
  return !any;
}

Json evaluate(const FilterNode& node, const Scope& scope) {
  switch (node.kind) {
    case Kind::And:
      return truth(*node.children[0], scope) && truth(*node.children[1], scope);
    case Kind::Or:
      return truth(*node.children[0], scope) || truth(*node.children[1], scope);
    case Kind::Not:
      return !truth(*node.children[0], scope);
    case Kind::Compare:
      return compare(node, scope);
    case Kind::In: {
      const auto value = evaluate(*node.children[0], scope);
      for (std::size_t i = 1; i < node.children.size(); ++i)
        if (compare_values(value, evaluate(*node.children[i], scope)) == 0) return true;
      return false;
    }
    case Kind::Literal:
      return node.literal;
    case Kind::Property: {
      if (!node.name.ends_with("/$count")) return property(node.name, scope);
      const auto& list = property(node.name.substr(0, node.name.size() - 7), scope);
      return list.is_array() ? list.size() : 0;
    }
    case Kind::Call:
      return call(node, scope);
    case Kind::Any:
    case Kind::All:
      return lambda(node, scope);
  }
  return nullptr;
}

void collect_equalities(const FilterNode& node, Json& out) {
  if (node.kind == Kind::And)
    for (const auto& child : node.children) collect_equalities(*child, out);
  if (node.kind == Kind::Compare && node.name == "eq" && node.children[0]->kind == Kind::Property &&
      node.children[1]->kind == Kind::Literal)
    out[node.children[0]->name] = node.children[1]->literal;
}

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
  auto parsed = parse_filter(text);
  if (!parsed) return invalid("`" + std::string(text) + "` is not a filter", "see OData's $filter");
  Filter out;
  out.root_ = std::move(parsed->root);
  out.properties_ = std::move(parsed->properties);
  out.advanced_ = std::move(parsed->advanced);
  collect_equalities(*out.root_, out.equalities_);
  return out;
}

bool Filter::matches(const Json& object) const { return truth(*root_, {&object, nullptr, {}}); }

const Json& value_at(const Json& object, std::string_view path) {
  const Json* at = &object;
  for (const auto part : text::split(path, '/')) {
    if (!at->is_object()) return kNull;
    auto found = at->find(std::string(part));
    if (found == at->end())
      for (auto i = at->begin(); i != at->end(); ++i)
        if (text::iequals(i.key(), part)) found = i;
    if (found == at->end()) return kNull;
    at = &*found;
  }
  return *at;
}

int compare_values(const Json& a, const Json& b) {
  if (a.is_string() && b.is_string()) {
    auto left = a.get<std::string>();
    auto right = b.get<std::string>();
    if (is_time(left) && is_time(right)) {
      left = sortable_time(left);
      right = sortable_time(right);
    } else {
      left = text::lower(left);
      right = text::lower(right);
    }
    return left.compare(right);
  }
  if (a.is_number() && b.is_number()) {
    const auto left = a.get<double>();
    const auto right = b.get<double>();
    return left < right ? -1 : (left > right ? 1 : 0);
  }
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

}  // namespace assay::sim::server
