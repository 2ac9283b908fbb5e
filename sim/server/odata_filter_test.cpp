#include "sim/server/odata_filter.h"

#include <gtest/gtest.h>

namespace assay::sim::server {
namespace {

const Json kUser = {{"id", "1"},
                    {"displayName", "O'Neil"},
                    {"accountEnabled", true},
                    {"userType", "Guest"},
                    {"age", 41},
                    {"mail", nullptr},
                    {"platforms", "windows10,macOS"},
                    {"createdDateTime", "2026-01-10T09:12:33.5Z"},
                    {"signInActivity", {{"lastSignInDateTime", "2025-12-01T00:00:00Z"}}},
                    {"proxyAddresses", {"SMTP:a@contoso.com", "smtp:b@contoso.com"}},
                    {"assignedLicenses", {{{"skuId", "06ebc4ee-1bb5-47dd-8120-11324bc54e06"}}}},
                    {"@odata.type", "#microsoft.graph.user"}};

bool matches(const std::string& text) {
  auto filter = Filter::parse(text);
  EXPECT_TRUE(filter) << text;
  return filter && filter->matches(kUser);
}

TEST(FilterTest, ComparisonsAndLogic) {
  EXPECT_TRUE(matches("userType eq 'guest'"));
  EXPECT_FALSE(matches("userType ne 'Guest'"));
  EXPECT_TRUE(matches("displayName eq 'O''Neil'"));
  EXPECT_TRUE(matches("accountEnabled eq true and age gt 40"));
  EXPECT_FALSE(matches("accountEnabled eq false or age le 40"));
  EXPECT_TRUE(matches("not (accountEnabled eq false) and (age ge 41)"));
  EXPECT_TRUE(matches("mail eq null"));
  EXPECT_TRUE(matches("nothing eq null"));
  EXPECT_FALSE(matches("nothing gt 1"));
  EXPECT_TRUE(matches("accountEnabled"));
}

TEST(FilterTest, PointsInTimeAreComparedAsSuch) {
  EXPECT_TRUE(matches("createdDateTime ge 2026-01-10T09:12:33Z"));
  EXPECT_FALSE(matches("createdDateTime ge 2026-01-10T09:12:34Z"));
  EXPECT_TRUE(matches("createdDateTime lt 2026-01-11"));
  EXPECT_TRUE(matches("signInActivity/lastSignInDateTime le 2025-12-01T00:00:00.000Z"));
}

TEST(FilterTest, FunctionsListsAndFlags) {
  EXPECT_TRUE(matches("startswith(displayName,'o')"));
  EXPECT_TRUE(matches("endsWith(displayName,'NEIL')"));
  EXPECT_TRUE(matches("contains(tolower(displayName),'''ne')"));
  EXPECT_TRUE(matches("userType in ('Member', 'Guest')"));
  EXPECT_FALSE(matches("userType in ('Member')"));
  EXPECT_TRUE(matches("platforms has 'macOS'"));
  EXPECT_FALSE(matches("platforms has 'mac'"));
  EXPECT_TRUE(matches("isof('microsoft.graph.user')"));
}

TEST(FilterTest, LambdasLookIntoLists) {
  EXPECT_TRUE(matches("proxyAddresses/any(x:startswith(x,'smtp:b'))"));
  EXPECT_FALSE(matches("proxyAddresses/any(x:x eq 'c')"));
  EXPECT_TRUE(matches("proxyAddresses/all(x:contains(x,'@contoso.com'))"));
  EXPECT_TRUE(matches("assignedLicenses/any(l:l/skuId eq 06ebc4ee-1bb5-47dd-8120-11324bc54e06)"));
  EXPECT_TRUE(matches("assignedLicenses/$count eq 1"));
  EXPECT_TRUE(matches("assignedLicenses/any()"));
  EXPECT_FALSE(matches("nothing/any(x:x eq 1)"));
}

TEST(FilterTest, WhatIsNoFilterIsRefused) {
  for (const std::string text :
       {"", "a eq", "a eq 'x", "(a eq 1", "a eq 1)", "a eq 1 and", "f(a)", "a in 1", "a/any(x", "a b c"})
    EXPECT_FALSE(Filter::parse(text)) << text;
}

TEST(FilterTest, TellsWhatItReadsAndNeeds) {
  auto filter = Filter::parse("scopeId eq '/' and (a/b ne 1 or c/any(x:x/d eq 2))");
  ASSERT_TRUE(filter);

  EXPECT_EQ(filter->properties(), (std::set<std::string>{"scopeId", "a", "c"}));
  EXPECT_EQ(filter->advanced(), "ne");
  EXPECT_EQ(filter->equalities(), (Json{{"scopeId", "/"}}));
}

}  // namespace
}  // namespace assay::sim::server
