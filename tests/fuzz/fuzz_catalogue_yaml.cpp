// A rule author's files: one input is laid down as a control, a table and a framework.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"
#include "catalog/check.h"
#include "catalog/directory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static const std::filesystem::path root = "/tmp/assay-fuzz-catalogue-" + std::to_string(::getpid());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto* place : {"controls/a/a.yaml", "tables/a/a.yaml", "frameworks/a/a.yaml"}) {
    std::filesystem::create_directories((root / place).parent_path());
    CHECK(write_file(root / place, text).has_value());
  }
  std::vector<catalog::Problem> problems;
  if (auto read = catalog::read_directories({root}, problems)) {
    catalog::resolve_sql(*read, problems);
    catalog::check_rules(*read, problems);
  }
  std::filesystem::remove_all(root);
  return 0;
}
