#include "base/iso8601.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace assay::iso8601 {
namespace {

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back (Howard Hinnant's published
// derivation: the year is counted from March, so that the leap day is its last).
std::int64_t days_from_civil(std::int64_t y, int m, int d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct Civil {
  std::int64_t year;
  int month;
  int day;
};

Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t day_of_era = z - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int mp = static_cast<int>((5 * day_of_year + 2) / 153);
  const int day = static_cast<int>(day_of_year) - (153 * mp + 2) / 5 + 1;
  const int month = mp < 10 ? mp + 3 : mp - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

bool valid_date(std::int64_t y, int m, int d) {
  if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1) return false;
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return d <= days[static_cast<std::size_t>(m - 1)] + (m == 2 && leap ? 1 : 0);
}

// A reader over the text that remembers whether everything fitted so far.
struct Cursor {
  std::string_view rest;
  bool ok = true;

  bool take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok = take(c) && ok; }

  int digits(std::size_t n) {
    if (rest.size() < n || !std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(n),
                                        [](char c) { return c >= '0' && c <= '9'; })) {
      ok = false;
      return 0;
    }
    int value = 0;
    for (std::size_t i = 0; i < n; ++i) value = value * 10 + (rest[i] - '0');
    rest.remove_prefix(n);
    return value;
  }
  void skip_fraction() {
    if (!take('.') && !take(',')) return;
    digits(1);
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') rest.remove_prefix(1);
  }
};

std::optional<int> clock_seconds(Cursor& in) {
  const int h = in.digits(2);
  in.expect(':');
  const int m = in.digits(2);
  int s = 0;
  if (in.take(':')) s = in.digits(2);
  if (!in.ok || h > 23 || m > 59 || s > 60) return std::nullopt;
  return h * 3600 + m * 60 + s;
}

std::optional<Timestamp> parse_powershell(std::string_view s) {
  if (!s.empty() && s.front() == '/') s.remove_prefix(1);
  if (!s.empty() && s.back() == '/') s.remove_suffix(1);
  if (s.substr(0, 5) != "Date(" || s.back() != ')') return std::nullopt;
  s = s.substr(5, s.size() - 6);
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), ms);
  if (error != std::errc()) return std::nullopt;
  // An offset after the number only says where the writer stood; the number is already UTC.
  Cursor offset{{end, static_cast<std::size_t>(s.data() + s.size() - end)}};
  if (!offset.rest.empty()) {
    offset.ok = offset.take('+') || offset.take('-');
    offset.digits(4);
    if (!offset.ok || !offset.rest.empty()) return std::nullopt;
  }
  return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

std::optional<Timestamp> parse_local(std::string_view s) {
  struct Zone {
    std::string_view name;
    int hours;
  };
  constexpr std::array zones{
      Zone{"Coordinated Universal Time", 0}, Zone{"UTC", 0},
      Zone{"Eastern Standard Time", -5},     Zone{"Eastern Daylight Time", -4},
      Zone{"Central Standard Time", -6},     Zone{"Central Daylight Time", -5},
      Zone{"Mountain Standard Time", -7},    Zone{"Mountain Daylight Time", -6},
      Zone{"Pacific Standard Time", -8},     Zone{"Pacific Daylight Time", -7},
      Zone{"Alaskan Standard Time", -9},     Zone{"Alaskan Daylight Time", -8},
      Zone{"Hawaiian Standard Time", -10},
  };
  Cursor in{s};
  const int month = in.digits(2);
  in.expect('/');
  const int day = in.digits(2);
  in.expect('/');
  const int year = in.digits(4);
  in.expect(' ');
  const auto seconds = clock_seconds(in);
  in.expect(' ');
  if (!in.ok || !seconds || !valid_date(year, month, day)) return std::nullopt;
  for (const auto& zone : zones)
    if (in.rest == zone.name)
      return days_from_civil(year, month, day) * 86400 + *seconds - Timestamp{zone.hours} * 3600;
  return std::nullopt;
}

}  // namespace

std::optional<Timestamp> parse_time(std::string_view text) {
  const auto s = text::trim(text);
  if (s.size() < 8) return std::nullopt;
  if (s[0] == '/' || s[0] == 'D') return parse_powershell(s);
  if (s[2] == '/') return parse_local(s);
  Cursor in{s};
  const int year = in.digits(4);
  in.expect('-');
  const int month = in.digits(2);
  in.expect('-');
  const int day = in.digits(2);
  if (!in.ok || !valid_date(year, month, day)) return std::nullopt;
  Timestamp time = days_from_civil(year, month, day) * 86400;
  if (in.rest.empty()) return time;
  if (!in.take('T') && !in.take(' ')) return std::nullopt;
  const auto seconds = clock_seconds(in);
  if (!seconds) return std::nullopt;
  time += *seconds;
  in.skip_fraction();
  if (!in.ok) return std::nullopt;
  if (in.rest.empty() || in.rest == "Z" || in.rest == "z") return time;
  const int sign = in.take('+') ? 1 : in.take('-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  const int hours = in.digits(2);
  const int minutes = in.take(':') || !in.rest.empty() ? in.digits(2) : 0;
  if (!in.ok || !in.rest.empty() || hours > 14 || minutes > 59) return std::nullopt;
  return time - Timestamp{sign} * (hours * 3600 + minutes * 60);
}

std::string format_time(Timestamp time) {
  const Timestamp lowest = days_from_civil(1, 1, 1) * 86400;
  const Timestamp highest = days_from_civil(10000, 1, 1) * 86400 - 1;
  time = std::clamp(time, lowest, highest);
  const Timestamp days = time >= 0 ? time / 86400 : -((86399 - time) / 86400);
  const auto seconds = time - days * 86400;
  const auto civil = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", civil.year, civil.month, civil.day, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

std::string format_date(Timestamp time) { return format_time(time).substr(0, 10); }

std::optional<double> parse_duration_days(std::string_view text) {
  auto s = text::trim(text);
  double sign = 1;
  if (!s.empty() && s[0] == '-') {
    sign = -1;
    s.remove_prefix(1);
  }
  if (s.size() < 3 || s[0] != 'P') return std::nullopt;
  s.remove_prefix(1);
  struct Unit {
    char letter;
    double days;
  };
  constexpr std::array date_units{Unit{'Y', 365}, Unit{'M', 30}, Unit{'W', 7}, Unit{'D', 1}};
  constexpr std::array time_units{Unit{'H', 1.0 / 24}, Unit{'M', 1.0 / 1440}, Unit{'S', 1.0 / 86400}};
  double days = 0;
  bool in_time = false;
  bool any = false;
  std::size_t next = 0;  // units must come in their order, each once
  while (!s.empty()) {
    if (s[0] == 'T' && !in_time) {
      in_time = true;
      next = 0;
      any = false;  // `T` must be followed by something
      s.remove_prefix(1);
      continue;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), number, std::chars_format::fixed);
    if (error != std::errc() || end == s.data() + s.size() || s[0] < '0' || s[0] > '9') return std::nullopt;
    const char letter = *end;
    s.remove_prefix(static_cast<std::size_t>(end - s.data()) + 1);
    const Unit* first = in_time ? time_units.data() : date_units.data();
    const std::size_t size = in_time ? time_units.size() : date_units.size();
    while (next < size && first[next].letter != letter) ++next;
    if (next == size) return std::nullopt;
    days += number * first[next].days;
    ++next;
    any = true;
  }
  if (!any) return std::nullopt;
  return sign * days;
}

}  // namespace assay::iso8601
