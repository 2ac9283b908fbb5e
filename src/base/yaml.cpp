#include "base/yaml.h"

#include <fmt/format.h>

#include "base/file.h"

namespace assay::yaml {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
constexpr int kMaxDepth = 64;

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

}  // namespace

Result<YAML::Node> parse(const std::string& text, const std::string& name) {
  if (too_deep(text)) return Error{ErrorCode::Limit, fmt::format("`{}`: nested deeper than {} levels", name, kMaxDepth), {}};
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return invalid(fmt::format("{}:{}: {}", name, error.mark.line + 1, error.msg), "it must be YAML");
  }
}

Result<YAML::Node> read(const std::filesystem::path& path) {
  const auto text = TRY(read_file(path, kMaxBytes));
  return parse(text, path.string());
}

std::string place(const std::string& file, const YAML::Node& node) {
  return fmt::format("{}:{}", file, node.Mark().line + 1);
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

}  // namespace assay::yaml
