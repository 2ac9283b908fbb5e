#include "sim/tenant/scores.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/data.h"
#include "sim/tenant/device_settings.h"
#include "sim/tenant/scores_identity.h"
#include "sim/tenant/scores_mail.h"

namespace assay::sim {
namespace {

constexpr int kDaysKept = 90;
constexpr int kReportedWithin = 30;  // days: a computer that is silent for longer does not count

double rounded(double value) { return std::round(value * 100) / 100; }

// Half a cent goes up, whatever a binary fraction makes of it.
double score_of(double points, const Standing& standing) {
  if (!standing.total || *standing.total == 0) return rounded(points * standing.fraction);
  const auto most = static_cast<std::size_t>(std::llround(points * 100));
  const auto total = *standing.total;
  const auto cents = (2 * most * *standing.good + total) / (2 * total);  // whole numbers: half a cent rounds up
  return static_cast<double>(cents) / 100;
}

const Json& vendor() {
  static const Json information = {
      {"provider", "SecureScore"}, {"providerVersion", nullptr}, {"subProvider", nullptr}, {"vendor", "Microsoft"}};
  return information;
}

class Scores {
 public:
  Scores(const Registry& registry, const WorldPtr& world, const std::shared_ptr<const Drift>& drift,
         const GroupsPtr& groups, const RolesPtr& roles, DevicesPtr devices)
      : world_(world),
        drift_(drift),
        devices_(std::move(devices)),
        settings_(registry, world, drift),
        identity_(world, groups, roles, settings_),
        mail_(world, groups, settings_) {
    const Json file = data("secure-score-controls");
    for (const auto& control : file["controls"]) controls_.push_back(control);
    for (std::size_t i = 0; i < device_settings().size(); ++i) device_numbers_[device_settings()[i].control] = i;
  }

  std::size_t profiles() const { return controls_.size(); }

  Json profile(std::size_t index) const {
    const auto& control = controls_[index];
    const std::string title = control["title"];
    Json rank = 1 + static_cast<int>(world_->seed.below(128, "rank", index));
    return {{"id", control["id"]},
            {"azureTenantId", world_->id},
            {"title", title},
            {"controlCategory", control["category"]},
            {"actionType", "Config"},
            {"actionUrl",
             "https://security.microsoft.com/securescore?viewid=actions&actionId=" + control["id"].get<std::string>()},
            {"service", control["service"]},
            {"maxScore", control["points"].get<double>()},
            {"tier", control.value("tier", "Core")},
            {"userImpact", control.value("user_impact", "Unknown")},
            {"implementationCost", control.value("cost", "Unknown")},
            {"rank", std::move(rank)},
            {"threats", control["category"] == "Identity" ? Json::array({"Account breach", "Elevation of privilege"})
                                                          : Json::array({"Data exfiltration", "Account breach"})},
            {"deprecated", control["service"] == "Intune"},
            {"remediation", "<p>" + title + ".</p>"},
            {"remediationImpact", "<p>See the documentation of the setting.</p>"},
            {"lastModifiedDateTime", nullptr},
            {"complianceInformation", Json::array()},
            {"controlStateUpdates", Json::array({{{"assignedTo", nullptr},
                                                  {"comment", nullptr},
                                                  {"state", "Default"},
                                                  {"updatedBy", nullptr},
                                                  {"updatedDateTime", iso_time(-600)}}})},
            {"vendorInformation", vendor()}};
  }

  Json document(int day) const {
    Json scores = Json::array();
    double sum = 0;
    double most = 0;
    for (const auto& control : controls_) {
      if (!applies(control)) continue;
      const double points = control["points"];
      const auto standing = standing_of(control, day);
      const double score = score_of(points, standing);
      sum += score;
      most += points;
      scores.push_back(control_score(control, standing, score, points, day));
    }
    return {{"id", world_->id + "_" + iso_date(day)},
            {"azureTenantId", world_->id},
            {"activeUserCount", world_->people.staff()},
            {"licensedUserCount", 0},
            {"createdDateTime", iso_time(day)},
            {"currentScore", rounded(sum)},
            {"maxScore", most},
            {"enabledServices", services()},
            {"averageComparativeScores", comparison(day)},
            {"controlScores", std::move(scores)},
            {"vendorInformation", vendor()}};
  }

 private:
  bool applies(const Json& control) const {
    if (!control.value("scored", true)) return false;
    if (control["service"] == "MDATP" && exposure().machines == 0) return false;
    const auto plan = control.value("plan", "");
    return plan.empty() || world_->licences.holds(plan);
  }

  Standing standing_of(const Json& control, int day) const {
    const std::string id = control["id"];
    const auto ago = static_cast<std::size_t>(world_->options.day - day);
    if (const auto device = device_numbers_.find(id); device != device_numbers_.end()) {
      const auto total = exposure().machines;
      const auto exposed = exposure().exposed[device->second];
      // Computers get better slowly.
      const auto more = std::min(total - exposed, ago * total / 1500);
      return share_of(total - exposed - more, total);
    }
    if (auto standing = mail_.standing(id, day)) return *standing;
    if (auto standing = identity_.standing(id, day)) {
      if ((id != "MFARegistrationV2" && id != "SelfServicePasswordReset") || standing->good == standing->total)
        return *standing;
      // People registered one after the other.
      return share_of(*standing->good - std::min(*standing->good, ago * *standing->total / 2500), *standing->total);
    }
    for (std::size_t i = 0; i < drift_->moves().size(); ++i) {
      const auto& move = drift_->moves()[i];
      if (move.control == id && !move.base.is_null() && drift_->away(i, day))
        return all_or_nothing(move.base != move.values[0]);
    }
    // No rule is known, so the number has no origin. A share is one of people.
    const double earned = control["earned"][static_cast<std::size_t>(world_->posture())];
    if (earned == 0 || earned == 1) return all_or_nothing(earned == 1);
    const auto people = world_->people.staff();
    return share_of(static_cast<std::size_t>(std::llround(static_cast<double>(people) * earned)), people);
  }

  // Of each device setting: how many of the computers that reported within the last 30 days do not have it.
  struct Exposure {
    std::size_t machines = 0;
    std::vector<std::size_t> exposed;
  };
  const Exposure& exposure() const {
    std::call_once(exposed_counted_, [this] {
      exposure_.exposed.resize(device_settings().size());
      for (std::size_t device = 0; device < devices_->machines(); ++device) {
        if (devices_->last_seen(device) < world_->options.day - kReportedWithin) continue;
        ++exposure_.machines;
        for (std::size_t i = 0; i < exposure_.exposed.size(); ++i)
          exposure_.exposed[i] += device_setting_holds(*world_, i, device) ? 0 : 1;
      }
    });
    return exposure_;
  }

  Json control_score(const Json& control, const Standing& standing, double score, double points, int day) const {
    Json out = {{"controlCategory", control["category"]},
                {"controlName", control["id"]},
                {"description", control["title"]},
                {"score", score},
                {"scoreInPercentage", points == 0 ? 0.0 : rounded(100 * score / points)},
                {"lastSynced", iso_time(day, -7200)}};
    if (standing.total) {
      const bool device = control["service"] == "MDATP";
      // Of devices the bad ones are counted, of everything else the good ones.
      const auto count = device ? *standing.total - *standing.good : *standing.good;
      out["count"] = std::to_string(count);
      out["total"] = std::to_string(*standing.total);
      out["implementationStatus"] =
          device ? out["count"].get<std::string>() + "/" + out["total"].get<std::string>() + " exposed devices"
                 : out["count"].get<std::string>() + " of " + out["total"].get<std::string>() +
                       " users are as recommended.";
    } else if (standing.good) {
      out["count"] = std::to_string(*standing.good);
      out["implementationStatus"] = "There are " + out["count"].get<std::string>() + ".";
    } else {
      out["on"] = standing.fraction == 1.0 ? "true" : "false";
      out["implementationStatus"] =
          standing.fraction == 1.0 ? "The setting is as recommended." : "The setting is not as recommended.";
    }
    return out;
  }

  Json services() const {
    static constexpr std::pair<const char*, const char*> kFlags[] = {
        {"HasEOP", "EXCHANGE_S_ENTERPRISE"},  {"HasEXOP2", "EXCHANGE_S_ENTERPRISE"},
        {"HasSPOP2", "SHAREPOINTENTERPRISE"}, {"HasAADP1", "AAD_PREMIUM"},
        {"HasAADP2", "AAD_PREMIUM_P2"},       {"HasMCAS", "ADALLOM_S_STANDALONE"},
        {"HasOCAS", "ADALLOM_S_O365"},        {"HasAATP", "ATA"},
        {"HasCLB", "LOCKBOX_ENTERPRISE"},     {"HasMDOP1", "ATP_ENTERPRISE"},
        {"HasMDOP2", "THREAT_INTELLIGENCE"},  {"HasMDEP2", "WINDEFATP"},
        {"HasAIPP1", "RMS_S_PREMIUM"},        {"HasAIPP2", "RMS_S_PREMIUM2"}};
    Json out = Json::array({"HasAADFree"});
    for (const auto& [flag, plan] : kFlags)
      if (world_->licences.holds(plan)) out.push_back(flag);
    return out;
  }

  // What others have: numbers of no real origin, which move a little from day to day.
  Json comparison(int day) const {
    const auto basis = [&](const char* name, double middle) -> Json {
      const double average =
          rounded(middle + (world_->seed.share(Topic(name), static_cast<std::uint64_t>(day) + 100000) - 0.5) * 0.6);
      return {{"basis", name},
              {"averageScore", average},
              {"identityScore", 41.2},
              {"identityScoreMax", 62.0},
              {"deviceScore", 160.4},
              {"deviceScoreMax", 690.0},
              {"appsScore", 70.3},
              {"appsScoreMax", 214.0},
              {"dataScore", 3.1},
              {"dataScoreMax", 35.0},
              {"infrastructureScore", 0.0},
              {"infrastructureScoreMax", 0.0}};
    };
    Json seats = basis("TotalSeats", 47.5);
    static constexpr std::size_t kBands[] = {1, 100, 500, 1000, 5000, 10000, 100000, 10000000};
    std::size_t band = 0;
    while (band + 2 < std::size(kBands) && world_->people.staff() > kBands[band + 1]) ++band;
    seats["SeatSizeRangeLowerValue"] = std::to_string(kBands[band] + (band == 0 ? 0 : 1));
    seats["SeatSizeRangeUpperValue"] = std::to_string(kBands[band + 1]);
    return Json::array({basis("AllTenants", 46.0), std::move(seats)});
  }

  WorldPtr world_;
  std::shared_ptr<const Drift> drift_;
  DevicesPtr devices_;
  PastSettings settings_;
  IdentityScores identity_;
  MailScores mail_;
  std::vector<Json> controls_;
  std::map<std::string, std::size_t> device_numbers_;
  mutable std::once_flag exposed_counted_;
  mutable Exposure exposure_;
};

}  // namespace

void add_scores(Registry& registry, const WorldPtr& world, const std::shared_ptr<const Drift>& drift,
                const GroupsPtr& groups, const RolesPtr& roles, const DevicesPtr& devices) {
  const auto scores = std::make_shared<const Scores>(registry, world, drift, groups, roles, devices);
  registry.add(
      "graph", "security/secureScores", {.list = [scores, world](const Request&) {
        return made(
            kDaysKept,
            [scores, world](std::size_t i) { return scores->document(world->options.day - static_cast<int>(i)); },
            [world](std::string_view id) -> std::optional<std::size_t> {
              for (std::size_t i = 0; i < kDaysKept; ++i)
                if (text::iequals(id, world->id + "_" + iso_date(world->options.day - static_cast<int>(i)))) return i;
              return std::nullopt;
            });
      }});
  registry.add("graph", "security/secureScoreControlProfiles", {.list = [scores](const Request&) {
                 return made(scores->profiles(), [scores](std::size_t i) { return scores->profile(i); });
               }});
}

}  // namespace assay::sim
