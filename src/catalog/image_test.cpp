#include "catalog/image.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "catalog/example.h"

namespace assay::catalog {
namespace {

Catalogue read_back(const Image& image) {
  auto catalogue = read_image(image.catalogue);
  CHECK(catalogue.has_value());
  CHECK(read_details(image.details, *catalogue).has_value());
  return std::move(*catalogue);
}

TEST(ImageTest, KeepsEverything) {
  const auto image = make_image(Example().load());

  const auto again = make_image(read_back(image));

  EXPECT_EQ(again.catalogue, image.catalogue);
  EXPECT_EQ(again.details, image.details);
}

TEST(ImageTest, WhatWasReadBackIsWhatWasWritten) {
  const auto written = Example().load();

  const auto read = read_back(make_image(written));

  EXPECT_EQ(read.version, written.version);
  ASSERT_EQ(read.controls.size(), written.controls.size());
  for (std::size_t i = 0; i < read.controls.size(); ++i) {
    const auto& a = read.controls[i];
    const auto& b = written.controls[i];
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.version, b.version);
    EXPECT_EQ(a.points, b.points);
    EXPECT_EQ(a.variant_of, b.variant_of);
    EXPECT_EQ(a.scoring, b.scoring);
    EXPECT_EQ(a.effort_hours, b.effort_hours);
    EXPECT_EQ(a.licence, b.licence);
    EXPECT_EQ(a.needs, b.needs);
    EXPECT_EQ(a.frameworks, b.frameworks);
    EXPECT_EQ(a.check, b.check);
    EXPECT_EQ(a.rubric, b.rubric);
    EXPECT_EQ(a.remediation, b.remediation);
    EXPECT_EQ(a.manual, b.manual);
    EXPECT_EQ(a.manual_attest, b.manual_attest);
    EXPECT_EQ(a.sql_reads, b.sql_reads);
    ASSERT_EQ(a.cases.size(), b.cases.size()) << a.id;
    for (std::size_t k = 0; k < a.cases.size(); ++k) {
      EXPECT_EQ(a.cases[k].given, b.cases[k].given);
      EXPECT_EQ(a.cases[k].verdict, b.cases[k].verdict);
      EXPECT_EQ(a.cases[k].reason, b.cases[k].reason);
      EXPECT_EQ(a.cases[k].good, b.cases[k].good);
      EXPECT_EQ(a.cases[k].total, b.cases[k].total);
    }
  }
  const auto& settings = *read.table("sharing_settings");
  EXPECT_EQ(settings.key, written.table("sharing_settings")->key);
  EXPECT_EQ(settings.columns[1].values, written.table("sharing_settings")->columns[1].values);
  EXPECT_EQ(settings.columns[2].absent, Json(30));
  EXPECT_EQ(settings.columns[2].null, Json(0));
  EXPECT_EQ(settings.columns[2].type, ColumnType::Integer);
  EXPECT_EQ(settings.source, written.table("sharing_settings")->source);
  EXPECT_EQ(settings.scubagear[0].commands, written.table("sharing_settings")->scubagear[0].commands);
  EXPECT_TRUE(read.table("sites")->scubagear[1].map);
  EXPECT_TRUE(read.table_or_child("site_owners")->map);
  EXPECT_EQ(read.table_or_child("site_owners")->pointer, "/owners");
  EXPECT_EQ(read.view("owned_sites")->sql, written.view("owned_sites")->sql);
  EXPECT_EQ(read.view("owned_sites")->reads, written.view("owned_sites")->reads);
  EXPECT_TRUE(read.framework("example")->unlicensed_fails);
  EXPECT_EQ(read.framework("example")->requirements[0].crosswalk,
            written.framework("example")->requirements[0].crosswalk);
  EXPECT_EQ(read.plans[0].also, written.plans[0].also);
}

TEST(ImageTest, CasesAreReadApart) {
  const auto image = make_image(Example().load());

  auto catalogue = read_image(image.catalogue).value();

  EXPECT_TRUE(catalogue.control("spo.sharing-off")->cases.empty());
  ASSERT_TRUE(read_details(image.details, catalogue));
  EXPECT_EQ(catalogue.control("spo.sharing-off")->cases.size(), 4U);
  ASSERT_TRUE(read_details(image.details, catalogue)) << "a second time";
  EXPECT_EQ(catalogue.control("spo.sharing-off")->cases.size(), 4U);
}

TEST(ImageTest, TheSameFilesGiveTheSameDigestWhereverTheyLie) {
  const auto first = make_image(Example().load());
  const auto second = make_image(Example().load());

  EXPECT_EQ(image_digest(first.catalogue, first.details), image_digest(second.catalogue, second.details));
}

TEST(ImageTest, AnyChangeGivesAnotherDigest) {
  const Example example;
  const auto before = make_image(example.load());
  example.replace(Example::kControl, "sharing: anyone}", "sharing: existing}");
  const auto other_case = make_image([&] {
    std::vector<Problem> ignored;
    return example.read(ignored);
  }());

  EXPECT_EQ(other_case.catalogue, before.catalogue);
  EXPECT_NE(image_digest(other_case.catalogue, other_case.details), image_digest(before.catalogue, before.details));
}

TEST(ImageTest, TheDigestIsThatOfBothDocuments) { EXPECT_EQ(image_digest("a", "bc"), sha256_hex("abc")); }

TEST(ImageTest, ADamagedImageIsAnError) {
  const auto image = make_image(Example().load());

  for (const auto& bytes :
       {std::string(), std::string("{}"), std::string("[]"), image.catalogue.substr(0, image.catalogue.size() / 2)}) {
    const auto read = read_image(bytes);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Internal);
    EXPECT_EQ(read.error().message.find("the compiled catalogue is damaged: "), 0U) << read.error().message;
  }
}

TEST(ImageTest, DamagedCasesAreAnError) {
  auto catalogue = Example().load();
  for (const char* bytes :
       {"", "{", R"({"spo.training": [{}]})", R"({"spo.training": [{"case": 1, "given": {}, "verdict": "pass"}]})"})
    EXPECT_FALSE(read_details(bytes, catalogue)) << bytes;
}

TEST(EmbeddedTest, TheProgramCarriesItsCatalogue) {
  auto catalogue = embedded().value();

  EXPECT_FALSE(catalogue.version.empty());
  EXPECT_FALSE(catalogue.controls.empty());
  EXPECT_FALSE(catalogue.tables.empty());
  ASSERT_TRUE(add_embedded_details(catalogue));
  for (const auto& control : catalogue.controls) EXPECT_TRUE(control.manual || !control.cases.empty()) << control.id;
}

TEST(EmbeddedTest, ItsDigestIsThatOfItsContent) {
  auto catalogue = embedded().value();
  ASSERT_TRUE(add_embedded_details(catalogue));

  const auto image = make_image(catalogue);

  EXPECT_EQ(catalogue.digest, image_digest(image.catalogue, image.details));
}

TEST(EmbeddedTest, ItsSqlResolvesToWhatWasWrittenDown) {
  auto catalogue = embedded().value();
  const auto before = make_image(catalogue).catalogue;
  std::vector<Problem> problems;

  resolve_sql(catalogue, problems);

  for (const auto& problem : problems) ADD_FAILURE() << describe(problem);
  EXPECT_EQ(make_image(catalogue).catalogue, before);
}

}  // namespace
}  // namespace assay::catalog
