#include "score/parity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::score {
namespace {

using assess::Finding;
using assess::Verdict;
using ::testing::HasSubstr;

class ParityTest : public testing::Test {
 protected:
  ParityTest() {
    sql(R"(CREATE TABLE secure_score_controls(id TEXT COLLATE NOCASE, control_category TEXT, score REAL,
             score_in_percentage REAL, max_score REAL, implementation_status TEXT, count INTEGER, total INTEGER);
           CREATE TABLE secure_score_control_profiles(id TEXT COLLATE NOCASE, title TEXT, max_score REAL))");
    evidence.set({"secure_score_controls", snapshot::State::Collected, 0, {}});
  }
  void sql(const std::string& text) { ASSERT_TRUE(evidence.db.execute(text).has_value()); }

  // Microsoft's number for a control of ten points.
  void official(const std::string& id, double score, const std::string& counts = "NULL, NULL") {
    sql("INSERT INTO secure_score_controls VALUES('" + id + "', 'Identity', " + std::to_string(score) +
        ", NULL, NULL, 'as it is', " + counts + ")");
    sql("INSERT INTO secure_score_control_profiles VALUES('" + id + "', 'A title', 10)");
  }
  void ours(const std::string& microsoft, Verdict verdict, std::int64_t good, std::int64_t total,
            catalog::Scoring scoring = catalog::Scoring::Proportional) {
    catalog::Control control;
    control.id = "ours." + std::to_string(catalogue.controls.size());
    control.points = 3;  // not what is compared
    control.scoring = scoring;
    control.microsoft = {microsoft};
    catalogue.controls.push_back(control);
    judged.push_back({verdict, good, total});
  }
  std::vector<Counterpart> compare() {
    findings.clear();
    for (std::size_t i = 0; i < judged.size(); ++i)
      findings.push_back({&catalogue.controls[i], judged[i].verdict, judged[i].good, judged[i].total, "because", {}});
    return score::compare(catalogue, evidence, findings).value();
  }

  struct Judged {
    Verdict verdict;
    std::int64_t good, total;
  };
  catalog::Catalogue catalogue;
  snapshot::Evidence evidence;
  std::vector<Judged> judged;
  std::vector<Finding> findings;
};

TEST_F(ParityTest, AgreesToTheCentAtMicrosoftsPoints) {
  official("AdminMFAV2", 6.67, "2, 3");
  ours("adminmfav2", Verdict::Fail, 2, 3);

  const auto all = compare();

  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].agreement, Agreement::Agrees);
  EXPECT_EQ(all[0].official, 667);
  EXPECT_EQ(all[0].points, 667);
  EXPECT_EQ(all[0].possible, 1000);
  EXPECT_EQ(all[0].title, "A title");
  EXPECT_EQ(all[0].ours->control->id, "ours.0");
}

TEST_F(ParityTest, ACentIsADifference) {
  official("AdminMFAV2", 6.66);
  ours("AdminMFAV2", Verdict::Fail, 2, 3);
  EXPECT_EQ(compare()[0].agreement, Agreement::Differs);
}

TEST_F(ParityTest, WhatIsNotSeenOrNotCountedIsNoDifference) {
  official("a", 5);
  official("b", 5);
  official("c", 5);
  ours("a", Verdict::Unknown, 0, 0);
  ours("b", Verdict::NotLicensed, 0, 0);
  ours("c", Verdict::Manual, 0, 0);

  const auto all = compare();

  EXPECT_EQ(all[0].agreement, Agreement::Unknown);
  EXPECT_EQ(all[1].agreement, Agreement::NotCounted);
  EXPECT_EQ(all[2].agreement, Agreement::NotCounted);
}

TEST_F(ParityTest, WhatTakesMicrosoftsNumberOrHasNoControlIsMirrored) {
  official("a", 10);
  official("b", 10);
  ours("a", Verdict::Pass, 1, 1);
  catalogue.controls[0].sql_reads["secure_score_controls"] = {"score"};
  catalogue.tables.resize(1);
  catalogue.tables[0].name = "secure_score_controls";
  catalogue.build_index();

  const auto all = compare();

  EXPECT_EQ(all[0].agreement, Agreement::Mirrored);
  EXPECT_NE(all[0].ours, nullptr);
  EXPECT_EQ(all[1].agreement, Agreement::Mirrored);
  EXPECT_EQ(all[1].ours, nullptr);
}

// The control reads a view of devices, which reads Microsoft's score where there is no assessment.
TEST_F(ParityTest, AControlThatHadItsOwnEvidenceIsNotMirroredThoughAViewOffersMicrosoftsNumber) {
  official("scid_1", 10);
  ours("scid_1", Verdict::Pass, 1, 1);
  catalogue.tables.resize(2);
  catalogue.tables[0].name = "secure_score_controls";
  catalogue.tables[1].name = "assessments";
  catalogue.views.resize(2);
  catalogue.views[0].name = "devices";
  catalogue.views[0].reads = {{"assessments", {"id"}}, {"microsofts", {"score"}}};
  catalogue.views[1].name = "microsofts";
  catalogue.views[1].reads = {{"secure_score_controls", {"score"}}};
  catalogue.controls[0].sql_reads = {{"devices", {"id"}}};
  catalogue.build_index();

  evidence.set({"assessments", snapshot::State::Collected, 5, {}});
  EXPECT_EQ(compare()[0].agreement, Agreement::Agrees);
  evidence.set({"assessments", snapshot::State::Collected, 0, {}});
  EXPECT_EQ(compare()[0].agreement, Agreement::Mirrored);
  evidence.set({"assessments", snapshot::State::Denied, 0, {}});
  EXPECT_EQ(compare()[0].agreement, Agreement::Mirrored);
  catalogue.controls[0].sql_reads = {{"microsofts", {"score"}}};
  evidence.set({"assessments", snapshot::State::Collected, 5, {}});
  EXPECT_EQ(compare()[0].agreement, Agreement::Mirrored);
}

TEST_F(ParityTest, OfDevicesMicrosoftCountsTheBadOnes) {
  official("scid_2010", 4, "6, 10");
  const auto all = compare();
  EXPECT_EQ(all[0].good, 4);
  EXPECT_EQ(all[0].total, 10);
}

TEST_F(ParityTest, AnInstanceOfAnAppIsAnsweredLikeTheApp) {
  official("11770.MDA_Google_EnableTwoFactorAuth", 10);
  ours("MDA_Google_EnableTwoFactorAuth", Verdict::Pass, 1, 1);
  EXPECT_EQ(compare()[0].agreement, Agreement::Agrees);
}

TEST_F(ParityTest, SeveralOfOursStandEachForItself) {
  official("MFARegistrationV2", 5, "5, 10");
  ours("MFARegistrationV2", Verdict::Fail, 5, 10);
  ours("MFARegistrationV2", Verdict::Fail, 4, 10);

  const auto all = compare();

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].agreement, Agreement::Agrees);
  EXPECT_EQ(all[1].agreement, Agreement::Differs);
}

TEST_F(ParityTest, WithoutAProfileTheShareTellsTheGreatestPoints) {
  sql("INSERT INTO secure_score_controls VALUES('a', 'Device', 0.89, 44.5, NULL, '', NULL, NULL)");
  EXPECT_EQ(compare()[0].possible, 200);
}

TEST_F(ParityTest, WithoutMicrosoftsScoreThereIsNothingToCompare) {
  evidence.set({"secure_score_controls", snapshot::State::Denied, 0, {}});
  const auto failed = score::compare(catalogue, evidence, {});
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("`secure_score_controls` is denied"));
}

}  // namespace
}  // namespace assay::score
