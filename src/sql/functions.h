#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace assay::sql {

class Database;

// The functions that control SQL has beside SQLite's own. All are deterministic, none sees the clock, the network or a
// file. A NULL list or text gives NULL, and so does a NULL `v` on which the answer hangs: missing evidence stays
// missing.
//
//   has(list, v, …)         1 if the list holds every v            compares without case; a v may itself be a list
//   has_any(list, v, …)     1 if it holds at least one v
//   within(list, v, …)      1 if every element is one of the v; an empty list is within everything
//   split(text, separator)  the parts as a list, blanks trimmed, empty parts dropped
//   duration_days(text)     days in an ISO 8601 duration; NULL when it is none
//   day_number(text)        days from 1970-01-01 to the day of a date or time; NULL when it is none
//   tag(record, name)       a tag's value in a DMARC, DKIM, MTA-STS or TLS-RPT record
//   mail_record(list, version)   the one record of a version (spf1, DMARC1, DKIM1, …) among TXT records; NULL without
//                           exactly one
//   mail_records(list, version)  how many there are
//   spf_all(record)         `-all`, `~all`, … of an SPF record, '' without one; NULL when it is no SPF record
//   spf_redirect(record)    the redirect's domain, '' without one
//   spf_lookups(record)     mechanisms that cost a DNS query
//   under_domain(a, b)      1 if a is b or a name below it
//
// A list is JSON array text, as `list` columns hold it. Text that is no JSON array counts as a list of one.
void register_functions(const Database& db);

// The operator's declared exceptions: for a control, values of a kind (user, group, application, domain, …).
class Declared {
 public:
  void add(std::string_view control, std::string_view kind, std::string_view value);
  // The values in lower case; nullptr when there are none.
  const std::unordered_set<std::string>* values(std::string_view control, std::string_view kind) const;

 private:
  std::unordered_map<std::string, std::unordered_set<std::string>> values_;
};

//   undeclared(control, kind, list)   the elements of the list that are not declared, as a list; '[]' for a NULL list
void register_undeclared(const Database& db, std::shared_ptr<const Declared> declared);

}  // namespace assay::sql
