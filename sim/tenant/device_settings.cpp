#include "sim/tenant/device_settings.h"

#include <algorithm>

#include "sim/tenant/data.h"

namespace assay::sim {

const std::vector<DeviceSetting>& device_settings() {
  static const std::vector<DeviceSetting> settings = [] {
    static constexpr const char* kSub[] = {
        "Attack surface reduction", "Antivirus", "Firewall", "Accounts", "Network", "BitLocker"};
    std::vector<DeviceSetting> out;
    const Json file = data("secure-score-controls");
    for (const auto& control : file["controls"]) {
      if (control["service"] != "MDATP") continue;
      std::string id = control["id"];
      std::string configuration = id;
      std::replace(configuration.begin(), configuration.end(), '_', '-');
      out.push_back({.control = id,
                     .configuration_id = configuration,
                     .title = control["title"],
                     .category = "Security controls",
                     .subcategory = kSub[out.size() % std::size(kSub)],
                     .points = control["points"]});
    }
    return out;
  }();
  return settings;
}

double device_setting_rate(const World& world, std::size_t setting) {
  // Some settings are right by default, some are hardly ever thought of.
  const double easy = world.seed.share("easy setting", setting);
  const double level = world.by_posture(0.18, 0.27, 0.52, 0.85, 1.0);
  return std::clamp(level + (easy - 0.5) * 0.5, world.at_least(Posture::Excellent) ? 0.9 : 0.0, 1.0);
}

bool device_setting_holds(const World& world, std::size_t setting, std::size_t device) {
  return world.seed.share("setting holds", device * 1024 + setting) < device_setting_rate(world, setting);
}

Json device_recommendation(const World& world, std::size_t setting, std::size_t machines) {
  const auto& known = device_settings()[setting];
  std::size_t exposed = 0;
  // Counting is exact for small fleets; of large ones the share is known well enough.
  if (machines <= 2000) {
    for (std::size_t device = 0; device < machines; ++device)
      exposed += device_setting_holds(world, setting, device) ? 0 : 1;
  } else {
    exposed = static_cast<std::size_t>(static_cast<double>(machines) * (1 - device_setting_rate(world, setting)));
  }
  return {{"id", "sca-_-" + known.configuration_id},
          {"productName", "windows_11"},
          {"recommendationName", known.title},
          {"weaknesses", 1},
          {"vendor", "microsoft"},
          {"recommendedVersion", ""},
          {"recommendedVendor", ""},
          {"recommendedProgram", ""},
          {"recommendationCategory", "SecurityControls"},
          {"subCategory", "SecurityControls (" + known.subcategory + ")"},
          {"severityScore", 0.0},
          {"publicExploit", false},
          {"activeAlert", false},
          {"associatedThreats", Json::array()},
          {"remediationType", "ConfigurationChange"},
          {"status", "Active"},
          {"configScoreImpact", known.points},
          {"exposureImpact", known.points / 3},
          {"totalMachineCount", machines},
          {"exposedMachinesCount", exposed},
          {"nonProductivityImpactedAssets", 0},
          {"relatedComponent", "Windows 11"},
          {"hasUnpatchableCve", false},
          {"tags", Json::array()}};
}

}  // namespace assay::sim
