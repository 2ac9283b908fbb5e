#include "base/iso8601.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace assay::iso8601 {
namespace {

constexpr Timestamp kTime = 1'777'914'948;     // 2026-05-04T17:15:48Z
constexpr Timestamp kFirst = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr Timestamp kLast = 253'402'300'799;   // 9999-12-31T23:59:59Z

TEST(ParseTimeTest, TakesWhatGraphWrites) {
  EXPECT_EQ(parse_time("2026-05-04T17:15:48Z"), kTime);
  EXPECT_EQ(parse_time("2026-05-04T17:15:48.3071234Z"), kTime);
  EXPECT_EQ(parse_time("2026-05-04T17:15:48,3z"), kTime);
  EXPECT_EQ(parse_time("2026-05-04"), kTime - (17 * 3600 + 15 * 60 + 48));
  EXPECT_EQ(parse_time("  2026-05-04T17:15Z\n"), kTime - 48);
}

TEST(ParseTimeTest, AMissingZoneIsUtcAndAnOffsetIsTakenOff) {
  EXPECT_EQ(parse_time("2026-05-04 17:15:48"), kTime);
  EXPECT_EQ(parse_time("2026-05-04T19:15:48+02:00"), kTime);
  EXPECT_EQ(parse_time("2026-05-04T19:15:48.5+0200"), kTime);
  EXPECT_EQ(parse_time("2026-05-04T12:45:48-04:30"), kTime);
  EXPECT_EQ(parse_time("2026-05-05T03:15:48+10"), kTime);
}

TEST(ParseTimeTest, TakesPowerShellsMilliseconds) {
  EXPECT_EQ(parse_time("/Date(1777914948307)/"), kTime);
  EXPECT_EQ(parse_time("Date(1777914948307)"), kTime);
  EXPECT_EQ(parse_time("/Date(1777914948307+0200)/"), kTime) << "the offset only says where the writer stood";
  EXPECT_EQ(parse_time("/Date(-1)/"), -1) << "before 1970 it is rounded down, as after";
  EXPECT_EQ(parse_time("/Date(-1000)/"), -1);
}

TEST(ParseTimeTest, TakesScubaGearsLocalTimes) {
  EXPECT_EQ(parse_time("05/04/2026 17:15:48 Coordinated Universal Time"), kTime);
  EXPECT_EQ(parse_time("05/04/2026 13:15:48 Eastern Daylight Time"), kTime);
  EXPECT_EQ(parse_time("05/04/2026 07:15:48 Hawaiian Standard Time"), kTime);
  EXPECT_FALSE(parse_time("05/04/2026 17:15:48 Central European Time"));
  EXPECT_FALSE(parse_time("05/04/2026 17:15:48"));
}

TEST(ParseTimeTest, KnowsTheCalendar) {
  EXPECT_TRUE(parse_time("2024-02-29"));
  EXPECT_TRUE(parse_time("2000-02-29"));
  EXPECT_FALSE(parse_time("2026-02-29"));
  EXPECT_FALSE(parse_time("1900-02-29"));
  EXPECT_FALSE(parse_time("2026-04-31"));
  EXPECT_FALSE(parse_time("2026-00-10"));
  EXPECT_FALSE(parse_time("2026-13-10"));
  EXPECT_FALSE(parse_time("2026-01-00"));
  EXPECT_FALSE(parse_time("0000-01-01"));
  EXPECT_EQ(parse_time("0001-01-01"), kFirst);
  EXPECT_EQ(parse_time("9999-12-31T23:59:59Z"), kLast);
}

TEST(ParseTimeTest, ALeapSecondIsTheNextMinute) {
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z"), parse_time("2017-01-01"));
}

TEST(ParseTimeTest, WhatIsNotUnderstoodIsNoDate) {
  for (const char* text : {"",
                           "never",
                           "2026",
                           "2026-05",
                           "20260504",
                           "2026-5-4",
                           "2026/05/04",
                           "2026-05-04T",
                           "2026-05-04T17",
                           "2026-05-04T24:00:00Z",
                           "2026-05-04T17:60:00Z",
                           "2026-05-04T17:15:61Z",
                           "2026-05-04T17:15:48.Z",
                           "2026-05-04T17:15:48 PM",
                           "2026-05-04T17:15:48+15:00",
                           "2026-05-04T17:15:48+2",
                           "2026-05-04T17:15:48+02:",
                           "2026-05-04T17:15:48+02:60",
                           "2026-05-04T17:15:48ZZ",
                           "-026-05-04",
                           "+2026-05-04",
                           "/Date()/",
                           "/Date(x)/",
                           "/Date(12",
                           "Date(1) 2",
                           "/Date(1+x)/",
                           "/Date(1+02:00)/",
                           "/Date(1.5)/",
                           "/Date(99999999999999999999)/",
                           "13/04/2026 17:15:48 UTC",
                           "02/30/2026 17:15:48 UTC",
                           "05/04/26 17:15:48 UTC"})
    EXPECT_FALSE(parse_time(text)) << text;
}

TEST(ParseTimeTest, TheFurthestMillisecondsDoNotOverflow) {
  EXPECT_EQ(parse_time("/Date(9223372036854775807)/"), 9223372036854775);
  EXPECT_EQ(parse_time("/Date(-9223372036854775808)/"), -9223372036854776);
}

TEST(FormatTimeTest, ClampsYearsOutsideOneTo9999) {
  EXPECT_EQ(format_time(kTime), "2026-05-04T17:15:48Z");
  EXPECT_EQ(format_date(kTime), "2026-05-04");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_time(kFirst - 1), "0001-01-01T00:00:00Z");
  EXPECT_EQ(format_time(std::numeric_limits<Timestamp>::min()), "0001-01-01T00:00:00Z");
  EXPECT_EQ(format_time(std::numeric_limits<Timestamp>::max()), "9999-12-31T23:59:59Z");
}

RC_GTEST_PROP(FormatTimeTest, ParsesBackToTheSameTime, ()) {
  const auto time = *rc::gen::inRange<Timestamp>(kFirst, kLast + 1);
  RC_ASSERT(parse_time(format_time(time)) == time);
}

RC_GTEST_PROP(FormatTimeTest, LaterTimesSortLater, ()) {
  const auto a = *rc::gen::inRange<Timestamp>(kFirst, kLast + 1);
  const auto b = *rc::gen::inRange<Timestamp>(kFirst, kLast + 1);
  RC_ASSERT((a < b) == (format_time(a) < format_time(b)));
}

RC_GTEST_PROP(ParseTimeTest, AnyTextIsReadWithoutTrouble, (const std::string& tail)) {
  for (const char* head : {"", "/Date(", "2026-05-04T", "05/04/2026 "}) {
    const auto time = parse_time(head + tail);
    RC_CLASSIFY(time.has_value());
  }
}

TEST(DurationTest, CountsDays) {
  EXPECT_EQ(parse_duration_days("P90D"), 90);
  EXPECT_EQ(parse_duration_days("P6M"), 180);
  EXPECT_EQ(parse_duration_days("P2Y"), 730);
  EXPECT_EQ(parse_duration_days("P2W"), 14);
  EXPECT_EQ(parse_duration_days("PT36H"), 1.5);
  EXPECT_EQ(parse_duration_days("P1.5D"), 1.5);
  EXPECT_EQ(parse_duration_days("-P1D"), -1);
  EXPECT_EQ(parse_duration_days(" P0D "), 0);
  EXPECT_NEAR(parse_duration_days("P1Y2M10DT2H30M").value_or(0), 365 + 60 + 10 + 2.5 / 24, 1e-9);
  EXPECT_NEAR(parse_duration_days("PT1S").value_or(0), 1.0 / 86400, 1e-12);
}

TEST(DurationTest, AMonthAndAMinuteShareALetterButNotAMeaning) {
  EXPECT_EQ(parse_duration_days("P1M"), 30);
  EXPECT_NEAR(parse_duration_days("PT1M").value_or(0), 1.0 / 1440, 1e-12);
}

TEST(DurationTest, WhatIsNotUnderstoodIsNoDuration) {
  for (const char* text : {"",      "P",     "PT",    "P1",     "90",   "90D",       "P1DT",        "P1H",
                           "PT1D",  "P1M1Y", "P1D1D", "PT1S1M", "P-1D", "P+1D",      "PinfD",       "PnanD",
                           "P1e3D", "P.5D",  "P1,5D", "P 1D",   "p1d",  "P1DT1HT1M", "90.00:00:00", "Unlimited"})
    EXPECT_FALSE(parse_duration_days(text)) << text;
}

RC_GTEST_PROP(DurationTest, PartsAddUp, ()) {
  const auto years = *rc::gen::inRange(0, 100);
  const auto months = *rc::gen::inRange(0, 100);
  const auto days = *rc::gen::inRange(0, 1000);
  const auto hours = *rc::gen::inRange(0, 1000);
  const auto text = "P" + std::to_string(years) + "Y" + std::to_string(months) + "M" + std::to_string(days) + "DT" +
                    std::to_string(hours) + "H";

  const auto sum = parse_duration_days(text);

  RC_ASSERT(sum.has_value());
  RC_ASSERT(std::abs(*sum - (years * 365 + months * 30 + days + hours / 24.0)) < 1e-6);
}

}  // namespace
}  // namespace assay::iso8601
