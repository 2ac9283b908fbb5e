#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/model.h"

namespace assay::catalog {

// The compiled catalogue: one JSON document with everything a run needs, made at build time and embedded. Cases stand
// in a document of their own, which only `catalog test` and `catalog show` read.
struct Image {
  std::string catalogue;
  std::string cases;
};

Image make_image(const Catalogue& catalogue);
// The digest is that of both documents.
Result<Catalogue> read_image(std::string_view catalogue);
Result<void> read_cases(std::string_view cases, Catalogue& catalogue);
// Changes when a table's columns, or the way to their values, change: what a snapshot's tables were made by.
std::string tables_definition_digest(const Catalogue& catalogue);
std::string image_digest(std::string_view catalogue, std::string_view cases);

// The catalogue this program was built with.
Result<Catalogue> embedded();
Result<void> add_embedded_cases(Catalogue& catalogue);

}  // namespace assay::catalog
