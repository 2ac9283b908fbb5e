#pragma once

#include <string>
#include <vector>

#include "catalog/model.h"

// What the catalogue says, as pages for people: Markdown with links between the pages, or the same text for a
// terminal. The catalogue must hold its details (catalog/image.h).
namespace assay::catalog {

struct Page {
  std::string path;  // below the folder of all pages
  std::string text;
};

// Every page: an index, controls by service, frameworks, topics, tables by service, views. In order of path.
std::vector<Page> pages(const Catalogue& catalogue);

// Linked: Markdown. Plain: without links and escapes, to be read as it is.
enum class Form { Linked, Plain };
std::string control_page(const Catalogue& catalogue, const Control& control, Form form);
std::string framework_page(const Catalogue& catalogue, const Framework& framework, Form form);

}  // namespace assay::catalog
