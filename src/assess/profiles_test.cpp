#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assess/cases.h"
#include "assess/compliance.h"
#include "base/temporary_folder.h"
#include "catalog/settings_example.h"

// Thresholds: whose line a control is judged by.
namespace assay::assess {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

struct Tenant {
  catalog::Catalogue catalogue = catalog::SettingsExample().load();
  snapshot::Evidence evidence;
  FixedClock clock{1'777'852'800};

  explicit Tenant(int days) {
    CHECK(snapshot::create_tables(evidence.db, catalogue).has_value());
    CHECK(evidence.db.execute("INSERT INTO sharing_settings(tenant_id, days) VALUES('t', " + std::to_string(days) + ")")
              .has_value());
    evidence.set({"sharing_settings", snapshot::State::Collected, 1, {}});
  }

  Finding judge(const Decisions& decisions) {
    auto assessor = Assessor::create(catalogue, evidence, decisions, clock);
    CHECK(assessor.has_value());
    return assessor->judge(*catalogue.control("spo.link-days"));
  }
};

TEST(ProfilesTest, TheSameEvidenceIsJudgedByTheLineThatWasChosen) {
  Tenant tenant(20);
  Decisions decisions;

  EXPECT_EQ(tenant.judge(decisions).verdict, Verdict::Pass);
  decisions.profile = "example";
  EXPECT_EQ(tenant.judge(decisions).verdict, Verdict::Fail);
  EXPECT_THAT(tenant.judge(decisions).reason, HasSubstr("20 of 15"));
  decisions.settings["days_most"] = 20;
  EXPECT_EQ(tenant.judge(decisions).verdict, Verdict::Pass);
}

TEST(ProfilesTest, CasesAreJudgedByTheirOwn) {
  const auto catalogue = catalog::SettingsExample().load();
  const auto& control = *catalogue.control("spo.link-days");

  for (const auto& result : run_cases(catalogue, control)) EXPECT_EQ(result.difference, "") << result.test->name;
}

TEST(ProfilesTest, AFrameworkFollowsItsOwnLine) {
  const auto catalogue = catalog::SettingsExample().load();
  Decisions decisions;
  decisions.profile = "stricter";
  decisions.settings = {{"days_most", 365}, {"levels", Json{"anyone"}}};

  follow(*catalogue.framework("example"), catalogue, decisions);

  EXPECT_EQ(decisions.profile, "example");
  EXPECT_THAT(decisions.settings, ElementsAre(Pair("levels", Json{"anyone"})));
}

TEST(ProfilesTest, TheDecisionsFileChoosesAProfileAndSettings) {
  const auto catalogue = catalog::SettingsExample().load();
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) {
    folder.write("d.yaml", text);
    return read_decisions(folder.path() / "d.yaml", catalogue);
  };

  const auto decisions = read("profile: stricter\nsettings: {days_most: 7, levels: [anyone]}\n");

  ASSERT_TRUE(decisions.has_value());
  EXPECT_EQ(decisions->profile, "stricter");
  EXPECT_THAT(decisions->settings, ElementsAre(Pair("days_most", 7), Pair("levels", Json{"anyone"})));
  EXPECT_THAT(read("profile: nobody\n").error().message, HasSubstr("d.yaml:1: unknown profile `nobody`"));
  EXPECT_THAT(read("settings: {days: 7}\n").error().message, HasSubstr("d.yaml:1: unknown setting `days`"));
  EXPECT_THAT(read("settings: {days_most: week}\n").error().message,
              HasSubstr("d.yaml:1: `days_most` must be a whole number"));
  EXPECT_THAT(read("settings: 7\n").error().message, HasSubstr("`settings` must be a map"));
  EXPECT_THAT(read("zones: {}\n")->settings, IsEmpty());
}

}  // namespace
}  // namespace assay::assess
