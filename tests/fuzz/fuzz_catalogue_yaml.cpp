#include "catalog/check.h"
#include "catalog/image.h"
#include "fuzz.h"

using namespace assay;

// The first byte says what kind of file the rest is. Other files, sound ones, stand beside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::filesystem::path table = "yaml/tables/t.yaml";
  static const std::filesystem::path control = "yaml/controls/c.yaml";
  static const std::filesystem::path framework = "yaml/frameworks/f/framework.yaml";
  static const std::filesystem::path licences = "yaml/licences.yaml";
  static const std::filesystem::path view = "yaml/views/v.sql";
  const auto& folder = fuzz::folder();
  folder.write(table,
               "table: t\nservice: entra\nabout: A.\nkey: [id]\nsource: {service: graph}\ncolumns: [{name: id}, {name: "
               "n, type: integer}]\n");
  folder.write(control, "{}");
  folder.write(framework, "{}");
  folder.write(licences, "{}");
  folder.write(view, "-- A view.\nSELECT id FROM t\n");
  const std::filesystem::path& file = data[0] == 't'   ? table
                                      : data[0] == 'f' ? framework
                                      : data[0] == 'l' ? licences
                                      : data[0] == 'v' ? view
                                                       : control;
  folder.write(file, fuzz::text_of(data, size).substr(1));

  std::vector<catalog::Problem> problems;
  auto read = catalog::read_directories({folder.path() / "yaml"}, problems);
  fuzz::must(read.has_value(), "a mistake in a file is a problem and no error");
  auto catalogue = std::move(read).take();
  catalog::resolve_sql(catalogue, problems);
  catalog::check_rules(catalogue, problems);
  for (const auto& problem : problems) fuzz::must(!describe(problem).empty(), "a problem is described");

  const auto image = catalog::make_image(catalogue);
  auto again = catalog::read_image(image.catalogue);
  fuzz::must(again.has_value(), "what was compiled can be read");
  fuzz::must(catalog::read_details(image.details, *again).has_value(), "so can the details");
  const auto second = catalog::make_image(*again);
  fuzz::must(second.catalogue == image.catalogue && second.details == image.details,
             "an image gives the same image again");
  return 0;
}
