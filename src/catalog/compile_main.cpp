// Build step: compiles the catalogue folder into the image that is embedded in the program.
//   assay-compile-catalogue CATALOGUE OUT
// Fails the build on any problem that would keep a control from running.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "catalog/check.h"
#include "catalog/directory.h"
#include "catalog/image.h"

namespace {

assay::Result<int> run(const std::filesystem::path& folder, const std::filesystem::path& out) {
  std::vector<assay::catalog::Problem> problems;
  auto catalogue = TRY(assay::catalog::read_directories({folder}, problems));
  assay::catalog::resolve_sql(catalogue, problems);
  for (const auto& problem : problems) fmt::print(stderr, "{}\n", assay::catalog::describe(problem));
  if (!problems.empty()) return 3;
  const auto image = assay::catalog::make_image(catalogue);
  TRY(assay::write_file(out / "catalogue.json", image.catalogue));
  TRY(assay::write_file(out / "cases.json", image.details));
  TRY(assay::write_file(out / "digest", assay::catalog::image_digest(image.catalogue, image.details)));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: assay-compile-catalogue CATALOGUE OUT\n");
    return 2;
  }
  auto done = run(argv[1], argv[2]);
  if (!done) {
    fmt::print(stderr, "error: {}\n", assay::describe(done.error()));
    return assay::exit_code(done.error().code);
  }
  return *done;
}
