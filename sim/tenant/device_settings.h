#pragma once

#include <string>
#include <vector>

#include "sim/tenant/world.h"

namespace assay::sim {

// One setting of a computer that Defender looks at: `scid-2010`.
struct DeviceSetting {
  std::string control;           // the id of Microsoft's secure score: scid_2010
  std::string configuration_id;  // scid-2010
  std::string title, category, subcategory;
  double points = 0;
};

const std::vector<DeviceSetting>& device_settings();

// Whether a computer has the setting as it should be. What holds in a posture holds in every better one.
bool device_setting_holds(const World& world, std::size_t setting, std::size_t device);
double device_setting_rate(const World& world, std::size_t setting);  // expected share of computers

// The same from the side of the recommendation; `machines` is how many computers there are.
Json device_recommendation(const World& world, std::size_t setting, std::size_t machines);

}  // namespace assay::sim
