#include "catalog/family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"

namespace assay::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kFile = "controls/sharepoint/links.yaml";

// Two controls on the settings of the example: the first gives all it must, the second has a default of its own.
constexpr auto kFamily = R"(family:
  id: spo.<slug>
  title: <title>
  service: sharepoint
  category: data
  points: <points>
  rubric: <rubric>
  scoring: binary
  unit: tenant
  why: "Links: <why>"
  user_impact: {level: low, notice: Nothing.}
  effort: {level: low, hours: 1}
  needs: [sharing_settings]
  microsoft: <microsoft>
  none: {verdict: unknown, reason: no settings were returned}
  check: |
    SELECT tenant_id AS resource,
           CASE WHEN days <= <days> THEN 'pass' WHEN days IS NULL THEN 'unknown' ELSE 'fail' END AS verdict,
           'links live ' || days || ' days, <slug> allows <days>' AS reason
      FROM sharing_settings
  remediation: {steps: Set <days> days., change: [{body: {days: <days>, tenant: "{resource}", text: "<days>"}}]}
  cases:
    - {case: at the limit, given: {sharing_settings: [{tenant_id: t, days: <days>}]}, expect: pass}
    - {case: longer, given: {sharing_settings: [{tenant_id: t, days: 1000}]}, expect: {verdict: fail, reason: "allows <days>"}}
    - {case: not seen, given: {sharing_settings: denied}, expect: unknown}
defaults: {points: 4, rubric: ~, microsoft: []}
members:
  - {slug: links-short, title: Links are short-lived, why: they leak., days: 30}
  - slug: links-end
    title: Links end
    why: they are forgotten.
    days: 365
    points: 3
    rubric: {likelihood: 2, blast_radius: 1}
    microsoft: [LinksEnd, LinksEndToo]
)";

std::vector<std::string> problems_of(const std::string& from, const std::string& to) {
  const Example example;
  example.write(kFile, kFamily);
  example.replace(kFile, from, to);
  return example.problems();
}
std::string at(int line, const std::string& what) {
  return std::string(kFile) + ":" + std::to_string(line) + ": " + what;
}

TEST(FamilyTest, EachMemberIsAControl) {
  const Example example;
  example.write(kFile, kFamily);
  EXPECT_THAT(example.problems(), IsEmpty());

  const auto catalogue = example.load();

  const auto* first = catalogue.control("spo.links-short");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->title, "Links are short-lived");
  EXPECT_EQ(first->why, "Links: they leak.");
  EXPECT_EQ(first->points, 4);
  EXPECT_THAT(first->microsoft, IsEmpty());
  EXPECT_THAT(first->check, HasSubstr("CASE WHEN days <= 30 THEN"));
  EXPECT_THAT(first->check, HasSubstr("links-short allows 30'"));
  const auto* second = catalogue.control("spo.links-end");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->points, 3);
  EXPECT_EQ(second->rubric.dump(), R"({"likelihood":2,"blast_radius":1})");
  EXPECT_THAT(second->microsoft, ElementsAre("LinksEnd", "LinksEndToo"));
  ASSERT_EQ(second->cases.size(), 3U);
  EXPECT_EQ(second->cases[1].reason, "allows 365");
}

TEST(FamilyTest, ValuesKeepTheirKind) {
  const Example example;
  example.write(kFile, kFamily);

  const auto catalogue = example.load();

  const auto* control = catalogue.control("spo.links-short");
  ASSERT_NE(control, nullptr);
  EXPECT_EQ(control->cases[0].given.dump(), R"({"sharing_settings":[{"tenant_id":"t","days":30}]})");
  EXPECT_EQ(control->remediation["change"][0]["body"].dump(), R"({"days":30,"tenant":"{resource}","text":30})")
      << "a placeholder that is all of a text, quoted or not, is the value itself; braces are nothing special";
  EXPECT_EQ(control->remediation["steps"], "Set 30 days.");
}

TEST(FamilyTest, AQuotedTextStaysText) {
  const auto file = YAML::Load("{family: {id: '<a>0', list: ['<a>', plain]}, members: [{a: 1}, {a: '1'}]}");

  const auto family = expand_family(file);

  ASSERT_EQ(family.members.size(), 2U);
  EXPECT_EQ(family.members[0].control["id"].Scalar(), "10");
  EXPECT_EQ(family.members[0].control["id"].Tag(), "!") << "quoted in the family";
  EXPECT_NE(family.members[0].control["list"][0].Tag(), "!") << "not quoted by the member";
  EXPECT_EQ(family.members[1].control["list"][0].Tag(), "!");
}

TEST(FamilyTest, AMembersValueIsItsOwn) {
  const auto file = YAML::Load("{family: {id: <a>}, defaults: {a: 1}, members: [{}, {a: 2}, {}, {a: 3}]}");

  const auto family = expand_family(file);

  std::vector<std::string> ids;
  for (const auto& member : family.members) ids.push_back(member.control["id"].Scalar());
  EXPECT_THAT(ids, ElementsAre("1", "2", "1", "3"));
}

TEST(FamilyTest, WhatLooksLikeAPlaceholderMustBeOne) {
  const auto file = YAML::Load("{family: {id: 'a<b <B> <1> <> <x y> <a_1>'}, members: [{a_1: z}]}");

  const auto family = expand_family(file);

  ASSERT_EQ(family.members.size(), 1U);
  EXPECT_EQ(family.members[0].control["id"].Scalar(), "a<b <B> <1> <> <x y> z");
}

TEST(FamilyTest, AValueIsNotReadAgain) {
  const auto file = YAML::Load("{family: {id: '-<a>', b: <b>}, members: [{a: <b>, b: <a>}]}");

  const auto family = expand_family(file);

  ASSERT_EQ(family.members.size(), 1U);
  EXPECT_EQ(family.members[0].control["id"].Scalar(), "-<b>");
  EXPECT_EQ(family.members[0].control["b"].Scalar(), "<a>");
}

TEST(FamilyTest, MistakesOfAMemberAreNamedAtItsLine) {
  EXPECT_THAT(problems_of("title: Links are short-lived, ", ""),
              ElementsAre(at(28, "`title` is missing: the family has `<title>`")));
  EXPECT_THAT(
      problems_of("title: Links end", "titel: Links end"),
      ElementsAre(at(30, "the family has no `<titel>`"), at(29, "`title` is missing: the family has `<title>`")));
  EXPECT_THAT(problems_of("why: they leak.", "why: [they leak]"),
              ElementsAre(at(28, "`why` is no text, so `<why>` cannot stand in one")));
  EXPECT_THAT(problems_of("    points: 3", "    points: 11"), Contains(at(29, "`points` is 11, but must be 1 to 10")));
  EXPECT_THAT(problems_of("slug: links-short", "slug: links-end"),
              ElementsAre(at(29, "control `spo.links-end` is already in " + std::string(kFile))));
  EXPECT_THAT(problems_of("  - {slug: links-short", "  - links-long\n  - {slug: links-short"),
              ElementsAre(at(28, "must be a map")));
}

TEST(FamilyTest, MistakesOfTheTemplateAreNamedForEachMember) {
  EXPECT_THAT(problems_of("  unit: tenant\n", ""),
              ElementsAre(at(27, "`unit` is missing"), at(28, "`unit` is missing")));
}

TEST(FamilyTest, AFileIsAFamilyOrAControl) {
  EXPECT_THAT(problems_of("defaults:", "note: x\ndefaults:"), ElementsAre(at(26, "unknown key `note`")));
  EXPECT_THAT(problems_of("rubric: ~", "rubric: ~, colour: red"), ElementsAre(at(26, "the family has no `<colour>`")));
  EXPECT_THAT(problems_of("members:", "member:"),
              ElementsAre(at(27, "unknown key `member`"), at(1, "a family needs `members`, a list")));
  EXPECT_THAT(problems_of("defaults: {points: 4, rubric: ~, microsoft: []}", "defaults: []"),
              ElementsAre(at(26, "`defaults` must be a map")));
  const Example example;
  example.write(kFile, "family: []\nmembers: []\n");
  EXPECT_THAT(example.problems(), ElementsAre(at(1, "`family` must be a map")));
}

TEST(FamilyTest, AFamilyThatGrowsWithoutEndIsAMistake) {
  std::string inside = "{family: {id: '";
  for (int i = 0; i < 10'000; ++i) inside += "<a>";
  std::string whole = "{family: {list: [";
  for (int i = 0; i < 10'000; ++i) whole += "<a>, ";
  const std::string value(10'000, 'x');
  inside += "'}, members: [{a: " + value + "}]}";
  whole += "]}, members: [{a: [" + value + "]}]}";
  for (const auto& text : {inside, whole}) {
    const auto family = expand_family(YAML::Load(text));

    EXPECT_THAT(family.members, IsEmpty());
    ASSERT_EQ(family.mistakes.size(), 1U);
    EXPECT_EQ(family.mistakes[0].message, "the family is larger than 64 MB when written out");
  }
}

}  // namespace
}  // namespace assay::catalog
