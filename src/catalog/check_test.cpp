#include "catalog/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"

namespace assay::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<std::string> problems(const std::string& file, const std::string& from, const std::string& to) {
  const Example example;
  example.replace(file, from, to);
  return example.problems();
}

std::vector<std::string> control(const std::string& from, const std::string& to) {
  return problems(Example::kControl, from, to);
}
std::string at(int line, const std::string& what) {
  return std::string(Example::kControl) + ":" + std::to_string(line) + ": " + what;
}

TEST(ResolveSqlTest, WritesDownWhatIsRead) {
  const auto catalogue = Example().load();

  EXPECT_THAT(catalogue.control("spo.sharing-off")->sql_reads,
              ElementsAre(Pair("sharing_settings", ElementsAre("sharing", "tenant_id"))));
  EXPECT_THAT(catalogue.control("spo.sites-owned")->sql_reads,
              ElementsAre(Pair("owned_sites", ElementsAre("id", "owners"))));
  EXPECT_THAT(catalogue.view("owned_sites")->reads, ElementsAre(Pair("site_owners", ElementsAre("name", "parent")),
                                                                Pair("sites", ElementsAre("ROWID", "id"))));
}

TEST(VariantTest, HangsOnAControlWithPoints) {
  const std::string points = "points: 6\nrubric: {likelihood: 3, blast_radius: 2, exploited: 1}";
  EXPECT_THAT(control(points, "variant_of: spo.sites-owned"), ElementsAre());
  EXPECT_THAT(control(points, "variant_of: spo.nothing"),
              Contains(at(1, "spo.sharing-off: variant_of `spo.nothing`: there is no such control")));
  EXPECT_THAT(control(points, "variant_of: spo.sharing-off"),
              Contains(at(1, "spo.sharing-off: variant_of `spo.sharing-off`: it is a variant itself")));
  EXPECT_THAT(control("points: 6", "variant_of: spo.sites-owned"),
              Contains(at(7, "a variant has no `rubric`: those of `spo.sites-owned` count")));
}

TEST(ResolveSqlTest, UnknownNamesInSql) {
  EXPECT_THAT(control("FROM sharing_settings", "FROM sharing"),
              Contains(at(18, "spo.sharing-off: check: sql: no such table: sharing")));
  EXPECT_THAT(control("tenant_id AS resource", "tenant AS resource"),
              Contains(at(18, "spo.sharing-off: check: sql: no such column: tenant")));
  EXPECT_THAT(control("coalesce(sharing,", "coalesced(sharing,"),
              Contains(at(18, "spo.sharing-off: check: sql: no such function: coalesced")));
  EXPECT_THAT(control("SELECT tenant_id", "SELEC tenant_id"),
              Contains(at(18, "spo.sharing-off: check: sql: near \"SELEC\": syntax error")));
}

TEST(ResolveSqlTest, SqlThatCanDoMoreThanReadIsRefused) {
  const auto refused = [](const std::string& sql) {
    const Example example;
    example.write(Example::kView, "-- Sites.\n" + sql);
    return example.problems();
  };
  const std::string view = "views/owned_sites.sql:1: view `owned_sites`: sql: not allowed: ";

  EXPECT_THAT(refused("DELETE FROM sites RETURNING id"), Contains(view + "it writes to `sites`"));
  EXPECT_THAT(refused("SELECT random() AS id"),
              Contains(view + "it calls `random`, which is not on the list of allowed functions"));
  EXPECT_THAT(refused("SELECT sql FROM sqlite_master"), Contains(view + "it reads `sqlite_master`"));
  EXPECT_THAT(refused("SELECT 1; DROP TABLE sites"),
              Contains("views/owned_sites.sql:1: view `owned_sites`: sql: more than one statement"));
  EXPECT_THAT(control("SELECT tenant_id AS", "DELETE FROM sites; SELECT tenant_id AS"),
              Contains(at(18, "spo.sharing-off: check: sql: not allowed: it writes to `sites`")));
}

TEST(ResolveSqlTest, TheColumnsOfACheck) {
  EXPECT_THAT(
      control("AS resource", "AS id"),
      ElementsAre(at(18, "spo.sharing-off: check: gives no column `resource`"),
                  at(18, "spo.sharing-off: check: column `id` is not one of resource, name, verdict, reason, share")));
  EXPECT_THAT(control("END AS verdict", "END"), Contains(at(18, "spo.sharing-off: check: gives no column `verdict`")));
  EXPECT_THAT(control("AS reason", ""), Contains(at(18, "spo.sharing-off: check: gives no column `reason`")));
  EXPECT_THAT(control("AS reason", "AS reason, 0.5 AS share"),
              ElementsAre(at(18, "spo.sharing-off: check: `share` takes `scoring: proportional`")));
}

TEST(ResolveSqlTest, ATableMustBeNamedBeforeItIsRead) {
  EXPECT_THAT(control("FROM sharing_settings", "FROM sharing_settings, sites"),
              ElementsAre(at(18, "spo.sharing-off: check reads `sites`, which is in neither `needs` nor `reads`")));
  EXPECT_THAT(control("FROM sharing_settings", "FROM sharing_settings, site_owners"),
              ElementsAre(at(18, "spo.sharing-off: check reads `sites`, which is in neither `needs` nor `reads`")))
      << "a child is read with its parent";
  EXPECT_THAT(control("FROM sharing_settings", "FROM sharing_settings, tenant, coverage, declared, licence_flags"),
              ElementsAre());
}

TEST(ResolveSqlTest, AViewMayReadAnother) {
  const Example example;
  example.write("views/a_late.sql", "-- Read before it is made.\nSELECT id FROM owned_sites");
  example.write("views/z_early.sql", "-- Read by another.\nSELECT id FROM a_late");

  const auto catalogue = example.load();

  EXPECT_THAT(catalogue.view("z_early")->reads, ElementsAre(Pair("a_late", ElementsAre("id"))));
}

TEST(ResolveSqlTest, ViewsInACircle) {
  const Example example;
  example.write("views/a.sql", "-- A.\nSELECT id FROM b");
  example.write("views/b.sql", "-- B.\nSELECT id FROM a");
  example.write("views/c.sql", "-- C.\nSELECT id FROM c");

  EXPECT_THAT(example.problems(),
              ElementsAre("views/a.sql:1: view `a`: it reads view `b`, which has a mistake or reads it in turn",
                          "views/b.sql:1: view `b`: it reads view `a`, which has a mistake or reads it in turn",
                          "views/c.sql:1: view `c`: it reads view `c`, which has a mistake or reads it in turn"));
}

TEST(ResolveSqlTest, EachBrokenViewIsToldItsOwnMistake) {
  const Example example;
  example.write("views/a.sql", "-- A.\nSELECT x FROM sites");
  example.write("views/b.sql", "-- B.\nSELECT id FROM nowhere");

  EXPECT_THAT(example.problems(), ElementsAre("views/a.sql:1: view `a`: sql: no such column: x",
                                              "views/b.sql:1: view `b`: sql: no such table: nowhere"));
}

TEST(ResolveSqlTest, TwoThingsCannotShareAName) {
  const Example example;
  example.write("views/sites.sql", "-- A view that is called like a table.\nSELECT 1 AS id");
  example.replace(Example::kSites, "table: site_owners", "table: sharing_settings");
  example.write("tables/tenant.yaml", "table: tenant\nservice: x\nabout: x\ncolumns: [{name: x}]\n");

  const auto found = example.problems();

  EXPECT_THAT(found, Contains(HasSubstr("views/sites.sql:1: sql: table \"sites\" already exists")));
  EXPECT_THAT(found,
              Contains(HasSubstr("tables/sharepoint/sites.yaml:8: sql: table \"sharing_settings\" already exists")));
  EXPECT_THAT(found, Contains(HasSubstr("tables/tenant.yaml:1: sql: table \"tenant\" already exists")));
}

TEST(CheckRulesTest, UnknownTables) {
  EXPECT_THAT(control("needs: [sharing_settings]", "needs: [sharing_settings, sitez]"),
              ElementsAre(at(1, "spo.sharing-off: unknown table `sitez`")));
  EXPECT_THAT(control("needs: [sharing_settings]", "needs: [sharing_settings]\nreads: [site_owners]"),
              ElementsAre(at(1, "spo.sharing-off: unknown table `site_owners`")))
      << "a child comes with its parent";
}

TEST(CheckRulesTest, UnknownLicences) {
  EXPECT_THAT(control("licence: [SHAREPOINT]", "licence: [SHAREPIONT]"),
              ElementsAre(at(1, "spo.sharing-off: unknown service plan `SHAREPIONT`")));
  EXPECT_THAT(control("licence: [SHAREPOINT]", "licence: [SHAREPOINT_GOV]"),
              ElementsAre(at(1, "spo.sharing-off: unknown service plan `SHAREPOINT_GOV`")));
}

TEST(CheckRulesTest, ElseIsNeverPass) {
  const auto fault =
      at(18, "spo.sharing-off: `ELSE 'pass'`: a pass must be proven, and ELSE also catches missing evidence");
  for (const char* otherwise : {"ELSE 'pass'", "else\n   'pass'", "ELSE('pass')", "Else ( ( 'Pass'))",
                                "ELSE /* surely */ 'pass'", "ELSE -- surely\n     'pass'"})
    EXPECT_THAT(control("ELSE 'fail'", otherwise), Contains(fault)) << otherwise;
  EXPECT_THAT(control("ELSE 'fail'", "ELSE 'fail' || 'ed elsewhere'"), ElementsAre());
}

TEST(CheckRulesTest, FrameworksAndTheirRequirements) {
  EXPECT_THAT(control("{example: [EX.1]}", "{exampel: [EX.1]}"),
              Contains(at(1, "spo.sharing-off: unknown framework `exampel`")));
  EXPECT_THAT(control("{example: [EX.1]}", "{example: [EX.1, EX.9]}"),
              ElementsAre(at(1, "spo.sharing-off: framework `example` has no requirement `EX.9`")));
}

TEST(CheckRulesTest, ARequirementThatNobodyAnswers) {
  EXPECT_THAT(control("frameworks: {example: [EX.1]}\n", ""),
              ElementsAre("frameworks/example/framework.yaml:9: no control answers requirement `EX.1`"));
  EXPECT_THAT(problems(Example::kRequirements, "requirements:\n", "requirements:\n  - {id: EX.9, title: New}\n"),
              ElementsAre("frameworks/example/more.yaml:2: no control answers requirement `EX.9`"));
}

TEST(CheckRulesTest, ARequirementThatStandsTwice) {
  EXPECT_THAT(problems(Example::kRequirements, "id: EX.3", "id: EX.1"),
              Contains("frameworks/example/more.yaml:3: requirement `EX.1` is declared twice"));
}

TEST(CheckRulesTest, AFrameworkWithoutItsHead) {
  const Example example;
  example.remove(Example::kFramework);
  EXPECT_THAT(example.problems(), Contains(HasSubstr("framework `example` has no file with its id and title")));
}

TEST(CheckRulesTest, EachKindOfCase) {
  EXPECT_THAT(control("    expect: pass", "    expect: fail"),
              ElementsAre(at(1, "spo.sharing-off: there is no case for `pass`")));
  EXPECT_THAT(control("{verdict: fail,", "{verdict: pass,"),
              ElementsAre(at(1, "spo.sharing-off: there is no case for `fail`")));
  EXPECT_THAT(control("    expect: unknown", "    expect: pass"),
              ElementsAre(at(1, "spo.sharing-off: there is no case for `unknown`")));
  EXPECT_THAT(control("    expect: not_licensed", "    expect: pass"),
              ElementsAre(at(1, "spo.sharing-off: needs a licence, but there is no case for `not_licensed`")));
  EXPECT_THAT(problems(Example::kOwners, "cases:", "cases: []\nmicrosoft:\n#"),
              Contains(HasSubstr("spo.sites-owned: there is no case for `pass`")));
}

TEST(CheckRulesTest, RowsOfACase) {
  EXPECT_THAT(control("sharing: disabled}]}", "shared: no}]}"),
              ElementsAre(at(30, "case `it is off`: table `sharing_settings` has no column `shared`")));
  EXPECT_THAT(control("given: {sharing_settings: [", "given: {settings: ["),
              ElementsAre(at(30, "case `it is off`: unknown table `settings`")));
  EXPECT_THAT(control("[{tenant_id: t, sharing: disabled}]", "{tenant_id: t}"),
              ElementsAre(at(30, "case `it is off`: `sharing_settings` must be a list of rows or a coverage state")));
  EXPECT_THAT(control("[{tenant_id: t, sharing: disabled}]", "[t]"),
              ElementsAre(at(30, "case `it is off`: a row of `sharing_settings` is no map")));
  EXPECT_THAT(control("sharing_settings: denied", "sharing_settings: forbidden"),
              ElementsAre(at(36,
                             "case `we were not allowed to look`: `forbidden` is no coverage state: one of absent "
                             "denied not_licensed not_offered failed collected")));
  EXPECT_THAT(problems(Example::kOwners, "site_owners: [{name: x}, {name: y}]", "site_owners: [{nam: x}]"),
              ElementsAre(HasSubstr("case `two owners`: table `site_owners` has no column `nam`")));
}

TEST(CheckRulesTest, WhatElseACaseCanGive) {
  EXPECT_THAT(
      control("licences: {missing:", "licences: {lacking:"),
      ElementsAre(at(39, "case `the tenant has no SharePoint`: `licences` has no `lacking`: one of held missing")));
  EXPECT_THAT(control("licences: {missing: [SHAREPOINT]}", "licences: [SHAREPOINT]"),
              ElementsAre(at(39, "case `the tenant has no SharePoint`: `licences` must be a map")));
  EXPECT_THAT(
      control("given: {licences:", "given: {tenant: {clout: gcc}, licences:"),
      ElementsAre(at(39, "case `the tenant has no SharePoint`: `tenant` has no `clout`: one of id name cloud")));
  EXPECT_THAT(control("given: {licences:", "given: {declared: [x], licences:"),
              ElementsAre(at(39, "case `the tenant has no SharePoint`: `declared` must be a map")));
}

}  // namespace
}  // namespace assay::catalog
