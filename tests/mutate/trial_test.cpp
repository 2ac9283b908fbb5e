#include "trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"

namespace assay::mutate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::filesystem::path kExample = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/mutate/example";

Trial trial(const Options& options) {
  auto result = run(options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : describe(result.error()));
  return result ? std::move(*result) : Trial();
}

TEST(MutateTrialTest, AFaultThatNoCaseNoticesSurvives) {
  const auto found = trial({{kExample}, {}, "room-size", 1});

  ASSERT_EQ(found.outcomes.size(), 1U);
  const auto& outcome = found.outcomes[0];
  EXPECT_EQ(outcome.name, "example.room-size");
  EXPECT_EQ(outcome.service, "teams");
  std::vector<std::string> survivors;
  for (const auto& s : outcome.survivors) survivors.push_back(s.original + " → " + s.put);
  EXPECT_THAT(survivors, ElementsAre("<= → <", "10 → 9"));
  EXPECT_EQ(outcome.survivors[0].text, "CASE WHEN seats <= 10 THEN 'pass'");
  EXPECT_EQ(outcome.survivors[0].line, 16);
  EXPECT_EQ(outcome.survivors[0].file, kExample / "controls/room-size.yaml");
  EXPECT_THAT(outcome.survivors[0].traces, IsEmpty());
}

TEST(MutateTrialTest, AViewIsTriedWithTheCasesOfThoseThatReadIt) {
  const auto found = trial({{kExample}, {}, "view ", 1});

  ASSERT_EQ(found.outcomes.size(), 1U);
  EXPECT_EQ(found.outcomes[0].name, "view low_rooms");
  EXPECT_EQ(found.outcomes[0].service, "views");
  EXPECT_EQ(found.outcomes[0].mutants, 4U);
  EXPECT_THAT(found.outcomes[0].survivors, IsEmpty());
}

TEST(MutateTrialTest, AFamilyIsTriedOnce) {
  const auto found = trial({{kExample}, {}, "floor", 1});

  ASSERT_EQ(found.outcomes.size(), 1U);
  EXPECT_EQ(found.outcomes[0].name, "example.floor-7");
  EXPECT_EQ(found.outcomes[0].mutants, 3U);
}

TEST(MutateTrialTest, ThreadsShareTheWork) {
  std::vector<std::string> names;
  for (const auto& outcome : trial({{kExample}, {}, "", 2}).outcomes) names.push_back(outcome.name);
  EXPECT_THAT(names, ElementsAre("example.floor-7", "example.room-size", "view low_rooms"));
}

TEST(MutateTrialTest, WhatIsNamedAsEquivalentIsNoSurvivor) {
  const TemporaryFolder folder;
  folder.write("equivalent.yaml", R"(example.room-size:
  - {line: "CASE WHEN seats <= 10 THEN 'pass'", change: "<= → <", why: for the test}
  - {line: "CASE WHEN seats <= 10 THEN 'pass'", change: "10 → 11", why: for the test}
example.gone:
  - {line: x, change: y, why: for the test}
)");

  const auto found = trial({{kExample}, folder.path() / "equivalent.yaml", "", 1});

  EXPECT_EQ(found.outcomes[1].equivalent, 1U);
  EXPECT_EQ(found.outcomes[1].survivors.size(), 1U);
  EXPECT_THAT(found.obsolete,
              ElementsAre("example.room-size: CASE WHEN seats <= 10 THEN 'pass': 10 → 11", "example.gone: x: y"));
}

TEST(MutateTrialTest, AnEquivalentMayStandInManyAndNameOneOfSeveral) {
  const TemporaryFolder folder;
  folder.write("equivalent.yaml", R"("*":
  - {line: "CASE WHEN seats <= 10 THEN 'pass'", change: "<= → <", nth: 2, why: for the test}
  - {line: "CASE WHEN seats <= 10 THEN 'pass'", change: "10 → 9", nth: [1, 2], why: for the test}
)");

  const auto found = trial({{kExample}, folder.path() / "equivalent.yaml", "", 1});

  EXPECT_EQ(found.outcomes[1].equivalent, 1U);
  EXPECT_THAT(found.obsolete, ElementsAre("*: CASE WHEN seats <= 10 THEN 'pass': <= → <"));
}

TEST(MutateTrialTest, AnEquivalentNeedsItsReason) {
  const TemporaryFolder folder;
  folder.write("equivalent.yaml", "example.room-size:\n  - {line: x, change: y}\n");

  const auto result = run({{kExample}, folder.path() / "equivalent.yaml", "", 1});

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(folder.without(describe(result.error())), "equivalent.yaml:2: needs `line`, `change` and `why`");
}

}  // namespace
}  // namespace assay::mutate
