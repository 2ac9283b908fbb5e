#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/image.h"
#include "catalog/pages.h"
#include "catalog/settings_example.h"

namespace assay::catalog {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// What the author is told when `from` in the file reads `to`.
std::vector<std::string> problems(const std::string& file, const std::string& from, const std::string& to) {
  const SettingsExample example;
  example.replace(file, from, to);
  return example.problems();
}

TEST(SettingsTest, AProfilesWordComesBeforeTheDefaultAndAnOwnOneBeforeBoth) {
  const auto catalogue = SettingsExample().load();

  EXPECT_THAT(catalogue.settings_with(""), ElementsAre(Pair("days_most", 30), Pair("levels", Json{"disabled"})));
  EXPECT_THAT(catalogue.settings_with("example"), Contains(Pair("days_most", 15)));
  EXPECT_THAT(catalogue.settings_with("stricter"), ElementsAre(Pair("days_most", 15), Pair("levels", Json::array())));
  EXPECT_THAT(catalogue.settings_with("stricter", {{"days_most", 7}}), Contains(Pair("days_most", 7)));
  EXPECT_THAT(catalogue.said_by("example"), ElementsAre(Pair("days_most", 15)));
  EXPECT_THAT(catalogue.said_by("nobody"), IsEmpty());
}

TEST(SettingsTest, WhatAControlReadsIsKnownThroughViewsToo) {
  const auto catalogue = SettingsExample().load();

  EXPECT_THAT(catalogue.settings_of(*catalogue.control("spo.link-days")), ElementsAre("days_most", "levels"));
  EXPECT_THAT(catalogue.settings_of(*catalogue.control("spo.sharing-off")), IsEmpty());
}

TEST(SettingsTest, AnImageKeepsThem) {
  const auto before = SettingsExample().load();
  const auto image = make_image(before);

  auto after = read_image(image.catalogue, "example").take();

  ASSERT_EQ(after.settings.size(), 2U);
  EXPECT_EQ(after.settings[1].type, ColumnType::List);
  EXPECT_EQ(after.settings_with("stricter"), before.settings_with("stricter"));
  after = read_image(image.catalogue).take();
  ASSERT_TRUE(read_details(image.details, after).has_value());
  const auto& test = after.control("spo.link-days")->cases.back();
  EXPECT_EQ(test.profile, "stricter");
  EXPECT_EQ(test.settings, (Json{{"days_most", 15}}));
}

TEST(SettingsTest, MistakesAreNamedWhereTheyStand) {
  constexpr auto settings = SettingsExample::kSettingsFile;
  constexpr auto strict = SettingsExample::kStrict;
  constexpr auto days = SettingsExample::kDays;
  EXPECT_THAT(problems(settings, "default: 30", "default: many"),
              Contains("settings.yaml:2: setting `days_most`: the default must be a whole number"));
  EXPECT_THAT(problems(settings, "type: integer", "type: date"),
              Contains(HasSubstr("settings.yaml:2: `type` cannot be `date`")));
  EXPECT_THAT(problems(settings, "days_most", "Days"), Contains(HasSubstr("setting `Days`: only small letters")));
  EXPECT_THAT(problems(settings, "setting: levels", "setting: days_most"),
              Contains(HasSubstr("setting `days_most` is already in")));
  EXPECT_THAT(problems(strict, "days_most", "day"),
              Contains("profiles/strict.yaml:3: profile `example`: unknown setting `day`"));
  EXPECT_THAT(problems(strict, "15", "[15]"),
              Contains("profiles/strict.yaml:3: profile `example`: `days_most` must be a whole number"));
  EXPECT_THAT(problems(SettingsExample::kStricter, "base: example", "base: nobody"),
              Contains("profiles/stricter.yaml:1: profile `stricter`: unknown base `nobody`"));
  EXPECT_THAT(problems(SettingsExample::kStricter, "base: example", "base: stricter"),
              Contains("profiles/stricter.yaml:1: profile `stricter` is based on itself"));
  EXPECT_THAT(problems(days, "SELECT levels", "SELECT level"), Contains(HasSubstr("no such column: level")));
  EXPECT_THAT(problems(days, "profile: stricter", "profile: nobody"),
              Contains(HasSubstr("case `short for both`: unknown profile `nobody`")));
  EXPECT_THAT(problems(days, "settings: {days_most: 15}", "settings: {days: 15}"),
              Contains(HasSubstr("case `closed does not help`: unknown setting `days`")));
  EXPECT_THAT(problems(days, "settings: {days_most: 15}", "settings: {days_most: no}"),
              Contains(HasSubstr("case `closed does not help`: `days_most` must be a whole number")));
}

TEST(SettingsTest, ASettingThatNoControlReadsIsAMistake) {
  EXPECT_THAT(problems(SettingsExample::kSettingsFile, "settings:\n",
                       "settings:\n  - {setting: unused, type: boolean, about: Nothing, default: true}\n"),
              ElementsAre("settings.yaml:2: no control reads setting `unused`"));
}

TEST(SettingsTest, EachLineOfAProfileNeedsACaseOnEitherSide) {
  EXPECT_THAT(
      problems(SettingsExample::kDays, "profile: example, given: {sharing_settings: [{tenant_id: t, days: 16}]}",
               "given: {sharing_settings: [{tenant_id: t, days: 36}]}"),
      ElementsAre("controls/sharepoint/link-days.yaml:1: spo.link-days: there is no case for `fail` with "
                  "profile `example`"));
}

TEST(SettingsTest, ThePageOfAControlSaysItsSettings) {
  const auto catalogue = SettingsExample().load();

  EXPECT_THAT(control_page(catalogue, *catalogue.control("spo.link-days"), Form::Linked),
              HasSubstr("- `days_most`: `30`; `15` with `example`, `stricter` (Days that a link lives)\n"
                        "- `levels`: `[\"disabled\"]`; `[]` with `stricter` (Levels of sharing that are narrow)\n"));
}

}  // namespace
}  // namespace assay::catalog
