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

// The cases of a subject, loaded when they are first needed, those first that noticed a fault last. Cases in which a
// view finds the same are a group: where its rows stay the same in one of them, none of them can notice anything.
class Cases {
 public:
  using Traces = std::optional<std::vector<Trace>>;

  // A view changes where it is, a check in a copy of its control.
  Cases(catalog::Catalogue& catalogue, const Subject& subject) : catalogue_(catalogue) {
    if (subject.view != kNoView) {
      view_ = &catalogue.views[subject.view];
      sql_ = &view_->sql;
    } else {
      other_ = *subject.controls.front();
      other_.cases.clear();
      sql_ = &other_.check;
    }
    original_ = *sql_;
    std::map<std::string, Group*> groups;
    for (const auto* control : subject.controls) {
      for (const auto& test : control->cases) {
        auto& group = groups[view_ == nullptr ? std::string() : seen_by_view(*control, test)];
        if (group == nullptr) group = &groups_.emplace_back();
        group->items.push_back({control, &test, {}, {}});
      }
    }
  }
  ~Cases() { *sql_ = original_; }
  Cases(const Cases&) = delete;
  Cases& operator=(const Cases&) = delete;

  const std::string& original() const { return original_; }

  // Nothing when a case fails with this SQL; else where the fault shows, though not in what a case expects.
  Result<Traces> attempt(const std::string& sql) {
    *sql_ = sql;
    std::vector<Trace> out;
    for (auto group = groups_.begin(); group != groups_.end(); ++group) {
      if (view_ != nullptr && !TRY(changes_rows(*group))) continue;
      for (auto item = group->items.begin(); item != group->items.end(); ++item) {
        auto found = TRY(judge(*item));
        if (!assess::difference(*item->test, found).empty()) {
          group->items.splice(group->items.begin(), group->items, item);
          groups_.splice(groups_.begin(), groups_, group);
          return Traces();
        }
        found.control = item->control;
        const auto& usual = item->finding;
        if (found.good != usual.good || found.total != usual.total || found.reason != usual.reason)
          out.push_back({item->test->name, item->control->place.file, item->test->line, usual, std::move(found)});
      }
    }
    return Traces(std::move(out));
  }

 private:
  struct Item {
    const catalog::Control* control;
    const catalog::Case* test;
    std::optional<assess::LoadedCase> loaded;
    assess::Finding finding;  // without a fault
  };
  struct Group {
    std::list<Item> items;
    std::optional<std::string> rows;  // of the view, without a fault
  };

  // What of a case the view can see, as text.
  std::string seen_by_view(const catalog::Control& control, const catalog::Case& test) const {
    std::set<std::string> names;
    bool declared = false;
    add_seen(*view_, names, declared);
    if (names.count("coverage") != 0) return fmt::format("{} {}", control.id, test.line);
    if (declared) names.insert("declared");
    if (names.count("licence_flags") != 0) names.insert("licences");
    auto out = Json::object();
    if (declared) out["control"] = control.id;
    for (const auto& [name, value] : test.given.items())
      if (names.count(name) != 0 && !value.is_string()) out[name] = value;
    return out.dump();
  }

  void add_seen(const catalog::View& view, std::set<std::string>& names, bool& declared) const {
    declared = declared || view.sql.find("declared") != std::string::npos;
    for (const auto& read : view.reads) {
      const auto* parent = catalogue_.parent_of(read.first);
      names.insert(parent != nullptr ? parent->name : read.first);
      if (const auto* below = catalogue_.view(read.first)) add_seen(*below, names, declared);
    }
  }

  Result<bool> changes_rows(Group& group) {
    auto& first = group.items.front();
    TRY(load(first));
    if (!group.rows) {
      const auto changed = std::exchange(*sql_, original_);
      group.rows = rows(first);
      *sql_ = changed;
    }
    return rows(first) != *group.rows;
  }

  std::string rows(Item& item) const {
    auto found = item.loaded->rows(*view_);
    return found ? std::move(*found) : describe(found.error());
  }

  Result<assess::Finding> judge(Item& item) {
    TRY(load(item));
    if (view_ == nullptr) return item.loaded->judge(other_);
    TRY(item.loaded->renew(*view_));
    return item.loaded->judge(*item.control);
  }

  Result<void> load(Item& item) {
    if (item.loaded) return {};
    const auto changed = std::exchange(*sql_, original_);
    assess::Options options;
    options.limits.instructions = kInstructions;
    options.keep_resources = false;
    item.loaded = TRY(assess::LoadedCase::load(catalogue_, *item.control, *item.test, options));
    item.finding = item.loaded->judge(*item.control);
    *sql_ = changed;
    if (const auto wrong = assess::difference(*item.test, item.finding); !wrong.empty())
      return invalid(fmt::format("{}: `{}` fails as it is: {}", item.control->id, item.test->name, wrong));
    return {};
  }

  const catalog::Catalogue& catalogue_;
  catalog::View* view_ = nullptr;
  catalog::Control other_;
  std::string* sql_ = nullptr;
  std::string original_;
  std::list<Group> groups_;
};

// One thread's share: a catalogue of its own, in which views change.
class Bench {
 public:
  explicit Bench(catalog::Catalogue catalogue) : catalogue_(std::move(catalogue)), grammar_(catalogue_) {}

  Result<Outcome> attempt(const Subject& subject) {
    Outcome out{subject.name, subject.service, 0, 0, {}};
    Cases cases(catalogue_, subject);
    const auto& sql = cases.original();
    const auto& file =
        subject.view != kNoView ? catalogue_.views[subject.view].place.file : subject.controls.front()->place.file;
    const int first = first_line(subject, sql);
    std::set<std::string> seen;
    std::map<std::string, int> times;
    for (const auto& mutant : mutants(sql)) {
      const auto changed = mutant.in(sql);
      if (!grammar_.takes(changed) || !seen.insert(changed).second) continue;
      ++out.mutants;
      auto found = survivor(file, first, sql, mutant);
      found.nth = ++times[found.text + "\n" + found.original + "\n" + found.put];
      auto traces = TRY(cases.attempt(changed));
      if (!traces) continue;
      found.traces = std::move(*traces);
      out.survivors.push_back(std::move(found));
    }
    return out;
  }

  std::vector<Subject> subjects(const std::string& filter) const { return mutate::subjects(catalogue_, filter); }

 private:
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
