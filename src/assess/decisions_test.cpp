#include "assess/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/iso8601.h"
#include "catalog/example.h"

namespace assay::assess {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DecisionsTest : public testing::Test {
 protected:
  Result<Decisions> read(const std::string& yaml) const {
    return read_decisions(folder_.write("d.yaml", yaml), catalogue_);
  }
  Decisions decisions(const std::string& yaml) const {
    auto decisions = read(yaml);
    EXPECT_TRUE(decisions) << (decisions ? "" : describe(decisions.error()));
    return decisions ? std::move(*decisions) : Decisions();
  }
  std::string fault(const std::string& yaml) const {
    const auto decisions = read(yaml);
    if (decisions) return "no error";
    EXPECT_EQ(decisions.error().code, ErrorCode::Invalid);
    return folder_.without(describe(decisions.error()));
  }

  TemporaryFolder folder_;
  catalog::Catalogue catalogue_ = catalog::Example().load();
};

TEST_F(DecisionsTest, ReadsAWholeFile) {
  const auto d = decisions(R"(
statuses:
  - {control: spo.sharing-off, status: risk_accepted, owner: Ada, reason: partners, expires: 2027-01-31}
  - {control: spo.sites-owned, status: planned, owner: Bob, reason: in May}
exceptions:
  - {control: spo.sites-owned, kind: site, values: [a, b], owner: Ada, reason: archive}
  - {controls: [spo.sites-owned, '*'], kind: site, values: x, owner: Ada, reason: break glass, expires: 2027-01-31T12:00:00Z}
attestations:
  - {control: spo.training, verdict: pass, by: Ada, evidence: course 7, on: 2026-04-01, expires: 2027-04-01}
points: {spo.training: 0, spo.sharing-off: 100}
zones: {good: 90, okay: 50.5}
exclude_risk_accepted: true
)");

  EXPECT_EQ(d.statuses.at("spo.sharing-off").status, Status::RiskAccepted);
  EXPECT_EQ(d.statuses.at("spo.sharing-off").expires, iso8601::parse_time("2027-01-31"));
  EXPECT_EQ(d.statuses.at("spo.sites-owned").owner, "Bob");
  EXPECT_EQ(d.statuses.at("spo.sites-owned").expires, std::nullopt);
  ASSERT_EQ(d.exceptions.size(), 3U);
  EXPECT_THAT(d.exceptions[0].values, ElementsAre("a", "b"));
  EXPECT_EQ(d.exceptions[1].control, "spo.sites-owned");
  EXPECT_EQ(d.exceptions[2].control, "*");
  EXPECT_THAT(d.exceptions[2].values, ElementsAre("x"));
  EXPECT_EQ(d.exceptions[2].expires, iso8601::parse_time("2027-01-31T12:00:00Z"));
  EXPECT_TRUE(d.attestations.at("spo.training").holds);
  EXPECT_EQ(d.attestations.at("spo.training").evidence, "course 7");
  EXPECT_EQ(d.points.at("spo.training"), 0);
  EXPECT_EQ(d.points.at("spo.sharing-off"), 100);
  EXPECT_EQ(d.zones.good, 90);
  EXPECT_EQ(d.zones.okay, 50.5);
  EXPECT_TRUE(d.exclude_risk_accepted);
}

TEST_F(DecisionsTest, AKindThatNoRuleAsksForIsNamed) {
  const auto one = [](const std::string& control, const std::string& kind) {
    return "exceptions:\n  - {control: '" + control + "', kind: " + kind + ", values: x, owner: Ada, reason: r}\n";
  };
  const std::string hint = " (`assay explain` shows the control's rule, docs/decisions-file.md the kinds)";
  EXPECT_EQ(fault(one("spo.sites-owned", "sites")),
            "d.yaml:2: `spo.sites-owned` has no exceptions of the kind `sites`" + hint);
  EXPECT_EQ(fault(one("*", "sites")), "d.yaml:2: no control has exceptions of the kind `sites`" + hint);
}

TEST_F(DecisionsTest, WhatIsLeftOutHasItsDefault) {
  const auto d = decisions("statuses:\nexceptions: []\n");

  EXPECT_TRUE(d.statuses.empty());
  EXPECT_TRUE(d.exceptions.empty());
  EXPECT_EQ(d.zones.good, 80);
  EXPECT_EQ(d.zones.okay, 60);
  EXPECT_FALSE(d.exclude_risk_accepted);
}

TEST_F(DecisionsTest, AMissingFileIsNotFound) {
  EXPECT_EQ(read_decisions(folder_.path() / "x.yaml", catalogue_).error().code, ErrorCode::NotFound);
}

TEST_F(DecisionsTest, TheFileIsAMapOfKnownKeys) {
  EXPECT_EQ(fault("- a\n"), "d.yaml:1: must be a map (see docs/decisions-file.md)");
  EXPECT_EQ(fault(""), "d.yaml:1: must be a map (see docs/decisions-file.md)");
  EXPECT_EQ(
      fault("statuses:\nstatus: x\n"),
      "d.yaml:2: unknown key `status` (known: statuses exceptions attestations points zones exclude_risk_accepted "
      "profile settings)");
  EXPECT_EQ(fault("points: {}\npoints: {}\n"), "d.yaml:2: `points` stands twice in one map (keep one)");
  EXPECT_THAT(fault("points: {\n"), HasSubstr("d.yaml:2: "));
}

TEST_F(DecisionsTest, NothingIsSilentlyLeftOut) {
  EXPECT_EQ(fault("statuses: {control: spo.training}\n"), "d.yaml:1: `statuses` must be a list");
  EXPECT_EQ(fault("exceptions: none\n"), "d.yaml:1: `exceptions` must be a list");
  EXPECT_EQ(fault("attestations: {}\n"), "d.yaml:1: `attestations` must be a list");
  EXPECT_EQ(fault("points: [spo.training]\n"), "d.yaml:1: `points` must be a map");
  EXPECT_EQ(fault("points: 5\n"), "d.yaml:1: `points` must be a map");
  EXPECT_EQ(fault("zones: 5\n"), "d.yaml:1: must be a map");
  EXPECT_EQ(fault("statuses:\n  - spo.training\n"), "d.yaml:2: must be a map");
}

TEST_F(DecisionsTest, MistakesInAStatus) {
  const auto status = [&](const std::string& fields) { return fault("statuses:\n  - {" + fields + "}\n"); };

  EXPECT_EQ(status("status: planned"), "d.yaml:2: `control` is missing");
  EXPECT_EQ(status("control: spo.nothing, status: planned, owner: a, reason: b"),
            "d.yaml:2: unknown control `spo.nothing` (`assay catalog list` shows them)");
  EXPECT_EQ(status("control: spo.training, owner: a, reason: b"), "d.yaml:2: `status` is missing");
  EXPECT_EQ(
      status("control: spo.training, status: ignored, owner: a, reason: b"),
      "d.yaml:2: unknown status `ignored` (one of to_address planned risk_accepted third_party alternate_mitigation)");
  EXPECT_EQ(status("control: spo.training, status: completed, owner: a, reason: b"),
            "d.yaml:2: `completed` is computed and cannot be set (use third_party or alternate_mitigation for what "
            "Assay cannot see)");
  EXPECT_EQ(status("control: spo.training, status: planned, reason: b"), "d.yaml:2: `owner` is missing");
  EXPECT_EQ(status("control: spo.training, status: planned, owner: a"), "d.yaml:2: `reason` is missing");
  EXPECT_EQ(status("control: spo.training, status: planned, owner: a, reason: b, expires: soon"),
            "d.yaml:2: `soon` is no date (write 2027-01-31)");
  EXPECT_EQ(status("control: spo.training, status: planned, owner: a, reason: b, expires: [2027-01-31]"),
            "d.yaml:2: `expires` is no date (write 2027-01-31)");
  EXPECT_EQ(status("control: spo.training, status: planned, owner: a, reason: b, until: x"),
            "d.yaml:2: unknown key `until` (known: control status owner reason expires)");
}

TEST_F(DecisionsTest, ASecondStatusIsAMistake) {
  const std::string one = "  - {control: spo.training, status: planned, owner: a, reason: b}\n";
  EXPECT_EQ(fault("statuses:\n" + one + one), "d.yaml:3: a second status for `spo.training`");
}

TEST_F(DecisionsTest, MistakesInAnException) {
  const auto exception = [&](const std::string& fields) { return fault("exceptions:\n  - {" + fields + "}\n"); };

  EXPECT_EQ(exception("kind: user, values: [a], owner: a, reason: b"),
            "d.yaml:2: `control` is missing (name a control, or `*` for every one)");
  EXPECT_EQ(exception("control: spo.x, kind: user, values: [a], owner: a, reason: b"),
            "d.yaml:2: unknown control `spo.x` (`assay catalog list` shows them)");
  EXPECT_EQ(exception("control: '*', values: [a], owner: a, reason: b"), "d.yaml:2: `kind` is missing");
  EXPECT_EQ(exception("control: '*', kind: site, owner: a, reason: b"), "d.yaml:2: `values` is missing");
  EXPECT_EQ(exception("control: '*', kind: site, values: [], owner: a, reason: b"), "d.yaml:2: `values` is missing");
  EXPECT_EQ(exception("control: '*', kind: site, values: [a], reason: b"), "d.yaml:2: `owner` is missing");
  EXPECT_EQ(exception("control: '*', kind: site, values: [a], owner: a"), "d.yaml:2: `reason` is missing");
  EXPECT_EQ(exception("control: '*', kind: site, values: [a], owner: a, reason: b, expires: 2026-02-30"),
            "d.yaml:2: `2026-02-30` is no date (write 2027-01-31)");
  EXPECT_EQ(exception("control: '*', value: a"),
            "d.yaml:2: unknown key `value` (known: control controls kind values owner reason expires)");
}

TEST_F(DecisionsTest, MistakesInAnAttestation) {
  const auto attestation = [&](const std::string& fields) { return fault("attestations:\n  - {" + fields + "}\n"); };

  EXPECT_EQ(attestation("verdict: pass, by: a, evidence: b"), "d.yaml:2: `control` is missing");
  EXPECT_EQ(attestation("control: spo.sharing-off, verdict: pass, by: a, evidence: b"),
            "d.yaml:2: `spo.sharing-off` is judged from evidence and cannot be attested (use a status instead)");
  EXPECT_EQ(attestation("control: spo.training, verdict: unknown, by: a, evidence: b"),
            "d.yaml:2: must be pass or fail");
  EXPECT_EQ(attestation("control: spo.training, verdict: pass, evidence: b"), "d.yaml:2: `by` is missing");
  EXPECT_EQ(attestation("control: spo.training, verdict: pass, by: a"), "d.yaml:2: `evidence` is missing");
  EXPECT_EQ(attestation("control: spo.training, verdict: pass, by: a, evidence: b, on: yesterday"),
            "d.yaml:2: `yesterday` is no date (write 2027-01-31)");
}

TEST_F(DecisionsTest, ASecondAttestationIsAMistake) {
  const std::string one = "  - {control: spo.training, verdict: pass, by: a, evidence: b}\n";
  EXPECT_EQ(fault("attestations:\n" + one + one), "d.yaml:3: a second attestation for `spo.training`");
}

TEST_F(DecisionsTest, MistakesInPointsZonesAndSwitches) {
  EXPECT_EQ(fault("points: {spo.x: 5}"), "d.yaml:1: unknown control `spo.x` (`assay catalog list` shows them)");
  for (const char* points : {"101", "-1", "2.5", "1e300", "nan"})
    EXPECT_EQ(fault(std::string("points:\n  spo.training: ") + points),
              "d.yaml:2: points must be a whole number from 0 to 100")
        << points;
  EXPECT_EQ(fault("points: {spo.training: five}"), "d.yaml:1: `five` is not a number");
  EXPECT_EQ(fault("points: {spo.training: [5]}"), "d.yaml:1: `` is not a number");
  for (const char* zones : {"{good: 50}", "{okay: 90}", "{good: 101}", "{okay: -1}", "{good: nan}"})
    EXPECT_EQ(fault(std::string("zones: ") + zones), "d.yaml:1: zones must satisfy 0 <= okay <= good <= 100") << zones;
  EXPECT_EQ(fault("zones: {bad: 1}"), "d.yaml:1: unknown key `bad` (known: good okay)");
  EXPECT_EQ(fault("exclude_risk_accepted: yes"), "d.yaml:1: must be true or false");
  EXPECT_EQ(fault("exclude_risk_accepted: [true]"), "d.yaml:1: must be true or false");
}

TEST(StatusTest, NamesAreReadBack) {
  for (const auto s : {Status::ToAddress, Status::Planned, Status::RiskAccepted, Status::ThirdParty,
                       Status::AlternateMitigation, Status::Completed})
    EXPECT_EQ(status(name(s)), s);
  EXPECT_EQ(status("Planned"), std::nullopt);
}

TEST(SourceDecisionsTest, ExceptionsGoToTheControlsThatAnswerTheRequirement) {
  const auto catalogue = catalog::Example().load();
  snapshot::Evidence evidence;
  evidence.manifest.source = "ScubaGear 1.8.0";
  evidence.exceptions = {{"example", "ex.2", "site", "archive"}, {"example", "EX.9", "site", "x"}};
  Decisions decisions;

  add_source_decisions(evidence, catalogue, decisions);

  ASSERT_EQ(decisions.exceptions.size(), 1U);
  EXPECT_EQ(decisions.exceptions[0].control, "spo.sites-owned");
  EXPECT_EQ(decisions.exceptions[0].kind, "site");
  EXPECT_THAT(decisions.exceptions[0].values, ElementsAre("archive"));
  EXPECT_EQ(decisions.exceptions[0].owner, "ScubaGear 1.8.0");
  EXPECT_EQ(decisions.exceptions[0].reason, "declared in the configuration of ScubaGear 1.8.0 for ex.2");
  EXPECT_EQ(decisions.exceptions[0].expires, std::nullopt);
}

TEST(SourceDecisionsTest, OmissionsAreAcceptedRisksUnlessTheFileSaysOtherwise) {
  const auto catalogue = catalog::Example().load();
  snapshot::Evidence evidence;
  evidence.manifest.source = "ScubaGear";
  evidence.omissions = {
      {"example", "EX.1", "partners", 5}, {"example", "EX.2", "", {}}, {"example", "EX.3", "unused", {}}};
  Decisions decisions;
  decisions.statuses["spo.training"] = {Status::Planned, "Ada", "in May", {}};

  add_source_decisions(evidence, catalogue, decisions);

  EXPECT_EQ(decisions.statuses.at("spo.sharing-off").status, Status::RiskAccepted);
  EXPECT_EQ(decisions.statuses.at("spo.sharing-off").owner, "ScubaGear");
  EXPECT_EQ(decisions.statuses.at("spo.sharing-off").reason, "partners");
  EXPECT_EQ(decisions.statuses.at("spo.sharing-off").expires, 5);
  EXPECT_EQ(decisions.statuses.at("spo.sites-owned").reason, "EX.2 was omitted");
  EXPECT_EQ(decisions.statuses.at("spo.training").status, Status::Planned);
}

}  // namespace
}  // namespace assay::assess
