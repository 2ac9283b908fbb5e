#include "trial.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "assess/cases.h"
#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "catalog/check.h"
#include "catalog/directory.h"
#include "sql/guard.h"
#include "sql_mutants.h"

namespace assay::mutate {
namespace {

// A mutant that runs on and on is broken off; the instructions are a hundred times what the cases need.
constexpr std::uint64_t kInstructions = 20'000'000;

Result<catalog::Catalogue> load(const Options& options) {
  std::vector<catalog::Problem> problems;
  auto catalogue = TRY(catalog::read_directories(options.catalogue, problems));
  catalog::resolve_sql(catalogue, problems);
  if (!problems.empty()) return invalid(catalog::describe(problems.front()));
  return catalogue;
}

// The tables and views, all of them empty, to see what is SQL.
class Grammar {
 public:
  explicit Grammar(const catalog::Catalogue& catalogue) : guard_(make(catalogue, db_), {}) {}
  bool takes(const std::string& sql) { return guard_.prepare(sql).has_value(); }

 private:
  static const sql::Database& make(const catalog::Catalogue& catalogue, const sql::Database& db) {
    CHECK(snapshot::create_tables(db, catalogue).has_value());
    CHECK(db.execute(std::string(catalog::kBuiltInTables)).has_value());
    CHECK(db.execute(catalog::create_settings_sql(catalogue)).has_value());
    std::vector<const catalog::View*> left;
    for (const auto& view : catalogue.views) left.push_back(&view);
    while (!left.empty()) {
      const auto made = std::erase_if(
          left, [&](const auto* view) { return db.execute(catalog::create_view_sql(*view)).has_value(); });
      CHECK(made > 0);
    }
    return db;
  }

  sql::Database db_ = sql::Database::memory();
  sql::Guard guard_;
};

constexpr auto kNoView = static_cast<std::size_t>(-1);

// What is tried: a control, or a view and the controls that read it.
struct Subject {
  std::string name;
  std::string service;
  std::size_t view = kNoView;
  std::vector<const catalog::Control*> controls;
};

std::vector<Subject> subjects(const catalog::Catalogue& catalogue, const std::string& filter) {
  std::vector<Subject> out;
  const auto add = [&](Subject subject) {
    if (subject.name.find(filter) != std::string::npos) out.push_back(std::move(subject));
  };
  // The first member of each family, in the order of the file.
  std::map<std::string, const catalog::Control*> files;
  for (const auto& control : catalogue.controls) {
    if (control.manual) continue;
    auto& first = files[control.place.file];
    if (first == nullptr || control.place.line < first->place.line) first = &control;
  }
  for (const auto& [file, control] : files) add({control->id, control->service, kNoView, {control}});
  for (std::size_t i = 0; i < catalogue.views.size(); ++i) {
    const auto& view = catalogue.views[i];
    Subject subject{"view " + view.name, "views", i, {}};
    for (const auto& [file, control] : files) {
      const auto read = catalogue.views_for(*control);
      if (std::find(read.begin(), read.end(), &view) != read.end()) subject.controls.push_back(control);
    }
    // Those with the fewest views tell the most about this one.
    std::stable_sort(subject.controls.begin(), subject.controls.end(), [&](const auto* a, const auto* b) {
      return catalogue.views_for(*a).size() < catalogue.views_for(*b).size();
    });
    add(std::move(subject));
  }
  return out;
}

// Where a line of a check stands in its file: the block begins on the line after `check: |`.
int first_line(const Subject& subject, const std::string& sql) {
  if (subject.view != kNoView) return 1;
  const auto& control = *subject.controls.front();
  const auto text = read_file(control.place.file);
  if (!text) return 0;
  const auto head = text::trim(text::split(sql, '\n').front());
  int line = 0;
  bool in_check = false;
  for (const auto at : text::split(*text, '\n')) {
    ++line;
    if (in_check && text::trim(at) == head) return line;
    in_check = in_check || text::trim(at).starts_with("check:");
    if (in_check && at.find(head) != std::string_view::npos) return line;
  }
  return control.check_place.line;
}

Survivor survivor(const std::string& file, int first, const std::string& sql, const Mutant& mutant) {
  Survivor out;
  out.file = file;
  out.line =
      first + static_cast<int>(std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(mutant.at), '\n'));
  const auto begin = mutant.at == 0 ? 0 : sql.rfind('\n', mutant.at - 1) + 1;
  out.text = text::trim(std::string_view(sql).substr(begin, sql.find('\n', mutant.at) - begin));
  for (const char c : sql.substr(mutant.at, mutant.size))
    if (c != '\n' && (c != ' ' || out.original.empty() || out.original.back() != ' '))
      out.original += c == '\n' ? ' ' : c;
  out.put = mutant.put;
  return out;
}

// The cases of a subject, loaded when they are first needed, those first that noticed a mutant last.
class Cases {
 public:
  Cases(const catalog::Catalogue& catalogue, const Subject& subject) : catalogue_(catalogue) {
    for (const auto* control : subject.controls)
      for (const auto& test : control->cases) cases_.push_back({control, &test, {}, {}});
  }

  // Whether a case fails, where the control is judged by what `change` makes of it.
  template <class Change>
  Result<bool> notice(Change change, bool renew) {
    for (auto at = cases_.begin(); at != cases_.end(); ++at) {
      const auto finding = TRY(judge(*at, change(*at->control), renew));
      if (!assess::difference(*at->test, finding).empty()) {
        cases_.splice(cases_.begin(), cases_, at);
        return true;
      }
    }
    return false;
  }

  // Whether a case fails as things are; keeps the findings for `traces`.
  Result<bool> fail() {
    for (auto& item : cases_) {
      item.finding = TRY(judge(item, *item.control, false));
      if (!assess::difference(*item.test, item.finding).empty()) return true;
    }
    return false;
  }

  // Where a change shows, though not in what a case expects.
  template <class Change>
  Result<std::vector<Trace>> traces(Change change, bool renew) {
    std::vector<Trace> out;
    for (auto& item : cases_) {
      auto other = TRY(judge(item, change(*item.control), renew));
      other.control = item.control;
      const auto& finding = item.finding;
      if (other.good != finding.good || other.total != finding.total || other.reason != finding.reason)
        out.push_back({item.test->name, item.control->place.file, item.test->line, finding, std::move(other)});
    }
    return out;
  }

 private:
  struct Item {
    const catalog::Control* control;
    const catalog::Case* test;
    std::optional<assess::LoadedCase> loaded;
    assess::Finding finding;
  };

  Result<assess::Finding> judge(Item& item, const catalog::Control& control, bool renew) {
    if (!item.loaded) {
      assess::Options options;
      options.limits.instructions = kInstructions;
      options.keep_resources = false;
      item.loaded = TRY(assess::LoadedCase::load(catalogue_, *item.control, *item.test, options));
    } else if (renew) {
      TRY(item.loaded->renew_views());
    }
    return item.loaded->judge(control);
  }

  const catalog::Catalogue& catalogue_;
  std::list<Item> cases_;
};

// One thread's share: a catalogue of its own, in which views change.
class Bench {
 public:
  explicit Bench(catalog::Catalogue catalogue) : catalogue_(std::move(catalogue)), grammar_(catalogue_) {}

  Result<Outcome> attempt(const Subject& subject) {
    Outcome out{subject.name, subject.service, 0, 0, {}};
    const bool of_view = subject.view != kNoView;
    const auto* control = subject.controls.empty() ? nullptr : subject.controls.front();
    const std::string sql = of_view ? catalogue_.views[subject.view].sql : control->check;
    const auto& file = of_view ? catalogue_.views[subject.view].place.file : control->place.file;
    const int first = first_line(subject, sql);
    Cases cases(catalogue_, subject);
    if (TRY(cases.fail())) return invalid(fmt::format("{}: a case fails as it is", subject.name));
    std::set<std::string> seen;
    std::map<std::string, int> times;
    for (const auto& mutant : mutants(sql)) {
      const auto changed = mutant.in(sql);
      if (!grammar_.takes(changed) || !seen.insert(changed).second) continue;
      ++out.mutants;
      auto found = survivor(file, first, sql, mutant);
      found.nth = ++times[found.text + "\n" + found.original + "\n" + found.put];
      auto traces = of_view ? TRY(try_view(cases, subject.view, changed)) : TRY(try_check(cases, *control, changed));
      if (!traces) continue;
      found.traces = std::move(*traces);
      out.survivors.push_back(std::move(found));
    }
    return out;
  }

  std::vector<Subject> subjects(const std::string& filter) const { return mutate::subjects(catalogue_, filter); }

 private:
  using Traces = std::optional<std::vector<Trace>>;  // nullopt: a case failed

  template <class Change>
  static Result<Traces> try_change(Cases& cases, Change change, bool renew) {
    if (TRY(cases.notice(change, renew))) return Traces();
    return Traces(TRY(cases.traces(change, renew)));
  }

  static Result<Traces> try_check(Cases& cases, const catalog::Control& control, const std::string& sql) {
    catalog::Control other = control;
    other.check = sql;
    return try_change(
        cases, [&](const auto&) -> const auto& { return other; }, false);
  }

  Result<Traces> try_view(Cases& cases, std::size_t view, const std::string& sql) {
    auto& now = catalogue_.views[view].sql;
    const auto before = std::exchange(now, sql);
    auto traces = try_change(
        cases, [](const auto& control) -> const auto& { return control; }, true);
    now = before;
    return traces;
  }

  catalog::Catalogue catalogue_;
  Grammar grammar_;
};

struct Named {
  std::string name;
  std::string line;
  std::string change;
  std::vector<std::string> nth;  // empty: all
  bool found = false;
};

Result<std::vector<Named>> read_equivalents(const std::filesystem::path& file) {
  std::vector<Named> out;
  if (file.empty()) return out;
  const auto root = TRY(yaml::read(file));
  for (const auto& list : root) {
    for (const auto& item : list.second) {
      Named named{list.first.Scalar(), yaml::text(item, "line"), yaml::text(item, "change"), yaml::texts(item, "nth"),
                  false};
      if (named.line.empty() || named.change.empty() || yaml::text(item, "why").empty())
        return invalid(yaml::place(file.string(), item) + ": needs `line`, `change` and `why`");
      out.push_back(std::move(named));
    }
  }
  return out;
}

void take_out_equivalents(std::vector<Named>& equivalents, Outcome& outcome) {
  outcome.equivalent = std::erase_if(outcome.survivors, [&](const Survivor& s) {
    bool found = false;
    for (auto& named : equivalents) {
      if ((named.name != outcome.name && named.name != "*") || named.line != s.text ||
          named.change != s.original + " → " + s.put ||
          (!named.nth.empty() &&
           std::find(named.nth.begin(), named.nth.end(), std::to_string(s.nth)) == named.nth.end()))
        continue;
      named.found = found = true;
    }
    return found;
  });
}

}  // namespace

Result<Trial> run(const Options& options) {
  auto equivalents = TRY(read_equivalents(options.equivalents));
  std::vector<std::unique_ptr<Bench>> benches;
  for (int i = 0; i < std::max(options.jobs, 1); ++i) benches.push_back(std::make_unique<Bench>(TRY(load(options))));
  std::atomic<std::size_t> next = 0;
  const auto number = benches.front()->subjects(options.filter).size();
  std::vector<Result<Outcome>> outcomes(number, invalid("not run"));
  const auto work = [&](Bench& bench) {
    const auto all = bench.subjects(options.filter);
    for (auto i = next++; i < all.size(); i = next++) outcomes[i] = bench.attempt(all[i]);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < benches.size(); ++i) threads.emplace_back(work, std::ref(*benches[i]));
  work(*benches.front());
  for (auto& thread : threads) thread.join();

  Trial trial;
  std::set<std::string> tried;
  for (auto& outcome : outcomes) {
    trial.outcomes.push_back(TRY(std::move(outcome)));
    take_out_equivalents(equivalents, trial.outcomes.back());
    tried.insert(trial.outcomes.back().name);
  }
  for (const auto& named : equivalents)
    if (!named.found && (tried.count(named.name) != 0 || options.filter.empty()))
      trial.obsolete.push_back(fmt::format("{}: {}: {}", named.name, named.line, named.change));
  return trial;
}

}  // namespace assay::mutate
