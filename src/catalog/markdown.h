#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/pages.h"

namespace assay::catalog {

// Writes one page. Every text is taken as the catalogue's own: what Markdown would read as markup is escaped, except
// for what stands in backticks.
class Markdown {
 public:
  // `depth`: how many folders the page is below that of all pages.
  Markdown(Form form, int depth);

  void heading(int level, std::string_view text);
  void paragraph(std::string_view text);              // written as it is: text(), link() and code() make its parts
  void items(const std::vector<std::string>& items);  // the same for each
  void prose(std::string_view text);                  // several paragraphs and lists of an author
  void block(std::string_view language, std::string_view code);
  void table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);

  std::string text(std::string_view text) const;
  std::string link(std::string_view text, std::string_view path) const;  // `path` below the folder of all pages
  static std::string code(std::string_view text);
  std::string codes(const std::vector<std::string>& list, std::string_view separator = ", ") const;

  std::string take() { return std::move(out_); }

 private:
  Form form_;
  std::string root_;
  std::string out_;
};

// Where pages stand, below the folder of all pages.
std::string path_of(const Control& control);
std::string path_of(const Framework& framework);
std::string path_of(const Topic& topic);
std::string path_of(const View& view);
std::string path_of_table(const Catalogue& catalogue, std::string_view name);  // of its parent where it is a child
std::string path_of_tables(std::string_view service);

// A setting's values in words: "8; 4 with `cis-m365-5.0`".
std::string values_of(const Catalogue& catalogue, const Setting& setting);

// The name that a heading gets as a place in its page.
std::string anchor(std::string_view heading);

// "Entra ID" for `entra`: products that controls and tables are of.
std::string_view product(std::string_view service);

}  // namespace assay::catalog
