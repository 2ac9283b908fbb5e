#include "import/graph_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace assay::import {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 1'000'000;

// The same however the path was typed.
fs::path whole_path(const fs::path& path) {
  std::error_code none;
  auto out = fs::absolute(path, none).lexically_normal();
  if (out.filename().empty()) out = out.parent_path();
  return out;
}

Result<void> add_file(const fs::path& path, std::string name, std::vector<ListedFile>& out) {
  const auto file = TRY(File::open(path));
  if (file.size() == 0) return invalid(fmt::format("`{}`: the file is empty", path.string()), "export it again");
  if (out.size() == kMostFiles)
    return Error{ErrorCode::Limit, fmt::format("more than {} files", kMostFiles), "is it the right folder?"};
  out.push_back({path, std::move(name), file.size()});
  return {};
}

Result<void> add_folder(const fs::path& folder, std::vector<ListedFile>& out) {
  const auto failed = [&](const std::error_code& error) {
    const bool denied = error == std::errc::permission_denied;
    return Error{denied ? ErrorCode::Denied : ErrorCode::Invalid,
                 fmt::format("`{}`: {}", folder.string(), denied ? "permission denied" : error.message()),
                 denied ? "read it as a user who may, or change its mode" : "check the path"};
  };
  const auto named = whole_path(folder);
  std::vector<fs::path> files;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, error);
  for (const auto end = fs::recursive_directory_iterator(); !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (name.starts_with('.')) {
      at.disable_recursion_pending();
      continue;
    }
    std::error_code none;
    if (!at->is_directory(none) && text::lower(at->path().extension().string()) == ".json") files.push_back(at->path());
  }
  if (error) return failed(error);
  if (files.empty())
    return invalid(fmt::format("`{}`: holds no file that ends in .json", folder.string()),
                   "give the folder with the answers of Microsoft Graph");
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    TRY(add_file(file, (named.filename() / file.lexically_relative(folder)).generic_string(), out));
  return {};
}

}  // namespace

Result<std::vector<ListedFile>> list_files(const std::vector<fs::path>& paths) {
  std::vector<ListedFile> out;
  for (const auto& path : paths) {
    std::error_code none;
    if (fs::is_directory(path, none)) {
      TRY(add_folder(path, out));
    } else {
      const auto named = whole_path(path);
      TRY(add_file(path, (named.parent_path().filename() / named.filename()).generic_string(), out));
    }
  }
  return out;
}

}  // namespace assay::import
