#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "catalog/directory.h"

// What the fuzz targets share. A target stops the process where something does not hold; libFuzzer keeps the input.
namespace assay::fuzz {

inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A folder for parsers that read files: in memory where the machine has that, gone when the process ends.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    path_ = parent / ("assay-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::filesystem::path& name, std::string_view bytes) const {
    auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline const Folder& folder() {
  static const Folder here;
  return here;
}

// Tables that an export fills in every way there is.
inline const catalog::Catalogue& small_catalogue() {
  static const auto catalogue = [] {
    const auto& files = folder();
    files.write("small/tables/list.yaml", R"yaml(
table: policies
service: entra
about: A list with every kind of column.
key: [id]
source: {service: graph}
scubagear: {key: conditional_access_policies, command: Get-Policy}
columns:
  - {name: id}
  - {name: days, type: integer, absent: 0}
  - {name: share, type: real}
  - {name: enabled, type: boolean, absent: false}
  - {name: modified, type: datetime}
  - {name: users, pointer: /conditions/users, type: list, absent: []}
  - {name: rest, pointer: /conditions, type: json}
  - {name: state, values: {0: disabled, 1: enabled}}
children:
  - {table: policy_users, pointer: /conditions/users, columns: [{name: user, pointer: /}]}
  - {table: policy_parts, pointer: /parts, rows: map, columns: [{name: id, pointer: "@key"}, {name: size, type: integer}]}
)yaml");
    files.write("small/tables/map.yaml", R"yaml(
table: people
service: entra
about: An object keyed by id.
key: [id]
source: {service: graph}
scubagear: {key: privileged_users, shape: map, command: Get-PrivilegedUser}
columns: [{name: id, pointer: "@key"}, {name: name}]
)yaml");
    files.write("small/tables/rows.yaml", R"yaml(
table: data_policies
service: entra
about: Rows inside each element, of two ages.
key: [name]
source: {service: graph}
scubagear: [{key: dlp_policies, rows: /value}, {key: old_policies}]
columns: [{name: name}]
)yaml");
    std::vector<catalog::Problem> problems;
    auto read = catalog::read_directories({files.path() / "small"}, problems);
    must(read.has_value() && problems.empty(), "the small catalogue is sound");
    return std::move(read).take();
  }();
  return catalogue;
}

}  // namespace assay::fuzz
