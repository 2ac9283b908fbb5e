#include "catalog/family.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace assay::catalog {
namespace {

using Values = std::map<std::string, YAML::Node>;

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // of a family written out, each value counted with its node
constexpr std::size_t kNodeBytes = 64;

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

struct Placeholder {
  std::size_t begin = 0;
  std::size_t end = 0;  // after `>`
  std::string name;
};

// The next `<name>` at or after `from`: a small letter, then small letters, digits and `_`.
std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t from) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (auto open = text.find('<', from); open != std::string_view::npos; open = text.find('<', open + 1)) {
    auto end = open + 1;
    while (end < text.size() &&
           (letter(text[end]) || (end > open + 1 && ((text[end] >= '0' && text[end] <= '9') || text[end] == '_'))))
      ++end;
    if (end > open + 1 && end < text.size() && text[end] == '>')
      return Placeholder{open, end + 1, std::string(text.substr(open + 1, end - open - 1))};
  }
  return std::nullopt;
}

void collect_placeholders(const YAML::Node& node, std::set<std::string>& out) {
  if (node.IsScalar()) {
    const auto& text = node.Scalar();
    for (auto p = next_placeholder(text, 0); p; p = next_placeholder(text, p->end)) out.insert(p->name);
  }
  if (node.IsSequence())
    for (const auto& item : node) collect_placeholders(item, out);
  if (node.IsMap())
    for (const auto& item : node) collect_placeholders(item.second, out);
}

// Copies a template with the values in it. A copy shares no memory with the file, since yaml-cpp would join the whole
// document to each control, and has no mark, as YAML::Clone would give it.
class Filler {
 public:
  // `bytes`: what has been written of the family; at kMaxBytes nothing more is.
  Filler(const Values& values, int line, std::size_t& bytes, std::vector<Family::Mistake>& mistakes)
      : values_(values), line_(line), bytes_(bytes), mistakes_(mistakes) {}

  YAML::Node fill(const YAML::Node& node) {
    if (bytes_ > kMaxBytes) return {};
    if (node.IsScalar()) return fill_text(node);
    bytes_ += kNodeBytes;
    YAML::Node out(node.Type());
    if (node.IsSequence())
      for (const auto& item : node) out.push_back(fill(item));
    if (node.IsMap())
      for (const auto& item : node) out.force_insert(fresh(item.first), fill(item.second));
    return out;
  }

 private:
  YAML::Node fresh(const YAML::Node& node) {
    if (bytes_ > kMaxBytes) return {};
    if (node.IsScalar()) return fresh_text(node.Scalar(), node.Tag());
    bytes_ += kNodeBytes;
    YAML::Node out(node.Type());
    if (node.IsSequence())
      for (const auto& item : node) out.push_back(fresh(item));
    if (node.IsMap())
      for (const auto& item : node) out.force_insert(fresh(item.first), fresh(item.second));
    return out;
  }

  YAML::Node fresh_text(const std::string& text, const std::string& tag) {
    bytes_ += kNodeBytes + text.size();
    YAML::Node out(text);
    out.SetTag(tag);  // whether it was quoted
    return out;
  }

  YAML::Node fill_text(const YAML::Node& node) {
    const auto& text = node.Scalar();
    auto placeholder = next_placeholder(text, 0);
    if (!placeholder) return fresh(node);
    if (placeholder->begin == 0 && placeholder->end == text.size()) {
      const auto found = values_.find(placeholder->name);
      return found == values_.end() ? YAML::Node() : fresh(found->second);
    }
    std::string out;
    std::size_t done = 0;
    for (; placeholder; placeholder = next_placeholder(text, done)) {
      out += text.substr(done, placeholder->begin - done);
      done = placeholder->end;
      const auto found = values_.find(placeholder->name);
      if (found == values_.end() || bytes_ + out.size() > kMaxBytes) continue;  // the caller says so
      if (found->second.IsScalar()) {
        out += found->second.Scalar();
      } else {
        mistakes_.push_back({line_, fmt::format("`{}` is no text, so `<{}>` cannot stand in one", placeholder->name,
                                                placeholder->name)});
      }
    }
    return fresh_text(out + text.substr(done), node.Tag());
  }

  const Values& values_;
  int line_;
  std::size_t& bytes_;
  std::vector<Family::Mistake>& mistakes_;
};

// Takes the values of `map` into `values`; those that the template has no place for are mistakes.
void take_values(const YAML::Node& map, const std::set<std::string>& places, Values& values,
                 std::vector<Family::Mistake>& mistakes) {
  for (const auto& item : map) {
    const auto& name = item.first.Scalar();
    if (places.count(name) == 0)
      mistakes.push_back({line_of(item.first), fmt::format("the family has no `<{}>`", name)});
    values.emplace(name, item.second);  // assigning would change the node that is there, wherever it is used
  }
}

}  // namespace

Family expand_family(const YAML::Node& file) {
  Family out;
  for (const auto& item : file)
    if (const auto& key = item.first.Scalar(); key != "family" && key != "defaults" && key != "members")
      out.mistakes.push_back({line_of(item.first), fmt::format("unknown key `{}`", key)});
  const auto shape = file["family"];
  const auto defaults = file["defaults"];
  const auto members = file["members"];
  if (!shape.IsMap()) {
    out.mistakes.push_back({line_of(shape), "`family` must be a map"});
    return out;
  }
  if (defaults && !defaults.IsMap()) {
    out.mistakes.push_back({line_of(defaults), "`defaults` must be a map"});
    return out;
  }
  if (!members || !members.IsSequence()) {
    out.mistakes.push_back({line_of(members ? members : file), "a family needs `members`, a list"});
    return out;
  }
  std::set<std::string> places;
  collect_placeholders(shape, places);
  Values common;
  if (defaults) take_values(defaults, places, common, out.mistakes);
  std::size_t bytes = 0;
  for (const auto& member : members) {
    const int line = line_of(member);
    if (!member.IsMap()) {
      out.mistakes.push_back({line, "must be a map"});
      continue;
    }
    const auto before = out.mistakes.size();
    Values values;
    take_values(member, places, values, out.mistakes);
    values.insert(common.begin(), common.end());
    for (const auto& name : places)
      if (values.count(name) == 0)
        out.mistakes.push_back({line, fmt::format("`{}` is missing: the family has `<{}>`", name, name)});
    auto control = Filler(values, line, bytes, out.mistakes).fill(shape);
    if (bytes > kMaxBytes) {
      out.mistakes.push_back({line, fmt::format("the family is larger than {} MB when written out", kMaxBytes >> 20)});
      return out;
    }
    if (out.mistakes.size() == before) out.members.push_back({control, line});
  }
  return out;
}

}  // namespace assay::catalog
