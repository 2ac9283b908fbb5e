#include "assess/assess.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/text.h"
#include "snapshot/held_plans.h"
#include "sql/functions.h"

namespace assay::assess {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 6> kVerdicts{{
    {Verdict::Pass, "pass"},
    {Verdict::Fail, "fail"},
    {Verdict::Unknown, "unknown"},
    {Verdict::NotApplicable, "not_applicable"},
    {Verdict::NotLicensed, "not_licensed"},
    {Verdict::Manual, "manual"},
}};

constexpr std::string_view kServicePlans = "service_plans";
constexpr std::size_t kReasonsNamed = 3;

std::string coverage_reason(const std::string& table, const snapshot::TableCoverage* coverage) {
  const auto because = coverage == nullptr || coverage->detail.empty() ? std::string() : ": " + coverage->detail;
  switch (coverage == nullptr ? snapshot::State::Absent : coverage->state) {
    case snapshot::State::Denied:
      return fmt::format("`{}` could not be read: permission denied{}", table, because);
    case snapshot::State::NotLicensed:
      return fmt::format("`{}` could not be read: not licensed{}", table, because);
    case snapshot::State::NotOffered:
      return fmt::format("`{}` is not offered in this cloud{}", table, because);
    case snapshot::State::Failed:
      return fmt::format("`{}` could not be read{}", table, because);
    default:
      return fmt::format("there is no evidence on `{}`{}", table, because);
  }
}

// Where the check's columns stand in its result.
struct Positions {
  int resource = -1;
  int name = -1;
  int verdict = -1;
  int reason = -1;
  int share = -1;
  explicit Positions(const sql::Statement& statement) {
    for (int i = 0; i < statement.columns(); ++i) {
      const auto column = statement.column_name(i);
      if (column == "resource") resource = i;
      if (column == "name") name = i;
      if (column == "verdict") verdict = i;
      if (column == "reason") reason = i;
      if (column == "share") share = i;
    }
  }
};

// Valid until the next row.
std::string_view text_at(const sql::Statement& row, int index) {
  return index < 0 ? std::string_view() : row.text(index);
}

// What part of its points a subject earns that fails. Anything but a part of them is none.
double share_at(const sql::Statement& row, int index, Verdict verdict) {
  if (index < 0 || verdict != Verdict::Fail) return 0;
  const double share = row.real(index);
  return share > 0 && share < 1 ? share : 0;
}

// Counts verdicts and keeps the first reasons of each kind.
struct Tally {
  std::array<std::int64_t, 6> counts{};
  std::array<std::vector<std::string>, 6> reasons;

  void add(Verdict verdict, std::string_view reason) {
    const auto i = static_cast<std::size_t>(verdict);
    ++counts[i];
    if (reasons[i].size() < kReasonsNamed &&
        std::find(reasons[i].begin(), reasons[i].end(), reason) == reasons[i].end())
      reasons[i].emplace_back(reason);
  }
  std::int64_t count(Verdict verdict) const { return counts[static_cast<std::size_t>(verdict)]; }

  Verdict overall() const {
    for (const auto v : {Verdict::Fail, Verdict::Unknown, Verdict::Manual, Verdict::Pass})
      if (count(v) != 0) return v;
    return Verdict::NotApplicable;
  }

  std::string summary(const std::string& unit) const {
    const auto v = overall();
    const auto& named = reasons[static_cast<std::size_t>(v)];
    const auto of_kind = count(v);
    std::int64_t all = 0;
    for (const auto n : counts) all += n;
    auto text = text::join(named, "; ");
    if (all <= 1) return text;
    const bool one = of_kind == 1;
    std::string_view word;
    switch (v) {
      case Verdict::Fail:
        word = one ? "fails" : "fail";
        break;
      case Verdict::Unknown:
        word = "cannot be judged";
        break;
      case Verdict::Pass:
        word = one ? "passes" : "pass";
        break;
      case Verdict::Manual:
        word = one ? "needs a person to look" : "need a person to look";
        break;
      default:
        word = one ? "does not apply" : "do not apply";
    }
    const auto more = named.size() == kReasonsNamed && of_kind > static_cast<std::int64_t>(kReasonsNamed) ? "; …" : "";
    return fmt::format("{} of {} {}: {}{}", of_kind,
                       text::count(static_cast<std::size_t>(all), unit, text::plural(unit)), word, text, more);
  }
};

}  // namespace

std::string_view name(Verdict verdict) {
  for (const auto& [v, n] : kVerdicts)
    if (v == verdict) return n;
  return "unknown";
}

std::optional<Verdict> verdict(std::string_view name) {
  for (const auto& [v, n] : kVerdicts)
    if (n == name) return v;
  return std::nullopt;
}

struct Assessor::State {
  const catalog::Catalogue& catalogue;
  snapshot::Evidence& evidence;
  Decisions decisions;
  Timestamp now;
  Options options;
  struct MadeView {
    bool filled = false;
    sql::Statement fill;  // with `keep_prepared`, from the second time on
  };
  std::unordered_map<std::string, MadeView> views_made;
  std::unordered_map<std::string, std::string> views_failed;
  std::unordered_map<std::string, sql::Statement> checks;  // with `keep_prepared`, by their SQL
  std::shared_ptr<sql::Declared> declared;
  std::optional<snapshot::HeldPlans> held_plans;  // nullopt: licences were not collected

  Result<void> make_built_in() {
    auto& db = evidence.db;
    TRY(db.execute(R"sql(
      CREATE TEMP TABLE IF NOT EXISTS tenant(id TEXT COLLATE NOCASE, name TEXT, cloud TEXT COLLATE NOCASE);
      CREATE TEMP TABLE IF NOT EXISTS coverage("table" TEXT, state TEXT, "rows" INTEGER, detail TEXT);
      CREATE TEMP TABLE IF NOT EXISTS declared(control TEXT, kind TEXT, value TEXT COLLATE NOCASE);
      CREATE TEMP TABLE IF NOT EXISTS licence_flags(plan TEXT COLLATE NOCASE, held INTEGER);
      DROP TABLE IF EXISTS temp.settings)sql"));
    TRY(db.execute(catalog::create_settings_sql(catalogue, true)));
    // Views of an earlier assessor, made under other decisions.
    for (const auto& view : catalogue.views) TRY(db.execute("DROP TABLE IF EXISTS temp." + sql::identifier(view.name)));
    sql::register_undeclared(db, declared);
    return fill_built_in();
  }

  Result<void> fill_built_in() {
    auto& db = evidence.db;
    TRY(
        db.execute("DELETE FROM temp.tenant; DELETE FROM temp.coverage; DELETE FROM temp.declared; "
                   "DELETE FROM temp.licence_flags; DELETE FROM temp.settings"));
    auto tenant = TRY(db.prepare("INSERT INTO temp.tenant VALUES(nullif(?,''),nullif(?,''),nullif(?,''))"));
    const auto& m = evidence.manifest;
    tenant.bind(1, m.tenant_id).bind(2, m.tenant_name).bind(3, m.cloud);
    TRY(tenant.step());
    auto coverage = TRY(db.prepare("INSERT INTO temp.coverage VALUES(?,?,?,?)"));
    for (const auto& c : evidence.coverage) {
      coverage.reset();
      coverage.bind(1, c.table)
          .bind(2, snapshot::name(c.state))
          .bind(3, static_cast<std::int64_t>(c.rows))
          .bind(4, c.detail);
      TRY(coverage.step());
    }
    auto flag = TRY(db.prepare("INSERT INTO temp.licence_flags VALUES(?,?)"));
    for (const auto& [plan, held] : evidence.plans) {
      flag.reset();
      flag.bind(1, plan).bind(2, std::int64_t{held});
      TRY(flag.step());
    }
    *declared = {};
    auto row = TRY(db.prepare("INSERT INTO temp.declared VALUES(?,?,?)"));
    for (const auto& exception : decisions.exceptions) {
      if (!in_force(exception.expires, now)) continue;
      std::vector<std::string> ids{exception.control};
      if (exception.control == "*") {
        ids.clear();
        for (const auto& control : catalogue.controls) ids.push_back(control.id);
      }
      for (const auto& id : ids) {
        for (const auto& value : exception.values) {
          declared->add(id, exception.kind, value);
          row.reset();
          row.bind(1, id).bind(2, exception.kind).bind(3, value);
          TRY(row.step());
        }
      }
    }
    TRY(fill_settings());
    return load_plans();
  }

  Result<void> fill_settings() {
    auto& db = evidence.db;
    TRY(db.execute("INSERT INTO temp.settings DEFAULT VALUES"));
    for (const auto& [setting, value] : catalogue.settings_with(decisions.profile, decisions.settings)) {
      const auto text = value.is_string() ? value.get<std::string>() : value.dump();
      auto update = TRY(db.prepare("UPDATE temp.settings SET " + sql::identifier(setting) + " = ?"));
      if (value.is_boolean()) {
        update.bind(1, std::int64_t{value.get<bool>()});
      } else if (value.is_number_integer()) {
        update.bind(1, value.get<std::int64_t>());
      } else {
        update.bind(1, text);
      }
      TRY(update.step());
    }
    return {};
  }

  Result<void> load_plans() {
    held_plans.reset();
    const auto* coverage = evidence.find(kServicePlans);
    if (coverage == nullptr || coverage->state != snapshot::State::Collected) return {};
    held_plans = TRY(snapshot::HeldPlans::read(evidence.db));
    return {};
  }

  // Whether the tenant holds a service plan or one that gives at least the same; nullopt: not known.
  std::optional<bool> holds(const std::string& plan) const {
    if (const auto flag = evidence.plans.find(plan); flag != evidence.plans.end()) return flag->second;
    if (!held_plans) return std::nullopt;
    return held_plans->hold(catalogue, plan);
  }

  std::string plan_titles(const catalog::Control& control) const {
    std::vector<std::string> titles;
    for (const auto& plan : control.licence) {
      const auto known = std::find_if(catalogue.plans.begin(), catalogue.plans.end(),
                                      [&](const auto& p) { return text::iequals(p.plan, plan); });
      titles.push_back(known == catalogue.plans.end() ? plan : fmt::format("{} ({})", known->title, plan));
    }
    return text::join(titles, " or ");
  }

  std::optional<Finding> settled_before_sql(const catalog::Control& control) const {
    Finding finding{&control, Verdict::Unknown, 0, 0, {}, {}};
    if (!control.licence.empty() && std::all_of(control.licence.begin(), control.licence.end(),
                                                [&](const auto& plan) { return holds(plan) == false; })) {
      finding.verdict = Verdict::NotLicensed;
      finding.reason = fmt::format("the tenant does not hold {}", plan_titles(control));
      return finding;
    }
    if (control.manual) {
      finding.verdict = Verdict::Manual;
      finding.reason = control.manual_look;
      if (const auto found = decisions.attestations.find(control.id); found != decisions.attestations.end()) {
        const auto& a = found->second;
        const auto on = a.on ? " on " + iso8601::format_date(*a.on) : std::string();
        if (!in_force(a.expires, now)) {
          finding.reason = fmt::format("the attestation by {}{} expired on {}; {}", a.by, on,
                                       iso8601::format_date(*a.expires), control.manual_look);
        } else {
          finding.verdict = a.holds ? Verdict::Pass : Verdict::Fail;
          finding.good = a.holds ? 1 : 0;
          finding.total = 1;
          finding.reason = fmt::format("attested by {}{}: {}", a.by, on, a.evidence);
        }
      }
      return finding;
    }
    for (const auto& table : control.needs) {
      if (table == "licence_flags") {
        if (std::any_of(control.licence.begin(), control.licence.end(),
                        [&](const auto& plan) { return holds(plan).has_value(); }))
          continue;
        finding.reason = fmt::format("it is not known whether the tenant holds {}", plan_titles(control));
        return finding;
      }
      if (catalog::is_built_in(table)) continue;
      const auto* coverage = evidence.find(table);
      if (coverage != nullptr && coverage->state == snapshot::State::Collected) continue;
      finding.reason = coverage_reason(table, coverage);
      return finding;
    }
    return std::nullopt;
  }

  Result<void> make_views(const sql::Reads& reads, sql::Guard& guard) {
    for (const auto& read : reads) {
      const auto* view = catalogue.view(read.first);
      if (view == nullptr) continue;
      const auto known = views_made.find(view->name);
      auto* made = known == views_made.end() ? nullptr : &known->second;
      if (made != nullptr && made->filled) continue;
      if (const auto failed = views_failed.find(view->name); failed != views_failed.end())
        return invalid(failed->second);
      TRY(make_views(view->reads, guard));
      auto done =
          made == nullptr ? guard.materialise(view->name, view->sql) : guard.fill(view->name, view->sql, made->fill);
      if (!done) {
        const auto why = fmt::format("view `{}`: {}", view->name, done.error().message);
        views_failed.emplace(view->name, why);
        return invalid(why);
      }
      views_made[view->name].filled = true;
    }
    return {};
  }

  Result<void> again(const Decisions& other) {
    decisions = other;
    views_failed.clear();
    for (auto& [view, made] : views_made)
      if (std::exchange(made.filled, false)) TRY(evidence.db.execute("DELETE FROM temp." + sql::identifier(view)));
    return fill_built_in();
  }

  Result<void> run_check(const catalog::Control& control, Finding& finding) {
    sql::Guard guard(evidence.db, options.limits);
    TRY(make_views(control.sql_reads, guard));
    guard.refill();
    sql::Statement own;
    auto& rows = options.keep_prepared ? checks[control.check] : own;
    if (rows.handle() == nullptr) rows = TRY(guard.prepare(control.check));
    rows.reset();
    const Positions at(rows);
    Tally tally;
    while (TRY(rows.step())) {
      const auto word = rows.text(at.verdict);
      auto v = verdict(word).value_or(Verdict::Unknown);
      if (v == Verdict::NotLicensed) v = Verdict::Unknown;  // licences are not a check's to judge
      auto reason = text_at(rows, at.reason);
      if (v == Verdict::Unknown && reason.empty())
        reason = word == "unknown" ? "the check gave no reason" : "the check gave no verdict";
      tally.add(v, reason);
      finding.share += share_at(rows, at.share, v);
      if (options.keep_resources)
        finding.resources.push_back(
            {std::string(text_at(rows, at.resource)), std::string(text_at(rows, at.name)), v, std::string(reason)});
    }
    finding.good = tally.count(Verdict::Pass);
    finding.total =
        finding.good + tally.count(Verdict::Fail) + tally.count(Verdict::Unknown) + tally.count(Verdict::Manual);
    if (finding.total == 0 && tally.count(Verdict::NotApplicable) == 0) {
      finding.verdict = verdict(control.none_verdict).value_or(Verdict::Unknown);
      finding.reason = control.none_reason;
    } else {
      finding.verdict = tally.overall();
      finding.reason = tally.summary(control.unit);
    }
    return {};
  }

  Result<std::string> rows(const catalog::View& view) {
    sql::Guard guard(evidence.db, options.limits);
    TRY(make_views(view.reads, guard));
    auto statement = TRY(guard.prepare(view.sql));
    std::string out;
    while (TRY(statement.step()))
      for (int i = 0; i < statement.columns(); ++i)
        fmt::format_to(std::back_inserter(out), "{} {}\n", statement.type(i), statement.text(i));
    return out;
  }

  bool reads(const catalog::View& view, const std::string& name) const {
    return std::any_of(view.reads.begin(), view.reads.end(), [&](const auto& read) {
      const auto* below = catalogue.view(read.first);
      return below != nullptr && (below->name == name || reads(*below, name));
    });
  }

  Result<void> renew(const std::string& name) {
    for (const auto& view : catalogue.views) {
      if (view.name != name && !reads(view, name)) continue;
      views_failed.erase(view.name);
      if (views_made.erase(view.name) != 0) TRY(evidence.db.execute("DROP TABLE temp." + sql::identifier(view.name)));
    }
    return {};
  }
};

Assessor::Assessor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Assessor::Assessor(Assessor&&) noexcept = default;
Assessor& Assessor::operator=(Assessor&&) noexcept = default;
Assessor::~Assessor() = default;

Result<Assessor> Assessor::create(const catalog::Catalogue& catalogue, snapshot::Evidence& evidence,
                                  const Decisions& decisions, const Clock& clock, const Options& options) {
  auto state = std::unique_ptr<State>(new State{
      catalogue, evidence, decisions, clock.now(), options, {}, {}, {}, std::make_shared<sql::Declared>(), {}});
  TRY(state->make_built_in());
  return Assessor(std::move(state));
}

Finding Assessor::judge(const catalog::Control& control) {
  if (auto settled = state_->settled_before_sql(control)) return std::move(*settled);
  Finding finding{&control, Verdict::Unknown, 0, 0, {}, {}};
  if (auto done = state_->run_check(control, finding); !done) {
    // What was read before it broke off proves nothing.
    finding = Finding{&control, Verdict::Unknown, 0, 0, {}, {}};
    finding.reason = fmt::format("the check could not be run: {}", done.error().message);
  }
  return finding;
}

Result<void> Assessor::again(const Decisions& decisions) {
  CHECK(state_->options.keep_prepared);
  return state_->again(decisions);
}

Result<std::string> Assessor::rows(const catalog::View& view) { return state_->rows(view); }

Result<void> Assessor::renew(const catalog::View& view) { return state_->renew(view.name); }

sql::Reads needed(const catalog::Catalogue& catalogue, const std::vector<const catalog::Control*>& controls) {
  sql::Reads out;
  for (const auto* control : controls) {
    for (auto& [table, columns] : catalogue.reads_of(*control)) {
      out[table].insert(columns.begin(), columns.end());
      if (const auto* parent = catalogue.parent_of(table)) out[parent->name];
    }
    // Coverage of a needed table counts even where the SQL reads none of its columns.
    for (const auto& table : control->needs)
      if (!catalog::is_built_in(table)) out[table];
  }
  if (catalogue.table(kServicePlans) != nullptr) out[std::string(kServicePlans)].insert({"name", "status"});
  return out;
}

bool in_scope(const catalog::Control& control, const snapshot::Manifest& manifest) {
  return std::find(manifest.scope.begin(), manifest.scope.end(), control.service) != manifest.scope.end();
}

}  // namespace assay::assess
