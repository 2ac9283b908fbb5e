#include "catalog/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"
#include "sql/database.h"

namespace assay::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::string> names(const std::vector<const View*>& views) {
  std::vector<std::string> out;
  for (const auto* view : views) out.push_back(view->name);
  return out;
}

std::vector<std::string> ids(const std::vector<const Control*>& controls) {
  std::vector<std::string> out;
  for (const auto* control : controls) out.push_back(control->id);
  return out;
}

TEST(ColumnTypeTest, NamesAreReadBack) {
  for (const auto type : {ColumnType::Text, ColumnType::Integer, ColumnType::Real, ColumnType::Boolean,
                          ColumnType::Datetime, ColumnType::List, ColumnType::Json})
    EXPECT_EQ(column_type(name(type)), type);
  EXPECT_EQ(column_type("int"), std::nullopt);
}

TEST(CatalogueTest, FindsWhatItHolds) {
  const auto catalogue = Example().load();

  ASSERT_NE(catalogue.table("sites"), nullptr);
  EXPECT_NE(catalogue.table("sites")->column("id"), nullptr);
  EXPECT_EQ(catalogue.table("sites")->column("nothing"), nullptr);
  EXPECT_NE(catalogue.view("owned_sites"), nullptr);
  EXPECT_NE(catalogue.control("spo.training"), nullptr);
  EXPECT_NE(catalogue.framework("example"), nullptr);
  EXPECT_EQ(catalogue.table("owned_sites"), nullptr);
  EXPECT_EQ(catalogue.view("sites"), nullptr);
  EXPECT_EQ(catalogue.control("sites"), nullptr);
  EXPECT_EQ(catalogue.framework("sites"), nullptr);
}

TEST(CatalogueTest, AChildIsFoundWithItsParentAndIsNoTableOfItsOwn) {
  const auto catalogue = Example().load();

  EXPECT_EQ(catalogue.table("site_owners"), nullptr);
  ASSERT_NE(catalogue.table_or_child("site_owners"), nullptr);
  EXPECT_EQ(catalogue.parent_of("site_owners"), catalogue.table("sites"));
  EXPECT_EQ(catalogue.parent_of("sites"), nullptr);
}

TEST(CatalogueTest, ControlsStandInOrderOfTheirIds) {
  const auto catalogue = Example().load();

  std::vector<std::string> order;
  for (const auto& control : catalogue.controls) order.push_back(control.id);
  EXPECT_THAT(order, ElementsAre("spo.sharing-off", "spo.sites-owned", "spo.training"));
}

TEST(CatalogueTest, TheIndexSurvivesAMove) {
  auto first = Example().load();
  const auto second = std::move(first);

  EXPECT_EQ(second.control("spo.training"), &second.controls[2]);
  EXPECT_EQ(second.table("sites")->children[0].name, "site_owners");
}

TEST(CatalogueTest, RequirementsAreNamedInAnyCase) {
  const auto catalogue = Example().load();

  EXPECT_THAT(ids(catalogue.naming("example", "EX.1")), ElementsAre("spo.sharing-off"));
  EXPECT_THAT(ids(catalogue.naming("Example", "ex.1")), ElementsAre("spo.sharing-off"));
  EXPECT_THAT(ids(catalogue.naming("example", "EX.9")), IsEmpty());
}

TEST(CatalogueTest, ViewsComeAfterThoseTheyRead) {
  const Example example;
  example.write("views/a_top.sql", "-- On top.\nSELECT m.id, o.owners FROM middle m, owned_sites o");
  example.write("views/middle.sql", "-- Between.\nSELECT id FROM owned_sites");
  example.replace(Example::kOwners, "FROM owned_sites", "FROM a_top");

  const auto catalogue = example.load();

  EXPECT_THAT(names(catalogue.views_for(*catalogue.control("spo.sites-owned"))),
              ElementsAre("owned_sites", "middle", "a_top"));
  EXPECT_THAT(catalogue.views_for(*catalogue.control("spo.sharing-off")), IsEmpty());
}

TEST(CatalogueTest, ReadsOfAControlGoThroughItsViews) {
  const auto catalogue = Example().load();

  EXPECT_THAT(
      catalogue.reads_of(*catalogue.control("spo.sites-owned")),
      ElementsAre(Pair("site_owners", ElementsAre("name", "parent")), Pair("sites", ElementsAre("ROWID", "id"))));
}

TEST(CreateTableTest, MakesAllColumnsOrTheWantedOnes) {
  const auto catalogue = Example().load();
  const auto& sites = *catalogue.table("sites");
  const std::set<std::string> wanted{"id"};
  const std::set<std::string> none{""};

  EXPECT_EQ(create_table_sql(sites, false), R"(CREATE TABLE "sites"("id" TEXT COLLATE NOCASE, "created" TEXT))");
  EXPECT_EQ(create_table_sql(sites, false, &wanted), R"(CREATE TABLE "sites"("id" TEXT COLLATE NOCASE))");
  EXPECT_EQ(create_table_sql(sites, false, &none), R"(CREATE TABLE "sites"("_"))") << "its rows are only counted";
  EXPECT_EQ(create_table_sql(sites.children[0], true),
            R"(CREATE TABLE "site_owners"(parent INTEGER, "name" TEXT COLLATE NOCASE))");
}

TEST(CreateTableTest, EveryTypeHasItsAffinity) {
  Table table;
  table.name = "t";
  for (const auto type : {ColumnType::Text, ColumnType::Integer, ColumnType::Real, ColumnType::Boolean,
                          ColumnType::Datetime, ColumnType::List, ColumnType::Json})
    table.columns.emplace_back().name = name(type), table.columns.back().type = type;

  EXPECT_EQ(
      create_table_sql(table, false),
      R"(CREATE TABLE "t"("text" TEXT COLLATE NOCASE, "integer" INTEGER, "real" REAL, "boolean" INTEGER, "datetime" TEXT, "list" TEXT, "json" TEXT))");
}

TEST(CreateViewTest, IsATableOfItsRows) {
  const View view{"v", "", "-- About.\nSELECT 1 AS x ;\n;", {}, {}};
  const auto db = sql::Database::memory();

  ASSERT_TRUE(db.execute(create_view_sql(view)));

  EXPECT_EQ(db.value("SELECT x FROM v").value(), "1");
}

TEST(BuiltInTest, TheTablesOfTheEngineAreKnown) {
  const auto db = sql::Database::memory();

  ASSERT_TRUE(db.execute(std::string(kBuiltInTables)));

  auto tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").value();
  int count = 0;
  for (; tables.step().value(); ++count) EXPECT_TRUE(is_built_in(tables.text(0))) << tables.text(0);
  EXPECT_EQ(count, 4);
  EXPECT_FALSE(is_built_in("users"));
}

}  // namespace
}  // namespace assay::catalog
