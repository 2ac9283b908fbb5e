#include "sim/tenant/data.h"

#include "base/result.h"

namespace {
struct Embedded {
  const char* name;
  const char* begin;
  const char* end;
};
}  // namespace

extern "C" const Embedded assay_sim_data[];  // the last has no name

namespace assay::sim {

Json data(std::string_view name) {
  for (const Embedded* file = assay_sim_data; file->name != nullptr; ++file) {
    if (file->name != name) continue;
    auto parsed = Json::parse(file->begin, file->end, nullptr, false, true);
    CHECK(!parsed.is_discarded());
    return parsed;
  }
  CHECK(!"a data file that is not there");
  return {};
}

}  // namespace assay::sim
