#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/model.h"

namespace assay::catalog {

// The compiled catalogue, made at build time and embedded: what a run needs, and the details that only those read who
// explain, show or test a control: cases, remediation, rubric, a table's source. The first is JSON, a line a document:
// an index, then each framework, control, table and view in its order, so that a run reads what it asks for.
struct Image {
  std::string catalogue;
  std::string details;
};

Image make_image(const Catalogue& catalogue);
// The digest is that of both documents. With `only_framework`, just that framework, the topics that it names, the
// controls that answer it, and what these read.
Result<Catalogue> read_image(std::string_view catalogue, std::string_view only_framework = {});
Result<void> read_details(std::string_view details, Catalogue& catalogue);
// Changes when a table's columns, or the way to their values, change: what a snapshot's tables were made by.
std::string tables_definition_digest(const Catalogue& catalogue);
std::string image_digest(std::string_view catalogue, std::string_view details);

// The catalogue this program was built with.
Result<Catalogue> embedded(std::string_view only_framework = {});
Result<void> add_embedded_details(Catalogue& catalogue);

}  // namespace assay::catalog
