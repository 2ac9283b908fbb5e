#include "base/yaml.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace assay::yaml {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
constexpr int kMaxDepth = 64;
constexpr int kMaxNodes = 1'000'000;

Json scalar_to_json(const YAML::Node& node) {
  const auto& s = node.Scalar();
  if (node.Tag() == "!") return s;  // quoted
  if (s.empty() || s == "~" || s == "null") return nullptr;
  if (s == "true") return true;
  if (s == "false") return false;
  std::int64_t integer = 0;
  const auto* end = s.data() + s.size();
  if (const auto r = std::from_chars(s.data(), end, integer); r.ec == std::errc() && r.ptr == end) return integer;
  double real = 0;  // from_chars would also take `inf` and `nan`, which may be somebody's name
  const bool digits = s.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (const auto r = std::from_chars(s.data(), end, real); digits && r.ec == std::errc() && r.ptr == end) return real;
  return s;
}

// yaml-cpp recurses over flow collections, so depth is measured before it sees the text.
bool too_deep(const std::string& text) {
  int depth = 0;
  std::size_t line_indents = 0;
  bool at_line_start = true;
  std::size_t indent = 0;
  for (const char c : text) {
    if (c == '\n') {
      at_line_start = true;
      indent = 0;
    } else if (at_line_start && (c == ' ' || c == '-')) {
      ++indent;
    } else {
      at_line_start = false;
      line_indents = std::max(line_indents, indent);
      if (c == '[' || c == '{') {
        if (++depth > kMaxDepth) return true;
      } else if ((c == ']' || c == '}') && depth > 0) {
        --depth;
      }
    }
  }
  return line_indents > 1000;
}

Error too_deep_error(const std::string& name) {
  return {ErrorCode::Limit, fmt::format("`{}`: nested deeper than {} levels", name, kMaxDepth), {}};
}

// Walks the document as its readers will: an alias counts each time it is used, so one that lies in itself or that
// multiplies ends here and not in them.
class Inspection {
 public:
  explicit Inspection(const std::string& name) : name_(name) {}

  Result<void> inspect(const YAML::Node& node, int depth) {
    if (++nodes_ > kMaxNodes)
      return Error{ErrorCode::Limit, fmt::format("`{}`: more than {} values", name_, kMaxNodes), {}};
    if (depth > kMaxDepth) return too_deep_error(name_);
    if (node.IsScalar() && !text::is_utf8(node.Scalar()))
      return invalid(place(name_, node) + ": not UTF-8", "save it as UTF-8");
    if (node.IsSequence())
      for (const auto& item : node) TRY(inspect(item, depth + 1));
    if (!node.IsMap()) return {};
    std::set<std::string> keys;
    for (const auto& item : node) {
      TRY(inspect(item.first, depth + 1));
      const auto key = item.first.IsNull() ? "null" : item.first.Scalar();
      if (!item.first.IsSequence() && !item.first.IsMap() && !keys.insert(key).second)
        return invalid(fmt::format("{}: `{}` stands twice in one map", place(name_, item.first), key), "keep one");
      TRY(inspect(item.second, depth + 1));
    }
    return {};
  }

 private:
  const std::string& name_;
  int nodes_ = 0;
};

}  // namespace

Result<YAML::Node> parse(const std::string& text, const std::string& name) {
  if (too_deep(text)) return too_deep_error(name);
  try {
    auto document = YAML::Load(text);
    TRY(Inspection(name).inspect(document, 0));
    return document;
  } catch (const YAML::Exception& error) {
    return invalid(fmt::format("{}:{}: {}", name, error.mark.line + 1, error.msg), "it must be YAML");
  }
}

Result<YAML::Node> read(const std::filesystem::path& path) {
  const auto text = TRY(read_file(path, kMaxBytes));
  return parse(text, path.string());
}

std::string place(const std::string& file, const YAML::Node& node) {
  return fmt::format("{}:{}", file, std::max(node.Mark().line, 0) + 1);  // an empty document has no mark
}

std::string text(const YAML::Node& map, const char* key, const std::string& fallback) {
  if (!map.IsMap()) return fallback;
  const auto node = map[key];
  if (!node || !node.IsScalar()) return fallback;
  return node.Scalar();
}

std::vector<std::string> texts(const YAML::Node& map, const char* key) {
  std::vector<std::string> out;
  if (!map.IsMap()) return out;
  const auto node = map[key];
  if (!node || node.IsNull()) return out;
  if (node.IsScalar()) out.push_back(node.Scalar());
  if (node.IsSequence())
    for (const auto& item : node)
      if (item.IsScalar()) out.push_back(item.Scalar());
  return out;
}

std::string key_of(const YAML::Node& node) { return node.IsNull() ? "null" : node.Scalar(); }

Json to_json(const YAML::Node& node) {
  if (!node.IsDefined()) return nullptr;
  if (node.IsMap()) {
    Json out = Json::object();
    for (const auto& item : node) out[key_of(item.first)] = to_json(item.second);
    return out;
  }
  if (node.IsSequence()) {
    Json out = Json::array();
    for (const auto& item : node) out.push_back(to_json(item));
    return out;
  }
  return node.IsScalar() ? scalar_to_json(node) : Json(nullptr);
}

}  // namespace assay::yaml
