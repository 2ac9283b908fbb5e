// Microsoft's own scores, as a file from anywhere.
#include <array>
#include <cstddef>
#include <cstdint>

#include "import/official.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay::import;
  const std::array documents{OfficialDocument{"input", {reinterpret_cast<const char*>(data), size}}};
  if (const auto scores = parse_official(documents)) (void)official_json(*scores);
  return 0;
}
