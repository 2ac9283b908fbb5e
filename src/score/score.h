#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "assess/decisions.h"
#include "assess/finding.h"
#include "base/clock.h"

// Points, views, zones and ranks. Pure: the same findings, decisions and time give the same score.
//
// The arithmetic is Microsoft's as measured on 90 days of a real tenant: a control's points are
// round(points × good / total, 2), no subjects give full points, the score is the sum of the rounded points and the
// percent is earned / possible. Points are counted in hundredths, so that sums are exact.
namespace assay::score {

using Cents = std::int64_t;  // hundredths of a point

struct Points {
  Cents earned = 0;
  Cents possible = 0;
  double percent() const {
    return possible == 0 ? 0 : 100.0 * static_cast<double>(earned) / static_cast<double>(possible);
  }
};

// A finding with its points: a recommended action unless it is completed.
struct Action {
  const assess::Finding* finding = nullptr;
  bool counted = false;  // in the score's possible points
  Cents measured = 0;    // from the evidence alone
  Cents earned = 0;      // with self-claims: third party, alternate mitigation
  Cents possible = 0;
  assess::Status status = assess::Status::ToAddress;
  double impact = 0;      // percentage points by which the score rises when it is completed
  int rank = 0;           // 1 is to be done first; 0: nothing to do
  std::string reasoning;  // the decision behind the status, in words; empty without one
};

enum class Zone { Good, Okay, Bad };
std::string_view name(Zone zone);

struct Score {
  Points current;
  Cents self_claimed = 0;  // of the earned points: claimed by the operator, not seen
  Cents unknown = 0;  // of the possible points: controls without evidence. Hiding evidence can never raise a score.
  // Percent of what could be seen, so that a partial import is not mistaken for a bad tenant.
  double percent_of_seen() const;
  Zone zone = Zone::Bad;

  Points planned;          // if every action with status planned were completed
  Points current_licence;  // if everything that today's licences allow were completed, of what any licence would allow
  Points achievable;       // the same less what is accepted as risk

  std::size_t completed = 0;  // actions that earned all their points, of those available
  std::size_t available = 0;
  double improvement() const {
    return available == 0 ? 0 : 100.0 * static_cast<double>(completed) / static_cast<double>(available);
  }

  std::map<std::string, Points> by_category;
  std::map<std::string, Points> by_service;
  std::vector<Action> actions;  // one per finding, in the findings' order
};

// round(points × (good + share) / total, 2) in hundredths; half a hundredth rounds up. No subjects: full points.
// `share` is what those that fail earn all the same, in subjects.
Cents proportional(int points, std::int64_t good, std::int64_t total, double share = 0);

// What a finding earns of so many points, from the evidence alone. Nothing where it neither passes nor fails.
Cents measure(const assess::Finding& finding, int points);

// Not counted at all: not applicable, not licensed (listed apart), manual without attestation, points overridden by 0.
// Unknown earns nothing and stays in the possible points.
Score score(const std::vector<assess::Finding>& findings, const assess::Decisions& decisions, const Clock& clock);

// The order in which to act: missing points against effort and user impact,
//   missing / (effort × impact),  effort 1, 2, 4 and impact 1, 1.5, 2.5 for low, moderate, high,
// more missing points first among equals, then by id. What is unknown comes after what is known to fail: there the
// first step is to get the evidence. Accepted risks come last.
double urgency(const Action& action);

}  // namespace assay::score
