#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/json.h"
#include "base/result.h"

// A thin reader over yaml-cpp that remembers the file and line of every value, so that a mistake can be named where
// it stands. yaml-cpp throws; nothing here does.
namespace assay::yaml {

// The document in a file; Invalid with `file:line` when it is not YAML in UTF-8 or a key stands twice in one map, Limit
// when it nests deeper than 64 levels (an anchor inside itself does), holds too many values or is too large.
Result<YAML::Node> read(const std::filesystem::path& path);
Result<YAML::Node> parse(const std::string& text, const std::string& name);

// `file:line` of a node (lines count from 1).
std::string place(const std::string& file, const YAML::Node& node);

// The scalar under `key`, or `fallback` when it is absent or null.
std::string text(const YAML::Node& map, const char* key, const std::string& fallback = {});
// A list of scalars under `key`; a single scalar is a list of one; absent is empty.
std::vector<std::string> texts(const YAML::Node& map, const char* key);

// A key as text: yaml-cpp takes a key `null` for the null value.
std::string key_of(const YAML::Node& node);

// A node as JSON. Plain `true`, `false`, `null`, `~` and numbers are values of their own kind, everything else and what
// stands in quotes is text; what is not there is null.
Json to_json(const YAML::Node& node);

}  // namespace assay::yaml
