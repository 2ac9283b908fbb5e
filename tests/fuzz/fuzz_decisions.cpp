#include "assess/decisions.h"
#include "fuzz.h"

using namespace assay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto catalogue = [] {
    catalog::Catalogue out;
    for (const auto* id : {"entra.a", "entra.b", "teams.m"}) {
      catalog::Control control;
      control.id = id;
      control.points = 5;
      control.manual = control.id == "teams.m";
      control.frameworks["scuba"] = {"MS.AAD.1.1v1"};
      out.controls.push_back(std::move(control));
    }
    out.build_index();
    return out;
  }();
  auto decisions = assess::read_decisions(fuzz::folder().write("decisions.yaml", fuzz::text_of(data, size)), catalogue);
  if (!decisions) {
    fuzz::must(!decisions.error().message.empty(), "an error has a message");
    return 0;
  }
  for (const auto& [id, status] : decisions->statuses) {
    fuzz::must(catalogue.control(id) != nullptr, "a status is that of a known control");
    fuzz::must(status.status != assess::Status::Completed, "`completed` is never set");
    fuzz::must(!status.owner.empty() && !status.reason.empty(), "a status has an owner and a reason");
  }
  for (const auto& exception : decisions->exceptions)
    fuzz::must(!exception.values.empty() && !exception.kind.empty(), "an exception names something");
  for (const auto& [id, attestation] : decisions->attestations)
    fuzz::must(catalogue.control(id)->manual && !attestation.by.empty(), "only manual controls are attested");
  for (const auto& [id, points] : decisions->points)
    fuzz::must(catalogue.control(id) != nullptr && points >= 0 && points <= 100, "points are 0 to 100");
  const auto& zones = decisions->zones;
  fuzz::must(0 <= zones.okay && zones.okay <= zones.good && zones.good <= 100, "zones are in order");
  return 0;
}
