#include "catalog/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"

namespace assay::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// What the author is told when `from` in the file reads `to`.
std::vector<std::string> problems(const std::string& file, const std::string& from, const std::string& to) {
  const Example example;
  example.replace(file, from, to);
  return example.problems();
}

std::vector<std::string> control_problems(const std::string& from, const std::string& to) {
  return problems(Example::kControl, from, to);
}
std::string at(int line, const std::string& what) {
  return std::string(Example::kControl) + ":" + std::to_string(line) + ": " + what;
}
std::string table_at(int line, const std::string& what) {
  return std::string(Example::kSettings) + ":" + std::to_string(line) + ": " + what;
}

TEST(DirectoryTest, TheExampleHasNoMistake) { EXPECT_THAT(Example().problems(), IsEmpty()); }

TEST(DirectoryTest, ReadsAControl) {
  const auto catalogue = Example().load();

  const auto* c = catalogue.control("spo.sharing-off");

  ASSERT_NE(c, nullptr);
  EXPECT_EQ(c->version, 2);
  EXPECT_EQ(c->title, "External sharing is switched off");
  EXPECT_EQ(c->points, 6);
  EXPECT_EQ(c->scoring, Scoring::Binary);
  EXPECT_EQ(c->user_impact, "high");
  EXPECT_EQ(c->user_impact_notice, "Links for outsiders stop working.");
  EXPECT_EQ(c->effort_hours, 0.5);
  EXPECT_THAT(c->licence, ElementsAre("SHAREPOINT"));
  EXPECT_THAT(c->needs, ElementsAre("sharing_settings"));
  EXPECT_THAT(c->microsoft, ElementsAre("SharingOff"));
  EXPECT_THAT(c->frameworks, ElementsAre(Pair("example", ElementsAre("EX.1"))));
  EXPECT_EQ(c->none_verdict, "unknown");
  EXPECT_EQ(c->none_reason, "no settings were returned");
  EXPECT_EQ(c->rubric.dump(), R"({"likelihood":3,"blast_radius":2,"exploited":1})");
  EXPECT_EQ(c->remediation["change"][0]["body"].dump(), R"({"sharingCapability":"disabled"})");
  EXPECT_EQ(c->place.line, 1);
  EXPECT_EQ(c->check_place.line, 18);
  ASSERT_EQ(c->cases.size(), 4U);
  EXPECT_EQ(c->cases[1].name, "anyone with the link");
  EXPECT_EQ(c->cases[1].given.dump(), R"({"sharing_settings":[{"tenant_id":"t","sharing":"anyone"}]})");
  EXPECT_EQ(c->cases[1].verdict, "fail");
  EXPECT_EQ(c->cases[1].reason, "external sharing is anyone");
  EXPECT_EQ(c->cases[1].good, 0);
  EXPECT_EQ(c->cases[1].total, 1);
  EXPECT_EQ(c->cases[1].line, 33);
}

TEST(DirectoryTest, ReadsAManualControl) {
  const auto catalogue = Example().load();

  const auto* c = catalogue.control("spo.training");

  ASSERT_NE(c, nullptr);
  EXPECT_TRUE(c->manual);
  EXPECT_EQ(c->manual_look, "the list of trainings");
  EXPECT_EQ(c->manual_attest, "Everybody was trained this year.");
}

TEST(DirectoryTest, ReadsATable) {
  const auto catalogue = Example().load();

  const auto* t = catalogue.table("sharing_settings");

  ASSERT_NE(t, nullptr);
  ASSERT_EQ(t->columns.size(), 3U);
  EXPECT_EQ(t->columns[0].pointer, "/tenant_id") << "the name, unless another is given";
  EXPECT_EQ(t->columns[0].about, "The tenant.");
  EXPECT_THAT(t->columns[1].values, ElementsAre(Pair("0", "disabled"), Pair("2", "anyone")));
  EXPECT_EQ(t->columns[1].absent, std::nullopt);
  EXPECT_EQ(t->columns[2].type, ColumnType::Integer);
  EXPECT_EQ(t->columns[2].absent, Json(30));
  EXPECT_EQ(t->columns[2].null, Json(0));
  EXPECT_EQ(t->columns[1].null, std::nullopt);
  EXPECT_EQ(t->source["permission"], "SharePointTenantSettings.Read.All");
  ASSERT_EQ(t->scubagear.size(), 1U);
  EXPECT_EQ(t->scubagear[0].key, "SPO_tenant");
  EXPECT_THAT(t->scubagear[0].commands, ElementsAre("Get-SPOTenant"));
}

TEST(DirectoryTest, ReadsChildrenAndTheirSources) {
  const auto catalogue = Example().load();

  const auto* t = catalogue.table("sites");

  ASSERT_NE(t, nullptr);
  ASSERT_EQ(t->children.size(), 1U);
  EXPECT_EQ(t->children[0].pointer, "/owners");
  EXPECT_TRUE(t->children[0].map);
  EXPECT_EQ(t->children[0].service, "sharepoint");
  EXPECT_EQ(t->children[0].columns[0].pointer, "@key");
  ASSERT_EQ(t->scubagear.size(), 2U);
  EXPECT_EQ(t->scubagear[0].rows, "/value");
  EXPECT_TRUE(t->scubagear[1].map);
}

TEST(DirectoryTest, ReadsViewsFrameworksAndLicences) {
  const auto catalogue = Example().load();

  EXPECT_EQ(catalogue.version, "2026.1");
  ASSERT_NE(catalogue.view("owned_sites"), nullptr);
  EXPECT_EQ(catalogue.view("owned_sites")->about, "Sites with the number of their owners.");
  const auto* framework = catalogue.framework("example");
  ASSERT_NE(framework, nullptr);
  EXPECT_TRUE(framework->unlicensed_fails);
  ASSERT_EQ(framework->requirements.size(), 3U);
  EXPECT_EQ(framework->requirements[0].level, "shall");
  EXPECT_THAT(framework->requirements[0].crosswalk, ElementsAre(Pair("nist", ElementsAre("AC-3", "AC-4"))));
  ASSERT_EQ(catalogue.plans.size(), 1U);
  EXPECT_THAT(catalogue.plans[0].also, ElementsAre("SHAREPOINT_GOV"));
}

TEST(DirectoryTest, ScalarsOfACaseKeepTheirTypes) {
  const Example example;
  example.replace(Example::kControl, "tenant_id: t, sharing: disabled",
                  "tenant_id: [1, -2.5, true, null, ~, '1', \"true\", inf, nan, Infinity, 1e3, 007x, -]");

  const auto catalogue = example.load();

  EXPECT_EQ(catalogue.control("spo.sharing-off")->cases[0].given["sharing_settings"][0]["tenant_id"].dump(),
            R"([1,-2.5,true,null,null,"1","true","inf","nan","Infinity",1000.0,"007x","-"])");
}

TEST(DirectoryTest, AMissingFolderIsNotFound) {
  std::vector<Problem> found;
  const auto catalogue = read_directories({"/nowhere/catalogue"}, found);

  ASSERT_FALSE(catalogue);
  EXPECT_EQ(catalogue.error().code, ErrorCode::NotFound);
  EXPECT_EQ(describe(catalogue.error()),
            "`/nowhere/catalogue`: is no catalogue folder (it must hold controls/ and tables/)");
}

TEST(DirectoryTest, AnotherFolderIsLaidOver) {
  const Example example;
  const Example more;
  for (const char* file :
       {Example::kControl, Example::kOwners, Example::kView, Example::kFramework, Example::kRequirements,
        Example::kSettings, Example::kSites, "tables/entra/service_plans.yaml", "licences.yaml"})
    more.remove(file);
  more.replace(Example::kManual, "id: spo.training", "id: own.training");
  more.write("catalogue.yaml", "version: own\n");
  std::vector<Problem> found;

  const auto catalogue = read_directories({more.path()}, found, example.load()).value();

  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(catalogue.version, "own");
  EXPECT_EQ(catalogue.controls.size(), 4U);
  EXPECT_EQ(catalogue.naming("EXAMPLE", "ex.3").size(), 2U);
}

TEST(DirectoryTest, TheSameIdTwiceIsAMistake) {
  const Example example;
  example.write("controls/z.yaml", "id: spo.training\n");
  example.write("tables/z.yaml", "table: sites\nservice: x\nabout: x\ncolumns: [{name: x}]\n");
  example.write("views/z/owned_sites.sql", "-- Again.\nSELECT 1 AS x");

  const auto found = example.problems();

  EXPECT_THAT(found, Contains("tables/z.yaml:1: table `sites` is already in tables/sharepoint/sites.yaml"));
  EXPECT_THAT(found,
              Contains("controls/z.yaml:1: control `spo.training` is already in controls/sharepoint/training.yaml"));
  EXPECT_THAT(found, Contains("views/z/owned_sites.sql:1: view `owned_sites` is already in views/owned_sites.sql"));
}

TEST(DirectoryTest, AnIdOfTheBuiltInCatalogueTwiceIsAMistake) {
  auto base = Example().load();
  for (auto& control : base.controls) control.place = {};
  const Example again;
  std::vector<Problem> found;

  ASSERT_TRUE(read_directories({again.path()}, found, std::move(base)));

  std::vector<std::string> messages;
  for (const auto& problem : found) messages.push_back(problem.message);
  EXPECT_THAT(messages, Contains("control `spo.training` is already in the built-in catalogue"));
}

TEST(DirectoryTest, BadYamlIsNamedWithItsLineAndTheRestIsRead) {
  const Example example;
  example.write("controls/broken.yaml", "id: x\ntitle: [\n");
  example.write("controls/list.yaml", "- id: x\n");
  example.write("controls/empty.yaml", "");
  example.write("controls/twice.yaml", "id: x\nid: y\n");
  example.write("controls/deep.yaml", std::string(100, '['));

  EXPECT_THAT(
      example.problems(),
      ElementsAre("controls/broken.yaml:3: end of sequence flow not found",
                  "controls/deep.yaml: nested deeper than 64 levels", "controls/empty.yaml:1: must be a map",
                  "controls/list.yaml:1: must be a map", "controls/twice.yaml:2: `id` stands twice in one map"));
}

TEST(DirectoryTest, UnknownKeysAreMistakes) {
  EXPECT_THAT(control_problems("microsoft:", "mircosoft:"), ElementsAre(at(15, "unknown key `mircosoft`")));
  EXPECT_THAT(control_problems("expect: {verdict: fail", "expect: {verdikt: fail"),
              Contains(at(35, "unknown key `verdikt`")));
  EXPECT_THAT(control_problems("  - case: it is off\n", "  - case: it is off\n    when: now\n"),
              ElementsAre(at(31, "unknown key `when`")));
  EXPECT_THAT(control_problems("  steps: Switch it off.", "  steps: x\n  note: y"),
              ElementsAre(at(28, "unknown key `note`")));
  EXPECT_THAT(control_problems("hours: 0.5", "hours: 0.5, days: 1"), ElementsAre(at(12, "unknown key `days`")));
  EXPECT_THAT(control_problems("reason: no settings", "why: x, reason: no settings"),
              ElementsAre(at(17, "unknown key `why`")));
  EXPECT_THAT(problems(Example::kSettings, "about: The", "abuot: The"),
              ElementsAre(table_at(6, "unknown key `abuot`")));
  EXPECT_THAT(problems(Example::kSettings, "source:", "sources:"), ElementsAre(table_at(9, "unknown key `sources`")));
  EXPECT_THAT(problems("licences.yaml", "also:", "alsoo:"), ElementsAre("licences.yaml:2: unknown key `alsoo`"));
  EXPECT_THAT(problems("catalogue.yaml", "version: 2026.1", "version: 1\nname: x"),
              ElementsAre("catalogue.yaml:2: unknown key `name`"));
  EXPECT_THAT(problems(Example::kFramework, "about:", "abuot:"),
              ElementsAre("frameworks/example/framework.yaml:6: unknown key `abuot`"));
}

TEST(DirectoryTest, FrameworksSayWhoTheyAre) {
  EXPECT_THAT(problems(Example::kFramework, "publisher: Nobody\n", ""),
              ElementsAre("frameworks/example/framework.yaml:1: `publisher` is missing"));
  EXPECT_THAT(problems(Example::kFramework, "id: example", "id: other"),
              ElementsAre("frameworks/example/framework.yaml:1: framework `other` stands in the folder of `example`"));
  EXPECT_THAT(problems(Example::kFramework, "unlicensed: fail", "unlicensed: fails"),
              ElementsAre("frameworks/example/framework.yaml:7: `unlicensed` cannot be `fails`: one of fail"));
  EXPECT_THAT(problems(Example::kRequirements, "id: EX.2, ", ""),
              Contains("frameworks/example/more.yaml:2: `id` is missing"));
}

TEST(DirectoryTest, AViewBeginsWithAComment) {
  EXPECT_THAT(problems(Example::kView, "-- Sites with the number\n-- of their owners.\n", ""),
              ElementsAre("views/owned_sites.sql:1: a view begins with a comment that says what it is"));
}

TEST(DirectoryTest, AViewMustBeUtf8) {
  EXPECT_THAT(problems(Example::kView, "number", "n\xFCmber"), Contains("views/owned_sites.sql:1: not UTF-8"));
}

}  // namespace
}  // namespace assay::catalog
