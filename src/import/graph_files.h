#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::import {

struct ListedFile {
  std::filesystem::path path;
  std::string name;  // with the folder that it lies in, and those between it and one that was named
  std::size_t size = 0;
};

// The files that are meant: those named, and all `*.json` at any depth in the folders named, by name; hidden ones and
// links to folders are passed over. Invalid when a folder holds none.
Result<std::vector<ListedFile>> list_files(const std::vector<std::filesystem::path>& paths);

}  // namespace assay::import
