#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assess/bench.h"
#include "base/iso8601.h"

// What is settled by licences, by declared exceptions and by a person's word.
namespace assay::assess {
namespace {

std::optional<Timestamp> day(std::string_view date) { return iso8601::parse_time(date); }

class LicenceTest : public testing::Test {
 protected:
  LicenceTest() {
    bench.collect("sharing_settings", "INSERT INTO sharing_settings(tenant_id, sharing) VALUES('t', 'disabled')");
  }
  Finding judge() { return bench.judge("spo.sharing-off"); }

  Bench bench;
};

TEST_F(LicenceTest, KnownToBeMissingIsNotLicensed) {
  bench.service_plans({{"EXCHANGE", "Success"}});

  const auto finding = judge();

  EXPECT_EQ(finding.verdict, Verdict::NotLicensed);
  EXPECT_EQ(finding.reason, "the tenant does not hold SharePoint (SHAREPOINT)");
  EXPECT_EQ(finding.total, 0);
}

TEST_F(LicenceTest, ItComesBeforeATableThatIsMissing) {
  bench.service_plans({});
  bench.evidence.set({"sharing_settings", snapshot::State::Denied, 0, ""});

  EXPECT_EQ(judge().verdict, Verdict::NotLicensed);
}

TEST_F(LicenceTest, HeldInAnySpelling) {
  bench.service_plans({{"SharePoint", "Success"}});
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

TEST_F(LicenceTest, HeldThroughAnotherPlanThatGivesTheSame) {
  bench.service_plans({{"SHAREPOINT_GOV", "PendingInput"}});
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

TEST_F(LicenceTest, APlanThatIsSwitchedOffIsNotHeld) {
  for (const char* status : {"Disabled", "disabled", "Error", "Deleted", "Suspended", "LockedOut"}) {
    Bench off;
    off.collect("sharing_settings");
    off.service_plans({{"SHAREPOINT", status}});
    EXPECT_EQ(off.judge("spo.sharing-off").verdict, Verdict::NotLicensed) << status;
  }
}

TEST_F(LicenceTest, APlanWithoutAStatusIsHeld) {
  bench.service_plans({{"SHAREPOINT", ""}});
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

TEST_F(LicenceTest, NotKnownIsNoReasonToLeaveAControlOut) { EXPECT_EQ(judge().verdict, Verdict::Pass); }

TEST_F(LicenceTest, LicencesThatWereDeniedAreNotKnown) {
  bench.evidence.set({"service_plans", snapshot::State::Denied, 0, ""});
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

TEST_F(LicenceTest, WhatTheSourceStatesCounts) {
  bench.evidence.plans["SHAREPOINT"] = false;
  EXPECT_EQ(judge().verdict, Verdict::NotLicensed);

  bench.evidence.plans["SHAREPOINT"] = true;
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

TEST_F(LicenceTest, AnyOfSeveralIsEnough) {
  bench.control("spo.sharing-off").licence = {"SHAREPOINT", "ONEDRIVE"};
  bench.service_plans({{"OneDrive", "Success"}});
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

TEST_F(LicenceTest, OneOfSeveralThatIsNotKnownKeepsTheControl) {
  bench.control("spo.sharing-off").licence = {"SHAREPOINT", "ONEDRIVE"};
  bench.evidence.plans["SHAREPOINT"] = false;
  EXPECT_EQ(judge().verdict, Verdict::Pass);

  bench.evidence.plans["ONEDRIVE"] = false;
  EXPECT_EQ(judge().verdict, Verdict::NotLicensed);
  EXPECT_EQ(judge().reason, "the tenant does not hold SharePoint (SHAREPOINT) or ONEDRIVE");
}

TEST_F(LicenceTest, AControlThatNeedsToKnowIsUnknownWithoutIt) {
  bench.control("spo.sharing-off").needs = {"licence_flags", "sharing_settings"};

  EXPECT_EQ(judge().verdict, Verdict::Unknown);
  EXPECT_EQ(judge().reason, "it is not known whether the tenant holds SharePoint (SHAREPOINT)");

  bench.evidence.plans["SHAREPOINT"] = true;
  EXPECT_EQ(judge().verdict, Verdict::Pass);
}

class DeclaredTest : public testing::Test {
 protected:
  DeclaredTest() { bench.collect("sites", "INSERT INTO sites(id) VALUES('archive')"); }
  Verdict judge() { return bench.judge("spo.sites-owned").verdict; }

  Bench bench;
};

TEST_F(DeclaredTest, WithoutADeclarationItFails) { EXPECT_EQ(judge(), Verdict::Fail); }

TEST_F(DeclaredTest, InForceItIsLeftOut) {
  bench.decisions.exceptions = {{"spo.sites-owned", "site", {"other", "Archive"}, "o", "r", day("2026-05-05")}};
  EXPECT_EQ(judge(), Verdict::NotApplicable);
}

TEST_F(DeclaredTest, WithoutAnExpiryItStaysInForce) {
  bench.decisions.exceptions = {{"spo.sites-owned", "site", {"archive"}, "o", "r", {}}};
  EXPECT_EQ(judge(), Verdict::NotApplicable);
}

TEST_F(DeclaredTest, ItExpiresAtTheMinute) {
  bench.decisions.exceptions = {{"spo.sites-owned", "site", {"archive"}, "o", "r", day("2026-05-04")}};
  EXPECT_EQ(judge(), Verdict::Fail);

  bench.decisions.exceptions[0].expires = *day("2026-05-04") + 1;
  EXPECT_EQ(judge(), Verdict::NotApplicable);
}

TEST_F(DeclaredTest, AStarIsForEveryControl) {
  bench.decisions.exceptions = {{"*", "site", {"archive"}, "o", "r", {}}};
  EXPECT_EQ(judge(), Verdict::NotApplicable);
}

TEST_F(DeclaredTest, AnotherControlOrKindDoesNotCount) {
  bench.decisions.exceptions = {{"spo.sharing-off", "site", {"archive"}, "o", "r", {}},
                                {"spo.sites-owned", "user", {"archive"}, "o", "r", {}}};
  EXPECT_EQ(judge(), Verdict::Fail);
}

TEST_F(DeclaredTest, TheyAreATableToo) {
  bench.decisions.exceptions = {{"spo.sites-owned", "site", {"a", "b"}, "o", "r", {}},
                                {"spo.sites-owned", "site", {"old"}, "o", "r", day("2020-01-01")}};
  bench.control("spo.sites-owned").check =
      "SELECT 't' AS resource, 'pass' AS verdict, (SELECT group_concat(control || ' ' || kind || ' ' || value) FROM "
      "declared) AS reason";
  bench.control("spo.sites-owned").sql_reads.clear();

  EXPECT_EQ(bench.judge("spo.sites-owned").reason, "spo.sites-owned site a,spo.sites-owned site b");
}

class AttestationTest : public testing::Test {
 protected:
  Finding judge() { return bench.judge("spo.training"); }

  Bench bench;
};

TEST_F(AttestationTest, WithoutOneItIsManual) {
  EXPECT_EQ(judge().verdict, Verdict::Manual);
  EXPECT_EQ(judge().reason, "the list of trainings");
  EXPECT_EQ(judge().total, 0);
}

TEST_F(AttestationTest, InForceItCounts) {
  bench.decisions.attestations["spo.training"] = {true, "Ada", "course 7", day("2026-04-01"), day("2027-04-01")};

  const auto finding = judge();

  EXPECT_EQ(finding.verdict, Verdict::Pass);
  EXPECT_EQ(finding.good, 1);
  EXPECT_EQ(finding.total, 1);
  EXPECT_EQ(finding.reason, "attested by Ada on 2026-04-01: course 7");
}

TEST_F(AttestationTest, ItMaySayThatTheControlFails) {
  bench.decisions.attestations["spo.training"] = {false, "Ada", "nobody came", {}, {}};

  const auto finding = judge();

  EXPECT_EQ(finding.verdict, Verdict::Fail);
  EXPECT_EQ(finding.good, 0);
  EXPECT_EQ(finding.total, 1);
  EXPECT_EQ(finding.reason, "attested by Ada: nobody came");
}

TEST_F(AttestationTest, ExpiredItIsManualAgain) {
  bench.decisions.attestations["spo.training"] = {true, "Ada", "course 7", day("2025-04-01"), day("2026-05-04")};

  const auto finding = judge();

  EXPECT_EQ(finding.verdict, Verdict::Manual);
  EXPECT_EQ(finding.total, 0);
  EXPECT_EQ(finding.reason, "the attestation by Ada on 2025-04-01 expired on 2026-05-04; the list of trainings");
}

TEST_F(AttestationTest, OnAControlThatEvidenceJudgesItChangesNothing) {
  bench.decisions.attestations["spo.sharing-off"] = {true, "Ada", "trust me", {}, {}};
  EXPECT_EQ(bench.judge("spo.sharing-off").verdict, Verdict::Unknown);
}

}  // namespace
}  // namespace assay::assess
