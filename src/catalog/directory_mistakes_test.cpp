#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"

// Every mistake in the shape of a file gives its file, its line and what is wrong.
namespace assay::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> problems(const std::string& file, const std::string& from, const std::string& to) {
  const Example example;
  example.replace(file, from, to);
  return example.problems();
}

// A mistake in the control `spo.sharing-off`, and how it must be reported.
std::vector<std::string> control(const std::string& from, const std::string& to) {
  return problems(Example::kControl, from, to);
}
std::string at(int line, const std::string& what) {
  return std::string(Example::kControl) + ":" + std::to_string(line) + ": " + what;
}

TEST(ControlMistakeTest, WhatMustBeThereIsMissed) {
  EXPECT_THAT(control("title: External sharing is switched off\n", ""), ElementsAre(at(1, "`title` is missing")));
  EXPECT_THAT(control("unit: tenant", "unit:"), ElementsAre(at(1, "`unit` is missing")));
  EXPECT_THAT(control("why: Files leave the tenant with a link.\n", ""), ElementsAre(at(1, "`why` is missing")));
  EXPECT_THAT(control("id: spo.sharing-off\n", ""), Contains(at(1, "`id` is missing")));
  EXPECT_THAT(control("service: sharepoint\n", ""), ElementsAre(at(1, "`service` is missing")));
  EXPECT_THAT(control("scoring: binary\n", ""), ElementsAre(at(1, "`scoring` is missing")));
  EXPECT_THAT(control("needs: [sharing_settings]\n", ""), Contains(at(1, "`needs` is missing")));
  EXPECT_THAT(control("remediation:\n  steps: Switch it off.\n", "remediation:\n"),
              ElementsAre(at(1, "`remediation` needs `steps`")));
  EXPECT_THAT(control("    expect: pass\n", ""), Contains(at(30, "`expect` is missing")));
  EXPECT_THAT(control("  - case: it is off\n    given", "  - given"), ElementsAre(at(30, "`case` is missing")));
}

TEST(ControlMistakeTest, WordsAreFromAList) {
  EXPECT_THAT(control("service: sharepoint", "service: onedrive"),
              ElementsAre(at(4,
                             "`service` cannot be `onedrive`: one of entra exchange defender-office sharepoint teams "
                             "defender-endpoint intune "
                             "cloud-apps defender-identity purview power-platform fabric m365")));
  EXPECT_THAT(control("category: data", "category: files"),
              ElementsAre(at(5, "`category` cannot be `files`: one of identity device apps data")));
  EXPECT_THAT(control("scoring: binary", "scoring: half"),
              ElementsAre(at(8, "`scoring` cannot be `half`: one of binary proportional")));
  EXPECT_THAT(control("{level: high, notice", "{level: huge, notice"),
              ElementsAre(at(11, "`level` cannot be `huge`: one of low moderate high")));
  EXPECT_THAT(control("none: {verdict: unknown", "none: {verdict: good"),
              ElementsAre(at(17, "`verdict` cannot be `good`: one of pass fail unknown not_applicable")));
  EXPECT_THAT(control("    expect: pass", "    expect: passed"),
              Contains(at(32, "`passed` is no verdict: one of pass fail unknown not_applicable not_licensed manual")));
}

TEST(ControlMistakeTest, PointsAreWholeAndFromOneToTen) {
  EXPECT_THAT(control("points: 6", "points: 11"), ElementsAre(at(6, "`points` is 11, but must be 1 to 10"),
                                                              at(7, "the rubric adds up to 6, but `points` is 11")));
  EXPECT_THAT(control("points: 6", "points: 0"), Contains(at(6, "`points` is 0, but must be 1 to 10")));
  EXPECT_THAT(control("points: 6\n", ""), Contains(at(1, "`points` is 0, but must be 1 to 10")));
  EXPECT_THAT(control("points: 6", "points: -6"), Contains(at(6, "`points` is -6, but must be 1 to 10")));
  EXPECT_THAT(control("points: 6", "points: six"), Contains(at(6, "`points` is not a number: `six`")));
  EXPECT_THAT(control("points: 6", "points: 6.5"), Contains(at(6, "`points` is not a whole number: `6.5`")));
  EXPECT_THAT(control("points: 6", "points: 1e300"), Contains(at(6, "`points` is not a whole number: `1e300`")));
  EXPECT_THAT(control("points: 6", "points: nan"), Contains(at(6, "`points` is not a number: `nan`")));
  EXPECT_THAT(control("version: 2", "version: 2.1"), ElementsAre(at(2, "`version` is not a whole number: `2.1`")));
  EXPECT_THAT(control("good: 0", "good: none"), ElementsAre(at(35, "`good` is not a number: `none`")));
}

TEST(ControlMistakeTest, TheRubricAddsUpToThePoints) {
  EXPECT_THAT(control("likelihood: 3", "likelihood: 2"),
              ElementsAre(at(7, "the rubric adds up to 5, but `points` is 6")));
  EXPECT_THAT(control("likelihood: 3", "likelihood: high"),
              ElementsAre(at(7, "the rubric adds up to 3, but `points` is 6")));
}

TEST(ControlMistakeTest, ImpactAndEffortAreTold) {
  EXPECT_THAT(control("user_impact: {level: high, notice: Links for outsiders stop working.}", "user_impact: high"),
              ElementsAre(at(1, "`user_impact` needs `level` and `notice`")));
  EXPECT_THAT(control(", notice: Links for outsiders stop working.", ""), ElementsAre(at(11, "`notice` is missing")));
  EXPECT_THAT(control("effort: {level: low, hours: 0.5}", "effort: low"),
              ElementsAre(at(1, "`effort` needs `level` and `hours`")));
  EXPECT_THAT(control("hours: 0.5", "hours: 0"), ElementsAre(at(12, "`effort` needs `hours` above 0")));
  EXPECT_THAT(control("hours: 0.5", "hours: inf"), Contains(at(12, "`hours` is not a number: `inf`")));
}

TEST(ControlMistakeTest, ItSaysWhatNoRowsMean) {
  EXPECT_THAT(control("none: {verdict: unknown, reason: no settings were returned}\n", ""),
              ElementsAre(at(1, "`none` must say what no rows mean: verdict and reason")));
  EXPECT_THAT(control(", reason: no settings were returned", ""), ElementsAre(at(17, "`reason` is missing")));
}

TEST(ControlMistakeTest, AManualControlHasNoCheck) {
  EXPECT_THAT(problems(Example::kManual, "manual:", "check: SELECT 1\nneeds: [sites]\nmanual:"),
              ElementsAre("controls/sharepoint/training.yaml:12: a manual control has no `check`",
                          "controls/sharepoint/training.yaml:13: a manual control has no `needs`"));
  EXPECT_THAT(problems(Example::kManual, "look: the list of trainings, ", ""),
              ElementsAre("controls/sharepoint/training.yaml:12: `look` is missing"));
}

TEST(ControlMistakeTest, AListIsAListAndAMapIsAMap) {
  EXPECT_THAT(control("frameworks: {example: [EX.1]}", "frameworks: [example]"),
              Contains(at(16, "`frameworks` must be a map")));
  EXPECT_THAT(control("frameworks: {example: [EX.1]}", "frameworks: example"),
              Contains(at(16, "`frameworks` must be a map")));
  EXPECT_THAT(control("cases:\n", "cases:\n  - just words\n"), ElementsAre(at(30, "must be a map")));
  EXPECT_THAT(control("    expect: pass", "    expect: [pass]"), Contains(at(32, "must be a map")));
  EXPECT_THAT(control("given: {sharing_settings: [{tenant_id: t, sharing: disabled}]}", "given: nothing"),
              ElementsAre(at(31, "`given` must be a map")));
  EXPECT_THAT(control("rubric: {likelihood: 3, blast_radius: 2, exploited: 1}", "rubric: 6"),
              ElementsAre(at(7, "`rubric` must be a map")));
  EXPECT_THAT(problems(Example::kOwners, "cases:", "cases: none\nmicrosoft:"),
              Contains("controls/sharepoint/sites-owned.yaml:23: `cases` must be a list"));
  EXPECT_THAT(problems("licences.yaml", "plans:", "plans: none\nother:"),
              Contains("licences.yaml:1: `plans` must be a list"));
  EXPECT_THAT(problems(Example::kRequirements, "  - {id: EX.2, title: Sites have owners, level: should}", "  - EX.2"),
              Contains("frameworks/example/more.yaml:2: must be a map"));
}

TEST(ControlMistakeTest, EveryMistakeIsToldAtOnce) {
  EXPECT_THAT(control("points: 6\nrubric: {likelihood: 3, blast_radius: 2, exploited: 1}\nscoring: binary",
                      "points: 60\nscoring: half\ncolour: red")
                  .size(),
              3U);
}

std::vector<std::string> table(const std::string& from, const std::string& to) {
  return problems(Example::kSettings, from, to);
}
std::string table_at(int line, const std::string& what) {
  return std::string(Example::kSettings) + ":" + std::to_string(line) + ": " + what;
}

TEST(TableMistakeTest, NamesAreSnakeCase) {
  EXPECT_THAT(table("table: sharing_settings", "table: Sharing-Settings"),
              Contains(table_at(1, "table name `Sharing-Settings` is not snake_case")));
  EXPECT_THAT(table("name: days", "name: Days"), ElementsAre(table_at(8, "column name `Days` is not snake_case")));
  EXPECT_THAT(table("name: days", "name: 2days"), ElementsAre(table_at(8, "column name `2days` is not snake_case")));
}

TEST(TableMistakeTest, PointersBeginWithASlash) {
  EXPECT_THAT(table("pointer: /sharingCapability", "pointer: sharingCapability"),
              ElementsAre(table_at(
                  7, "pointer `sharingCapability` must begin with `/` or be `@key` or `@` and a column of `each`")));
  EXPECT_THAT(
      table("pointer: /sharingCapability", "pointer: '@The value'"),
      ElementsAre(table_at(7, "pointer `@The value` must begin with `/` or be `@key` or `@` and a column of `each`")));
  EXPECT_THAT(problems(Example::kSites, "pointer: /owners", "pointer: owners"),
              ElementsAre("tables/sharepoint/sites.yaml:8: pointer `owners` must begin with `/`"));
}

TEST(TableMistakeTest, AStarGivesAListAndStandsBetweenNames) {
  const std::string days = "name: days, type: integer";
  for (const auto* pointer : {"/log/*", "/*/days", "/log/*/more/*/days", "/log*/days"})
    EXPECT_THAT(table(days, "name: days, type: list, pointer: '" + std::string(pointer) + "'"),
                Contains(table_at(8, "pointer `" + std::string(pointer) + "` can have one `*`, between two names")));
  EXPECT_THAT(table(days, "name: days, type: integer, pointer: '/log/*/days'"),
              Contains(table_at(8, "pointer `/log/*/days` gives a list: the type must be `list`")));
  EXPECT_THAT(
      problems(Example::kSites, "pointer: /owners", "pointer: /owners/*/id"),
      Contains("tables/sharepoint/sites.yaml:8: pointer `/owners/*/id` cannot have `*`: a child has rows anyway"));
}

TEST(TableMistakeTest, ColumnsHaveKnownTypesAndNamesOfTheirOwn) {
  EXPECT_THAT(table("type: integer", "type: int"), ElementsAre(table_at(8, "unknown column type `int`")));
  EXPECT_THAT(table("name: days", "name: sharing"), Contains(table_at(8, "column `sharing` is declared twice")));
  EXPECT_THAT(table("key: [tenant_id]", "key: [id]"), ElementsAre(table_at(4, "key column `id` is not declared")));
  EXPECT_THAT(table(R"(values: {"0": disabled, "2": anyone})", "values: [disabled]"),
              ElementsAre(table_at(7, "`values` must be a map")));
}

TEST(TableMistakeTest, WhatMustBeThereIsMissed) {
  EXPECT_THAT(table("about: Settings of external sharing.\n", ""), ElementsAre(table_at(1, "`about` is missing")));
  EXPECT_THAT(table("{name: days, type", "{type"), Contains(table_at(8, "`name` is missing")));
  EXPECT_THAT(table("key: SPO_tenant, ", ""), ElementsAre(table_at(10, "`key` is missing")));
  EXPECT_THAT(problems("tables/entra/service_plans.yaml", "columns:\n  - {name: name}\n  - {name: status}\n", ""),
              ElementsAre("tables/entra/service_plans.yaml:1: a table needs columns"));
}

TEST(TableMistakeTest, AListIsAList) {
  EXPECT_THAT(table("columns:\n", "columns:\n  - tenant\n"), ElementsAre(table_at(6, "must be a map")));
  EXPECT_THAT(problems(Example::kSites, "children:\n  - table", "children:\n    table"),
              Contains("tables/sharepoint/sites.yaml:8: `children` must be a list"));
}

TEST(TableMistakeTest, AMapOfRowsIsSpelledMap) {
  EXPECT_THAT(problems(Example::kSites, "rows: map", "rows: object"),
              ElementsAre("tables/sharepoint/sites.yaml:10: `rows` cannot be `object`: one of map"));
  EXPECT_THAT(problems(Example::kSites, "shape: map", "shape: object"),
              ElementsAre("tables/sharepoint/sites.yaml:14: `shape` cannot be `object`: one of map"));
}

}  // namespace
}  // namespace assay::catalog
