#include "catalog/image.h"

// Laid out by embed.S: the compiled catalogue inside the program.
extern "C" const char assay_catalogue_begin[];
extern "C" const char assay_catalogue_end[];
extern "C" const char assay_cases_begin[];
extern "C" const char assay_cases_end[];
extern "C" const char assay_digest_begin[];
extern "C" const char assay_digest_end[];

namespace assay::catalog {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

}  // namespace

Result<Catalogue> embedded(std::string_view only_framework) {
  auto catalogue = TRY(read_image(between(assay_catalogue_begin, assay_catalogue_end), only_framework));
  catalogue.digest = between(assay_digest_begin, assay_digest_end);
  return catalogue;
}

Result<void> add_embedded_details(Catalogue& catalogue) {
  return read_details(between(assay_cases_begin, assay_cases_end), catalogue);
}

}  // namespace assay::catalog
