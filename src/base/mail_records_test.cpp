#include "base/mail_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace assay::mail_records {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Spf spf(std::string_view record) {
  const auto parsed = parse_spf(record);
  EXPECT_TRUE(parsed) << record;
  return parsed.value_or(Spf());
}

TEST(TagTest, FindsAValueByItsWholeName) {
  const auto* record = "v=DMARC1; p=reject; sp=none;rua = mailto:a@example.org ;";

  EXPECT_EQ(tag(record, "p"), "reject");
  EXPECT_EQ(tag(record, "P"), "reject");
  EXPECT_EQ(tag(record, "sp"), "none");
  EXPECT_EQ(tag(record, "rua"), "mailto:a@example.org");
  EXPECT_EQ(tag(record, "pct"), std::nullopt);
}

TEST(TagTest, TheFirstOfANameCounts) { EXPECT_EQ(tag("v=DMARC1; p=none; p=reject", "p"), "none"); }

TEST(TagTest, AnEmptyValueIsAValue) {
  EXPECT_EQ(tag("v=DKIM1; p=", "p"), "") << "a DKIM key that was withdrawn";
  EXPECT_EQ(tag("v=DKIM1; p", "p"), std::nullopt);
}

TEST(TagTest, TheValueMayHoldEqualsSigns) { EXPECT_EQ(tag("v=DKIM1; k=rsa; p=MIGf==", "p"), "MIGf=="); }

TEST(VersionTest, ATagListBeginsWithIt) {
  EXPECT_TRUE(is_version("v=DMARC1; p=none", "DMARC1"));
  EXPECT_TRUE(is_version("v = DMARC1;p=none", "DMARC1"));
  EXPECT_FALSE(is_version("v=DMARC1; p=none", "DKIM1"));
  EXPECT_FALSE(is_version("v=DMARC10; p=none", "DMARC1"));
  EXPECT_FALSE(is_version("v=dmarc1; p=none", "DMARC1")) << "versions have a case";
  EXPECT_FALSE(is_version("p=none; v=DMARC1", "DMARC1"));
  EXPECT_FALSE(is_version("", "DMARC1"));
}

TEST(VersionTest, SpfIsAWordInAnyCase) {
  EXPECT_TRUE(is_version("v=spf1", "spf1"));
  EXPECT_TRUE(is_version("V=SPF1 -all", "spf1"));
  EXPECT_FALSE(is_version("v=spf10 -all", "spf1"));
  EXPECT_FALSE(is_version("v=spf1;-all", "spf1"));
  EXPECT_FALSE(is_version(" v=spf1 -all", "spf1"));
}

TEST(SpfTest, TakesARecordApart) {
  const auto record = spf("v=spf1 ip4:192.0.2.0/24 include:spf.protection.outlook.com -all");

  EXPECT_EQ(record.all, "-all");
  EXPECT_EQ(record.redirect, "");
  EXPECT_EQ(record.lookups, 1U);
  EXPECT_THAT(record.unknown, IsEmpty());
}

TEST(SpfTest, WhatDoesNotBeginWithTheVersionIsNoSpfRecord) {
  for (const char* text : {"", " ", "v=spf10 -all", "v=spf1x", "spf1 -all", "v=DMARC1; p=none", "-all v=spf1"})
    EXPECT_FALSE(parse_spf(text)) << text;
  EXPECT_TRUE(parse_spf("V=SPF1"));
}

TEST(SpfTest, TheQualifierOfAllDefaultsToPass) {
  EXPECT_EQ(spf("v=spf1 all").all, "+all");
  EXPECT_EQ(spf("v=spf1 +ALL").all, "+all");
  EXPECT_EQ(spf("v=spf1 ~all").all, "~all");
  EXPECT_EQ(spf("v=spf1 ?all").all, "?all");
  EXPECT_EQ(spf("v=spf1 mx").all, "");
  EXPECT_EQ(spf("v=spf1 ~all -all").all, "~all") << "the first that matches ends the evaluation";
}

TEST(SpfTest, OtherTermsAreNotTakenForAll) {
  const auto record = spf("v=spf1 include:-all exists:all.example.org small -allow");

  EXPECT_EQ(record.all, "");
  EXPECT_THAT(record.unknown, ElementsAre("small", "-allow"));
}

TEST(SpfTest, CountsTermsThatCostAQuery) {
  EXPECT_EQ(
      spf("v=spf1 a mx/24 ptr a:example.org ~include:x ?exists:%{i}.x ip4:192.0.2.1 ip6:2001:db8::/32 -all").lookups,
      6U);
  EXPECT_EQ(spf("v=spf1 redirect=_spf.example.org").lookups, 1U);
  EXPECT_EQ(spf("v=spf1 exp=explain.example.org x=y -all").lookups, 0U) << "asked only after the verdict, or by nobody";
}

TEST(SpfTest, TermsBehindAllAreNeverAsked) {
  EXPECT_EQ(spf("v=spf1 mx -all include:a.example include:b.example").lookups, 1U);
  EXPECT_EQ(spf("v=spf1 redirect=_spf.example.org -all").lookups, 0U) << "RFC 7208 section 5.1: ignored beside `all`";
}

TEST(SpfTest, NamesTheRedirect) {
  EXPECT_EQ(spf("v=spf1 Redirect=_SPF.Example.org").redirect, "_spf.example.org");
  EXPECT_EQ(spf("v=spf1 redirect:_spf.example.org").redirect, "");
  EXPECT_THAT(spf("v=spf1 redirect:_spf.example.org").unknown, ElementsAre("redirect:_spf.example.org"));
}

RC_GTEST_PROP(SpfTest, AnyTextIsReadWithoutTrouble, (const std::string& tail)) {
  const auto record = parse_spf("v=spf1 " + tail);

  RC_ASSERT(record.has_value());
  RC_ASSERT(record->all.empty() || record->all.ends_with("all"));
}

}  // namespace
}  // namespace assay::mail_records
