#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

// Microsoft's own scores, as its services export them: the answers of Graph's `secureScores` and
// `secureScoreControlProfiles`, and the list that the Defender portal calls `secureScoresV2`.
namespace assay::import {

// Hundredths of a point. The service rounds scores to them, so sums and differences are exact.
using Cents = std::int64_t;

// One control on one day.
struct OfficialControl {
  std::string id;        // as spelled there; an instance of an app has its number in front: `11770.MDA_Google_…`
  std::string category;  // Identity, Device, Apps, Data
  Cents score = 0;
  std::optional<Cents> max;           // the profile's; without one derived from `score` and `percent`
  std::optional<double> percent;      // `scoreInPercentage`
  std::optional<std::int64_t> count;  // of exposed devices where the id is `scid_…`, of good subjects elsewhere
  std::optional<std::int64_t> total;
  std::optional<bool> on;
  std::string state;   // the portal's: `default`, …
  std::string status;  // the service's sentence. It may be HTML: whoever shows it must sanitise it
  std::optional<Timestamp> last_synced;
  bool has_profile = false;
};

// What other tenants reach. The service writes -1 for "no data", which is an absent value here.
struct OfficialAverage {
  struct Part {
    std::string category;  // apps, data, device, identity, infrastructure
    std::optional<double> score;
    std::optional<double> max;
  };
  std::string basis;  // AllTenants, TotalSeats, IndustryTypes
  std::optional<double> average;
  std::optional<std::int64_t> seats_from;
  std::optional<std::int64_t> seats_to;
  std::vector<Part> parts;
};

// An entry of the portal's own change log (`scoreImpactChangeLogs`).
struct ServiceChange {
  std::string control;
  Cents delta = 0;
  std::string label;   // FullScoreVerbatim, GeneralVerbatim, MoreUsersAffected, ControlApplicable
  std::string status;  // Increased, Regressed
  std::string updated_by;
};

struct OfficialDay {
  std::string date;  // `2026-03-14`: the one in the entity's id, else the day of `createdDateTime` in UTC
  std::string tenant;
  Cents earned = 0;             // the rounded sum of the controls' scores
  Cents possible = 0;           // `maxScore`
  std::optional<Cents> stated;  // `currentScore`; a warning tells when it is not `earned`
  // In the order of the file. A control that stands in a day more than once is kept as often, because each row counts
  // in the service's sum; a warning tells.
  std::vector<OfficialControl> controls;
  std::vector<OfficialAverage> averages;
  std::optional<std::vector<ServiceChange>> log;  // nullopt: this service gives none, as Graph

  double percent() const {
    return possible == 0 ? 0 : 100.0 * static_cast<double>(earned) / static_cast<double>(possible);
  }
  std::size_t without_profile() const;
};

struct OfficialProfile {
  std::string id;
  std::string tenant;
  std::string title;
  std::string category;
  std::string service;
  std::string tier;
  std::string action_url;
  std::string state;  // of the newest of `controlStateUpdates`; `Default` without one
  Cents max = 0;
  std::optional<std::int64_t> rank;
};

enum class ChangeLabel {
  Applicable,    // scored for the first time, or again
  Increased,     // more points
  Full,          // more points, and now all of them
  Regressed,     // fewer points
  MoreSubjects,  // fewer points, but because there are more subjects, or more of them are affected
};
std::string_view name(ChangeLabel label);  // "more_subjects", as in the JSON

// The difference of one control between two consecutive days of a tenant.
struct OfficialChange {
  std::string date;   // of the later day
  std::string since;  // of the earlier one: not always the day before
  std::string tenant;
  std::string control;
  Cents from = 0;  // a control that is not scored has no points
  Cents to = 0;
  ChangeLabel label = ChangeLabel::Increased;
  bool removed = false;       // no longer scored on `date`; its label is Regressed, since the points are gone
  std::string service_label;  // what the portal's change log calls it; empty without one

  Cents delta() const { return to - from; }
};

struct OfficialScores {
  std::vector<OfficialDay> days;  // by date, then tenant
  std::vector<OfficialProfile> profiles;
  std::vector<OfficialChange> changes;  // by date, tenant and control; a day's deltas add up to the day's difference
  std::vector<std::string> warnings;    // what is odd but readable: one sentence each
};

struct OfficialDocument {
  std::string name;  // stands in front of errors and warnings
  std::string_view bytes;
};

// Reads any number of exports, in any order, of any number of tenants. Each is the whole answer (`{"value": […]}`), its
// bare list, or one element; what an element is shows in its members. UTF-16 and PowerShell's spelling of the members
// (`ControlScores`, `AdditionalProperties`) are understood, and numbers may be strings.
//
// What points are computed from (ids, dates, scores, maxima, counts) must be right: otherwise Invalid, with the place.
// The rest (texts, averages, times of synchronisation, the change log) is left out where it is not what it should be.
// The same day of the same tenant may be given twice; the one given last counts, as of two profiles with one id.
Result<OfficialScores> read_official(std::span<const std::filesystem::path> files);
Result<OfficialScores> parse_official(std::span<const OfficialDocument> documents);

// `{"days": […], "changes": […], "warnings": […]}`, in points.
Json official_json(const OfficialScores& scores);

}  // namespace assay::import
