#include "score/parity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace assay::score {
namespace {

using assess::Finding;
using assess::Verdict;

constexpr const char* kTable = "secure_score_controls";
constexpr std::string_view kMicrosofts = "secure_score_control";  // how the tables of Microsoft's score begin

// Without the greatest points Microsoft's own share tells them: they are whole numbers.
constexpr const char* kOfficial = R"sql(
  SELECT c.id, coalesce(p.title, ''), coalesce(c.control_category, ''), c.score,
         coalesce(c.max_score, p.max_score, round(100.0 * c.score / nullif(c.score_in_percentage, 0))),
         c.count, c.total, coalesce(c.implementation_status, '')
    FROM secure_score_controls AS c LEFT JOIN secure_score_control_profiles AS p ON p.id = c.id
   ORDER BY c.id)sql";

Cents cents(double points) { return std::llround(points * 100); }

// `11770.MDA_Google_EnableTwoFactorAuth` is one of several connected apps.
std::string_view without_instance(std::string_view id) {
  const auto dot = id.find('.');
  const bool number = dot != std::string_view::npos && dot > 0 &&
                      std::all_of(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(dot),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return number ? id.substr(dot + 1) : id;
}

// A control may read Microsoft's score for want of better: then it is our own finding only if all else that it reads
// was there to read.
bool takes_microsofts_number(const catalog::Catalogue& catalogue, const snapshot::Evidence& evidence,
                             const catalog::Control& control) {
  const auto reads = catalogue.reads_of(control);
  if (reads.count(kTable) == 0) return false;
  bool own = false;
  for (const auto& [name, columns] : reads) {
    const auto* parent = catalogue.parent_of(name);
    const auto& table = parent == nullptr ? name : parent->name;
    if (table.starts_with(kMicrosofts)) continue;
    const auto* coverage = evidence.find(table);
    if (coverage == nullptr || coverage->state != snapshot::State::Collected || coverage->rows == 0) return true;
    own = true;
  }
  return !own;
}

Agreement agreement(const Counterpart& of, bool mirrored) {
  if (mirrored) return Agreement::Mirrored;
  switch (of.ours->verdict) {
    case Verdict::Pass:
    case Verdict::Fail:
      return of.points == of.official ? Agreement::Agrees : Agreement::Differs;
    case Verdict::Unknown:
      return Agreement::Unknown;
    default:
      return Agreement::NotCounted;
  }
}

}  // namespace

std::string_view name(Agreement agreement) {
  switch (agreement) {
    case Agreement::Agrees:
      return "agrees";
    case Agreement::Differs:
      return "differs";
    case Agreement::Unknown:
      return "unknown";
    case Agreement::NotCounted:
      return "not_counted";
    default:
      return "mirrored";
  }
}

Result<std::vector<Counterpart>> compare(const catalog::Catalogue& catalogue, const snapshot::Evidence& evidence,
                                         const std::vector<Finding>& findings) {
  const auto* coverage = evidence.find(kTable);
  if (coverage == nullptr || coverage->state != snapshot::State::Collected)
    return Error{ErrorCode::Invalid,
                 fmt::format("Microsoft's own score is not in this source: `{}` is {}", kTable,
                             snapshot::name(coverage == nullptr ? snapshot::State::Absent : coverage->state)),
                 "collect the tenant with SecurityEvents.Read.All"};

  std::map<const catalog::Control*, const Finding*> found;
  for (const auto& finding : findings) found[finding.control] = &finding;
  std::multimap<std::string, const Finding*> answers;
  std::set<const Finding*> mirrored;
  for (const auto& control : catalogue.controls)
    if (const auto own = found.find(&control); own != found.end() && !control.microsoft.empty()) {
      for (const auto& id : control.microsoft) answers.emplace(text::lower(id), own->second);
      if (takes_microsofts_number(catalogue, evidence, control)) mirrored.insert(own->second);
    }

  std::vector<Counterpart> out;
  auto rows = TRY(evidence.db.prepare(kOfficial));
  while (TRY(rows.step())) {
    Counterpart one;
    one.id = rows.text(0);
    one.title = rows.text(1);
    one.category = rows.text(2);
    one.official = cents(rows.real(3));
    one.possible = cents(rows.real(4));
    if (!rows.is_null(5)) one.good = rows.integer(5);
    if (!rows.is_null(6)) one.total = rows.integer(6);
    one.status = rows.text(7);
    if (text::istarts_with(one.id, "scid_") && one.good && one.total) one.good = *one.total - *one.good;
    const auto [begin, end] = answers.equal_range(text::lower(without_instance(one.id)));
    if (begin == end) out.push_back(one);
    for (auto answer = begin; answer != end; ++answer) {
      one.ours = answer->second;
      one.points = measure(*one.ours, static_cast<int>(one.possible / 100));
      one.agreement = agreement(one, mirrored.count(one.ours) > 0);
      out.push_back(one);
    }
  }
  return out;
}

}  // namespace assay::score
