#include "import/official_document.h"

#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/iso8601.h"
#include "base/text.h"
#include "import/official_changes.h"

namespace assay::import {
namespace {

using Element = simdjson::dom::element;

constexpr std::size_t kMaxBytes = std::size_t{128} << 20;
// Far above any score that the service ever gave (some hundreds), and low enough that no sum can overflow.
constexpr double kMaxPoints = 100'000;
constexpr double kMaxCount = 1e12;
constexpr std::string_view kWhatToGive =
    "give an answer of Graph's /security/secureScores or /security/secureScoreControlProfiles, or of the portal's "
    "secureScoresV2";

std::string in_backticks(std::string_view s) { return fmt::format("`{}`", text::shorten(s, 60)); }

std::string_view kind(Element e) {
  switch (e.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "a list";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::STRING:
      return "a string";
    case simdjson::dom::element_type::BOOL:
      return "a truth value";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

// A member that is there and not null. PowerShell's Graph module puts what its classes do not know apart.
std::optional<Element> field(Element object, std::string_view key) {
  if (!object.is_object()) return std::nullopt;
  const simdjson::dom::object members(object);
  Element out;
  if (members.at_key_case_insensitive(key).get(out) == simdjson::SUCCESS && !out.is_null()) return out;
  simdjson::dom::object more;
  if (members.at_key_case_insensitive("AdditionalProperties").get(more) == simdjson::SUCCESS &&
      more.at_key_case_insensitive(key).get(out) == simdjson::SUCCESS && !out.is_null())
    return out;
  return std::nullopt;
}

// The string, or nothing where there is none.
std::string text_of(Element object, std::string_view key) {
  const auto found = field(object, key);
  return found && found->is_string() ? std::string(std::string_view(*found)) : std::string();
}

Result<std::string> required_text(Element object, std::string_view key) {
  const auto found = field(object, key);
  if (!found) return invalid(fmt::format("`{}` is missing", key), std::string(kWhatToGive));
  if (!found->is_string())
    return invalid(fmt::format("`{}` is {}, not a string", key, kind(*found)), "was the export edited?");
  const auto value = text::trim(std::string_view(*found));
  if (value.empty()) return invalid(fmt::format("`{}` is empty", key), "was the export edited?");
  return std::string(value);
}

// nullopt for an empty string: masked exports have them where a number was.
Result<std::optional<double>> number(Element e) {
  if (e.is_number()) {
    double value = 0;
    if (e.get(value) == simdjson::SUCCESS && std::isfinite(value)) return std::optional(value);
  }
  if (!e.is_string()) return invalid(fmt::format("is {}, not a number", kind(e)), "was the export edited?");
  const auto digits = text::trim(std::string_view(e));
  if (digits.empty()) return std::optional<double>();
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value))
    return invalid(in_backticks(digits) + " is not a number", "was the export edited?");
  return std::optional(value);
}

Result<std::optional<double>> number_at(Element object, std::string_view key, double most) {
  const auto found = field(object, key);
  if (!found) return std::optional<double>();
  const auto value = TRY_IN(fmt::format("`{}`", key), number(*found));
  if (value && (*value < 0 || *value > most))
    return invalid(fmt::format("`{}`: {} is not between 0 and {}", key, *value, most), "was the export edited?");
  return value;
}

Result<double> points_at(Element object, std::string_view key) {
  const auto value = TRY(number_at(object, key, kMaxPoints));
  if (!value) return invalid(fmt::format("`{}` is missing", key), "export the whole entity, without $select");
  return *value;
}

Cents cents(double points) { return std::llround(points * 100); }

Result<std::optional<std::int64_t>> count_at(Element object, std::string_view key) {
  const auto value = TRY(number_at(object, key, kMaxCount));
  if (!value) return std::optional<std::int64_t>();
  if (*value != std::floor(*value))
    return invalid(fmt::format("`{}`: {} is not a whole number", key, *value), "was the export edited?");
  return std::optional(static_cast<std::int64_t>(*value));
}

// For what nothing is computed from: a number, or nothing where it is not one.
std::optional<double> number_if_any(Element object, std::string_view key) {
  const auto value = number_at(object, key, kMaxCount);
  return value ? *value : std::nullopt;
}

std::optional<std::int64_t> count_if_any(Element object, std::string_view key) {
  const auto value = count_at(object, key);
  return value ? *value : std::nullopt;
}

Result<std::optional<bool>> truth_at(Element object, std::string_view key) {
  const auto found = field(object, key);
  if (!found) return std::optional<bool>();
  if (found->is_bool()) return std::optional(bool(*found));
  if (found->is_string()) {
    const auto word = text::trim(std::string_view(*found));
    if (word.empty()) return std::optional<bool>();
    if (text::iequals(word, "true")) return std::optional(true);
    if (text::iequals(word, "false")) return std::optional(false);
    return invalid(fmt::format("`{}`: {} is neither true nor false", key, in_backticks(word)),
                   "was the export edited?");
  }
  return invalid(fmt::format("`{}` is {}, not true or false", key, kind(*found)), "was the export edited?");
}

// The elements of a list; PowerShell writes a list of one as the bare element.
Result<std::vector<Element>> list_at(Element object, std::string_view key) {
  std::vector<Element> out;
  const auto found = field(object, key);
  if (!found) return out;
  if (found->is_array()) {
    for (const Element item : simdjson::dom::array(*found)) out.push_back(item);
  } else if (found->is_object()) {
    out.push_back(*found);
  } else {
    return invalid(fmt::format("`{}` is {}, not a list", key, kind(*found)), std::string(kWhatToGive));
  }
  return out;
}

// The same for what nothing is computed from.
std::vector<Element> list_if_any(Element object, std::string_view key) {
  auto list = list_at(object, key);
  return list ? std::move(*list) : std::vector<Element>();
}

Result<OfficialControl> read_control(Element e, double& points) {
  if (!e.is_object())
    return invalid(fmt::format("is {}, not an object", kind(e)), "if ConvertTo-Json wrote it, give that -Depth 10");
  OfficialControl control;
  control.id = TRY(required_text(e, "controlName"));
  const auto place = in_backticks(control.id);
  points = TRY_IN(place, points_at(e, "score"));
  control.score = cents(points);
  control.category = text_of(e, "controlCategory");
  control.percent = TRY_IN(place, number_at(e, "scoreInPercentage", kMaxPoints));
  control.count = TRY_IN(place, count_at(e, "count"));
  control.total = TRY_IN(place, count_at(e, "total"));
  control.on = TRY_IN(place, truth_at(e, "on"));
  control.state = text_of(e, "state");
  control.status = text_of(e, "implementationStatus");
  control.last_synced = iso8601::parse_time(text_of(e, "lastSynced"));
  return control;
}

std::vector<OfficialAverage> read_averages(Element day) {
  constexpr std::array<std::string_view, 5> categories{"apps", "data", "device", "identity", "infrastructure"};
  std::vector<OfficialAverage> out;
  for (const auto e : list_if_any(day, "averageComparativeScores")) {
    OfficialAverage average;
    average.basis = text_of(e, "basis");
    if (average.basis.empty()) continue;
    average.average = number_if_any(e, "averageScore");
    average.seats_from = count_if_any(e, "SeatSizeRangeLowerValue");
    average.seats_to = count_if_any(e, "SeatSizeRangeUpperValue");
    for (const auto category : categories) {
      const auto score = number_if_any(e, fmt::format("{}Score", category));
      const auto max = number_if_any(e, fmt::format("{}ScoreMax", category));
      if (score || max) average.parts.push_back({std::string(category), score, max});
    }
    out.push_back(std::move(average));
  }
  return out;
}

std::optional<std::vector<ServiceChange>> read_log(Element day) {
  if (!field(day, "scoreImpactChangeLogs")) return std::nullopt;
  std::vector<ServiceChange> out;
  for (const auto e : list_if_any(day, "scoreImpactChangeLogs")) {
    const auto delta = field(e, "controlScoreDifferenceInPoints");
    const auto points = delta ? number(*delta) : Result<std::optional<double>>(std::nullopt);
    ServiceChange change;
    change.control = text_of(e, "actionName");
    if (change.control.empty() || !points || !*points || std::abs(**points) > kMaxPoints) continue;
    change.delta = cents(**points);
    change.label = text_of(e, "stringLabel");
    change.status = text_of(e, "ScoreStatus");
    change.updated_by = text_of(e, "updatedBy");
    out.push_back(std::move(change));
  }
  return out;
}

// The id is `<tenant>_<date>`.
std::optional<std::string> date_in_id(std::string_view id) {
  const auto at = id.rfind('_');
  if (at == std::string_view::npos || id.size() - at - 1 != std::string_view("2026-03-14").size()) return std::nullopt;
  const auto time = iso8601::parse_time(id.substr(at + 1));
  if (!time) return std::nullopt;
  return iso8601::format_date(*time);
}

// The id's date comes first: it is what tells one entity from another, also where exports mask the time.
Result<std::string> read_date(Element e, std::string_view id, std::vector<std::string>& warnings) {
  const auto from_id = date_in_id(id);
  const auto created = field(e, "createdDateTime");
  if (!created) {
    if (from_id) return *from_id;
    return invalid("`createdDateTime` is missing", "export the whole entity, without $select");
  }
  if (!created->is_string())
    return invalid(fmt::format("`createdDateTime` is {}, not a string", kind(*created)), "was the export edited?");
  const auto time = iso8601::parse_time(std::string_view(*created));
  if (!time)
    return invalid(fmt::format("`createdDateTime`: {} is not a date", in_backticks(std::string_view(*created))),
                   "give the date as 2026-03-14T00:00:00Z");
  const auto date = iso8601::format_date(*time);
  if (from_id && *from_id != date)
    warnings.push_back(fmt::format("the id says {} and `createdDateTime` {}: taken as {}", *from_id, date, *from_id));
  return from_id.value_or(date);
}

Result<OfficialDay> read_day(Element e, std::vector<std::string>& warnings) {
  OfficialDay day;
  const auto id = text_of(e, "id");
  day.date = TRY(read_date(e, id, warnings));
  day.tenant = text_of(e, "azureTenantId");
  if (day.tenant.empty() && date_in_id(id)) day.tenant = id.substr(0, id.rfind('_'));
  day.possible = cents(TRY(points_at(e, "maxScore")));
  if (const auto stated = TRY(number_at(e, "currentScore", kMaxPoints))) day.stated = cents(*stated);
  const auto rows = TRY(list_at(e, "controlScores"));
  day.controls.reserve(rows.size());
  // Millionths, so that scores with more than two decimals are rounded once, as a sum.
  std::int64_t millionths = 0;
  std::map<std::string, std::size_t> rows_of;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double points = 0;
    day.controls.push_back(TRY_IN(fmt::format("controlScores[{}]", i), read_control(rows[i], points)));
    millionths += std::llround(points * 1e6);
    ++rows_of[control_key(day.controls.back().id)];
  }
  day.earned = (millionths + 5'000) / 10'000;
  day.averages = read_averages(e);
  day.log = read_log(e);
  for (const auto& [control, n] : rows_of)
    if (n > 1)
      warnings.push_back(
          fmt::format("{}: {} is listed {} times; all of them count", day.date, in_backticks(control), n));
  if (day.stated && *day.stated != day.earned)
    warnings.push_back(fmt::format("{}: the controls add up to {:.2f} points, but `currentScore` says {:.2f}", day.date,
                                   static_cast<double>(day.earned) / 100, static_cast<double>(*day.stated) / 100));
  if (day.earned > day.possible)
    warnings.push_back(fmt::format("{}: {:.2f} points are earned of {:.2f} possible", day.date,
                                   static_cast<double>(day.earned) / 100, static_cast<double>(day.possible) / 100));
  return day;
}

Result<OfficialProfile> read_profile(Element e) {
  OfficialProfile profile;
  profile.id = TRY(required_text(e, "id"));
  const auto place = in_backticks(profile.id);
  profile.max = cents(TRY_IN(place, points_at(e, "maxScore")));
  profile.tenant = text_of(e, "azureTenantId");
  profile.title = text_of(e, "title");
  profile.category = text_of(e, "controlCategory");
  profile.service = text_of(e, "service");
  profile.tier = text_of(e, "tier");
  profile.action_url = text_of(e, "actionUrl");
  profile.rank = count_if_any(e, "rank");
  profile.state = "Default";
  std::optional<Timestamp> newest;
  for (const auto update : list_if_any(e, "controlStateUpdates")) {
    const auto time = iso8601::parse_time(text_of(update, "updatedDateTime"));
    const auto state = text_of(update, "state");
    if (state.empty() || (newest && (!time || *time < *newest))) continue;
    profile.state = state;
    newest = time;
  }
  return profile;
}

Result<void> read_element(Element e, OfficialScores& into, std::vector<std::string>& warnings) {
  if (!e.is_object()) return invalid(fmt::format("is {}, not an object", kind(e)), std::string(kWhatToGive));
  if (field(e, "controlScores")) {
    into.days.push_back(TRY(read_day(e, warnings)));
    return {};
  }
  if (field(e, "maxScore") && (field(e, "controlCategory") || field(e, "title"))) {
    into.profiles.push_back(TRY(read_profile(e)));
    return {};
  }
  if (field(e, "currentScore"))
    return invalid("is a score without `controlScores`", "export the whole entity, without $select");
  return invalid("is neither a day of secure scores nor a control profile", std::string(kWhatToGive));
}

Result<std::string> whole(snapshot::ByteSource& bytes) {
  snapshot::Utf8Source decoded(bytes);
  auto out = snapshot::read_all(decoded, kMaxBytes);
  if (out) return out;
  auto error = std::move(out).error();
  if (error.code == ErrorCode::Limit) error.hint = "give fewer days in one file";
  if (error.hint.empty()) error.hint = "is the file complete?";
  return error;
}

// simdjson does not say where; the slow parser does. It keeps nothing, so that depth costs it nothing.
Error syntax_error(std::string_view json, simdjson::error_code error) {
  constexpr std::string_view hint = "is the file complete?";
  if (error == simdjson::DEPTH_ERROR)
    return invalid(fmt::format("nests deeper than {} levels", simdjson::DEFAULT_MAX_DEPTH), std::string(kWhatToGive));
  try {
    const auto drop = [](int, Json::parse_event_t, Json&) { return false; };
    [[maybe_unused]] const auto nothing = Json::parse(json, drop);
  } catch (const Json::parse_error& e) {
    return invalid(fmt::format("not valid JSON at byte {}", e.byte), std::string(hint));
  } catch (const Json::exception&) {
    return invalid("not valid JSON: a number is too large", "was the export edited?");
  }
  return invalid(fmt::format("not valid JSON: {}", simdjson::error_message(error)), std::string(hint));
}

}  // namespace

Result<void> read_official_document(snapshot::ByteSource& bytes, std::string_view name, OfficialScores& into) {
  auto json = TRY(whole(bytes));
  if (text::trim(json).empty()) return invalid("is empty", std::string(kWhatToGive));
  const auto size = json.size();
  json.append(simdjson::SIMDJSON_PADDING, ' ');
  simdjson::dom::parser parser;
  Element root;
  if (const auto error = parser.parse(json.data(), size, false).get(root); error != simdjson::SUCCESS)
    return syntax_error(std::string_view(json).substr(0, size), error);

  std::vector<std::string> warnings;
  const auto found_before = into.days.size() + into.profiles.size();
  if (const auto refusal = root.is_object() ? field(root, "error") : std::nullopt)
    return invalid(fmt::format("the service answered with an error: {}", in_backticks(text_of(*refusal, "message"))),
                   "ask it again with the permission SecurityEvents.Read.All");
  const auto value = root.is_object() ? field(root, "value") : std::nullopt;
  const Element content = value.value_or(root);
  if (content.is_array()) {
    std::size_t i = 0;
    for (const Element e : simdjson::dom::array(content)) {
      TRY_IN(fmt::format("{}[{}]", value ? "value" : "", i), read_element(e, into, warnings));
      ++i;
    }
  } else if (value && !content.is_object()) {
    return invalid(fmt::format("`value` is {}, not a list", kind(content)), std::string(kWhatToGive));
  } else {
    TRY(read_element(content, into, warnings));
  }
  if (into.days.size() + into.profiles.size() == found_before)
    warnings.emplace_back("holds no day and no control profile");
  if (field(root, "@odata.nextLink"))
    warnings.emplace_back("is one page of several; the answer goes on at its `@odata.nextLink`");
  for (const auto& warning : warnings) into.warnings.push_back(fmt::format("{}: {}", name, warning));
  return {};
}

}  // namespace assay::import
