#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/evidence.h"

namespace assay::assess {

// What the operator decided about a recommended action. `completed` is never set: it is computed.
enum class Status { ToAddress, Planned, RiskAccepted, ThirdParty, AlternateMitigation, Completed };
std::string_view name(Status status);
std::optional<Status> status(std::string_view name);

struct StatusDecision {
  Status status = Status::ToAddress;
  std::string owner;
  std::string reason;
  std::optional<Timestamp> expires;
};

// Values that may be left out of a rule: a break-glass account, an approved public group, a partner's domain.
struct Exception {
  std::string control;  // `*`: every control
  std::string kind;
  std::vector<std::string> values;
  std::string owner;
  std::string reason;
  std::optional<Timestamp> expires;
};

// A person's word on a control that no API answers.
struct Attestation {
  bool holds = false;
  std::string by;
  std::string evidence;
  std::optional<Timestamp> on;
  std::optional<Timestamp> expires;
};

struct Zones {
  double good = 80;  // percent from which the score is good
  double okay = 60;  // and from which it is okay; below is bad
};

// One tenant's decisions, from a YAML file (docs/decisions-file.md) and from what an import brought with it.
struct Decisions {
  std::map<std::string, StatusDecision> statuses;  // by control
  std::vector<Exception> exceptions;
  std::map<std::string, Attestation> attestations;  // by control
  std::map<std::string, int> points;                // overrides, 0 to 100; 0 takes a control out of the score
  std::string profile;                              // of the catalogue; empty: every setting has its default
  catalog::Settings settings;                       // the operator's own word, before the profile's
  Zones zones;
  bool exclude_risk_accepted = false;  // risk_accepted actions leave the possible points
};

// Every mistake in the file is one Invalid error with file and line: an unknown control, status or key, a date that
// cannot be read, a status without owner and reason.
Result<Decisions> read_decisions(const std::filesystem::path& file, const catalog::Catalogue& catalogue);

// Adds what the evidence's own source declared: its exceptions, and its omissions as accepted risks. The file's word on
// a control comes before the source's.
void add_source_decisions(const snapshot::Evidence& evidence, const catalog::Catalogue& catalogue,
                          Decisions& decisions);

inline bool in_force(const std::optional<Timestamp>& expires, Timestamp now) { return !expires || *expires > now; }

}  // namespace assay::assess
