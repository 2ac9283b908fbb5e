#include "sql/functions.h"

#include <algorithm>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "base/iso8601.h"
#include "base/mail_records.h"
#include "base/text.h"
#include "sql/database.h"
#include "sql/list.h"

namespace assay::sql {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}
bool is_null(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

void give(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

bool list_holds(std::string_view list, std::string_view wanted) {
  ListReader reader(list);
  for (std::string_view element; reader.next(element);)
    if (text::iequals(element, wanted)) return true;
  return false;
}

bool is_list(std::string_view text) { return !text.empty() && text.front() == '['; }

// Calls `f(v)` for every wanted value, lists among the arguments taken apart, until it returns false. A wanted value
// that is NULL is passed over: what follows from it depends on the others.
template <class F>
void each_wanted(int count, sqlite3_value** values, F f) {
  for (int i = 1; i < count; ++i) {
    if (is_null(values[i])) continue;
    const auto v = text_of(values[i]);
    if (!is_list(v)) {
      if (!f(v)) return;
      continue;
    }
    ListReader reader(v);
    for (std::string_view element; reader.next(element);)
      if (!f(element)) return;
  }
}

bool wants_null(int count, sqlite3_value** values) { return std::any_of(values + 1, values + count, is_null); }

// Like SQL's own AND and OR: NULL unless the answer is `settled` whatever the missing value is.
void answer(sqlite3_context* context, bool result, bool settled, int count, sqlite3_value** values) {
  if (result != settled && wants_null(count, values)) return sqlite3_result_null(context);
  sqlite3_result_int(context, result);
}

void has(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count == 0 || is_null(values[0])) return sqlite3_result_null(context);
  const auto list = text_of(values[0]);
  bool all = true;
  each_wanted(count, values, [&](std::string_view v) { return all = list_holds(list, v); });
  answer(context, all, false, count, values);
}

void has_any(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count == 0 || is_null(values[0])) return sqlite3_result_null(context);
  const auto list = text_of(values[0]);
  bool any = false;
  each_wanted(count, values, [&](std::string_view v) {
    any = list_holds(list, v);
    return !any;
  });
  answer(context, any, true, count, values);
}

void within(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count == 0 || is_null(values[0])) return sqlite3_result_null(context);
  ListReader reader(text_of(values[0]));
  for (std::string_view element; reader.next(element);) {
    bool found = false;
    each_wanted(count, values, [&](std::string_view v) {
      found = text::iequals(element, v);
      return !found;
    });
    if (!found) return answer(context, false, true, count, values);
  }
  sqlite3_result_int(context, 1);
}

void split(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto separator = text_of(values[1]);
  if (is_null(values[0]) || separator.size() != 1) return sqlite3_result_null(context);
  std::string out = "[";
  for (const auto part : text::split(text_of(values[0]), separator[0])) {
    const auto trimmed = text::trim(part);
    if (trimmed.empty()) continue;
    if (out.size() > 1) out += ',';
    text::append_json_string(out, trimmed);
  }
  give(context, out + "]");
}

void duration_days(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto days = is_null(values[0]) ? std::nullopt : iso8601::parse_duration_days(text_of(values[0]));
  if (!days) return sqlite3_result_null(context);
  sqlite3_result_double(context, *days);
}

void day_number(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  constexpr Timestamp kDay = 86'400;
  const auto time = is_null(values[0]) ? std::nullopt : iso8601::parse_time(text_of(values[0]));
  if (!time) return sqlite3_result_null(context);
  sqlite3_result_int64(context, *time / kDay - (*time % kDay < 0 ? 1 : 0));
}

void tag(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  if (is_null(values[0]) || is_null(values[1])) return sqlite3_result_null(context);
  const auto value = mail_records::tag(text_of(values[0]), text_of(values[1]));
  if (!value) return sqlite3_result_null(context);
  give(context, *value);
}

// Calls `f(record)` for each record of the wanted version among those of a list. False: there is no list.
template <class F>
bool each_record(sqlite3_value** values, F f) {
  if (is_null(values[0]) || is_null(values[1])) return false;
  const auto version = text_of(values[1]);
  ListReader reader(text_of(values[0]));
  for (std::string_view element; reader.next(element);)
    if (mail_records::is_version(element, version)) f(element);
  return true;
}

void mail_record(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  std::size_t found = 0;
  std::string only;
  each_record(values, [&](std::string_view record) {
    if (++found == 1) only = record;
  });
  if (found == 1) give(context, only);
}

void mail_records_found(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  int found = 0;
  if (each_record(values, [&](std::string_view /*record*/) { ++found; })) sqlite3_result_int(context, found);
}

template <class F>
void spf(sqlite3_context* context, sqlite3_value** values, F f) {
  const auto parsed = is_null(values[0]) ? std::nullopt : mail_records::parse_spf(text_of(values[0]));
  if (!parsed) return sqlite3_result_null(context);
  f(*parsed);
}
void spf_all(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  spf(context, values, [&](const auto& record) { give(context, record.all); });
}
void spf_redirect(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  spf(context, values, [&](const auto& record) { give(context, record.redirect); });
}
void spf_lookups(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  spf(context, values,
      [&](const auto& record) { sqlite3_result_int64(context, static_cast<sqlite3_int64>(record.lookups)); });
}

void under_domain(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  if (is_null(values[0]) || is_null(values[1])) return sqlite3_result_null(context);
  auto child = text_of(values[0]);
  auto parent = text_of(values[1]);
  if (child.ends_with('.')) child.remove_suffix(1);
  if (parent.ends_with('.')) parent.remove_suffix(1);
  const bool below = child.size() > parent.size() && child[child.size() - parent.size() - 1] == '.' &&
                     text::iequals(child.substr(child.size() - parent.size()), parent);
  sqlite3_result_int(context, below || text::iequals(child, parent));
}

void undeclared(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto* declared = static_cast<const std::shared_ptr<const Declared>*>(sqlite3_user_data(context))->get();
  if (is_null(values[2])) return give(context, "[]");
  const auto list = text_of(values[2]);
  if (list == "[]") return give(context, "[]");
  const auto* known = declared->values(text_of(values[0]), text_of(values[1]));
  std::string out = "[";
  ListReader reader(list);
  for (std::string_view element; reader.next(element);) {
    if (known != nullptr && known->count(text::lower(element)) != 0) continue;
    if (out.size() > 1) out += ',';
    text::append_json_string(out, element);
  }
  give(context, out + "]");
}

}  // namespace

void Declared::add(std::string_view control, std::string_view kind, std::string_view value) {
  values_[std::string(control) + "\n" + std::string(kind)].insert(text::lower(value));
}

const std::unordered_set<std::string>* Declared::values(std::string_view control, std::string_view kind) const {
  if (values_.empty()) return nullptr;
  const auto found = values_.find(std::string(control) + "\n" + std::string(kind));
  return found == values_.end() ? nullptr : &found->second;
}

void register_undeclared(const Database& db, std::shared_ptr<const Declared> declared) {
  using Held = std::shared_ptr<const Declared>;
  auto* held = new Held(std::move(declared));  // the connection's, which also deletes it
  CHECK(sqlite3_create_function_v2(db.handle(), "undeclared", 3, SQLITE_UTF8 | SQLITE_INNOCUOUS, held, undeclared,
                                   nullptr, nullptr, [](void* data) { delete static_cast<Held*>(data); }) == SQLITE_OK);
}

void register_functions(const Database& db) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  const auto add = [&](const char* name, int arguments, void (*f)(sqlite3_context*, int, sqlite3_value**)) {
    CHECK(sqlite3_create_function_v2(db.handle(), name, arguments, flags, nullptr, f, nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  };
  add("has", -1, has);
  add("has_any", -1, has_any);
  add("within", -1, within);
  add("split", 2, split);
  add("duration_days", 1, duration_days);
  add("day_number", 1, day_number);
  add("tag", 2, tag);
  add("mail_record", 2, mail_record);
  add("mail_records", 2, mail_records_found);
  add("spf_all", 1, spf_all);
  add("spf_redirect", 1, spf_redirect);
  add("spf_lookups", 1, spf_lookups);
  add("under_domain", 2, under_domain);
  register_undeclared(db, std::make_shared<const Declared>());  // until a run declares its own
}

}  // namespace assay::sql
