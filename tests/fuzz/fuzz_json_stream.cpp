// An export from anywhere, through the stream, the loader and the reader of ScubaGear's exports into tables.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/image.h"
#include "import/scubagear.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static const auto catalogue = catalog::embedded().take();
  static snapshot::Evidence evidence = [] {
    snapshot::Evidence made;
    CHECK(snapshot::create_tables(made.db, catalogue).has_value());
    return made;
  }();
  evidence.coverage.clear();
  snapshot::MemorySource bytes({reinterpret_cast<const char*>(data), size});
  CHECK(evidence.db.execute("BEGIN").has_value());
  (void)import::read_scubagear(bytes, catalogue, nullptr, true, evidence).has_value();
  CHECK(evidence.db.execute("ROLLBACK").has_value());
  return 0;
}
