#include <array>

#include "fuzz.h"
#include "import/official.h"

using namespace assay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Two exports where the input has a NUL: days may stand in one and profiles in the other.
  const auto bytes = fuzz::text_of(data, size);
  const auto border = bytes.find('\0');
  const std::array documents{
      import::OfficialDocument{"a.json", bytes.substr(0, border)},
      import::OfficialDocument{"b.json", border == std::string_view::npos ? "" : bytes.substr(border + 1)},
  };
  const std::span<const import::OfficialDocument> all(documents);
  const auto scores = import::parse_official(border == std::string_view::npos ? all.first(1) : all);
  if (!scores) {
    fuzz::must(!scores.error().message.empty(), "an error has a message");
    return 0;
  }
  const auto json = import::official_json(*scores);
  fuzz::must(json["days"].size() == scores->days.size(), "every day is shown");
  fuzz::must(!json.dump(-1, ' ', false, Json::error_handler_t::strict).empty(), "the result is UTF-8");
  for (const auto& change : scores->changes)
    fuzz::must(change.from != change.to || change.delta() == 0, "a change adds up");
  return 0;
}
