#include "collect/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/sha256.h"
#include "collect/questions.h"
#include "snapshot/evidence.h"
#include "sql/guard.h"

namespace assay::collect {
namespace {

const catalog::Table* top_level(const catalog::Catalogue& catalogue, const std::string& name) {
  if (const auto* parent = catalogue.parent_of(name)) return parent;
  return catalogue.table(name);
}

}  // namespace

Result<std::vector<const catalog::Control*>> controls_of(const catalog::Catalogue& catalogue,
                                                         const std::vector<std::string>& services) {
  std::vector<const catalog::Control*> out;
  std::set<std::string> known;
  for (const auto& control : catalogue.controls) {
    known.insert(control.service);
    if (services.empty() || std::find(services.begin(), services.end(), control.service) != services.end())
      out.push_back(&control);
  }
  for (const auto& service : services)
    if (known.count(service) == 0)
      return Error{ErrorCode::Invalid, fmt::format("there is no control of a service `{}`", service),
                   "`assay catalog list` shows them"};
  return out;
}

Result<Plan> make_plan(const catalog::Catalogue& catalogue, const std::vector<const catalog::Control*>& controls,
                       const std::vector<std::string>& skip, const std::vector<std::string>& with) {
  for (const auto* names : {&skip, &with})
    for (const auto& name : *names)
      if (top_level(catalogue, name) == nullptr)
        return Error{ErrorCode::Invalid, fmt::format("there is no table `{}`", name),
                     "`assay catalog list` shows them"};
  auto db = sql::Database::memory();
  TRY(snapshot::create_tables(db, catalogue));
  std::map<std::string, std::vector<std::string>> reads;
  std::set<std::string> wanted;
  std::vector<std::string> to_look_at{"organization", "domains", "subscribed_skus", "service_plans"};
  for (const auto* control : controls) {
    for (const auto& [name, columns] : catalogue.reads_of(*control)) to_look_at.push_back(name);
    for (const auto& name : control->needs) to_look_at.push_back(name);
  }
  std::map<std::string, catalog::Source> sources;
  while (!to_look_at.empty()) {
    const auto name = std::move(to_look_at.back());
    to_look_at.pop_back();
    const auto* table = top_level(catalogue, name);
    if (table == nullptr || std::find(skip.begin(), skip.end(), table->name) != skip.end()) continue;
    if (!wanted.insert(table->name).second) continue;
    auto source = TRY_IN(table->name, catalog::read_source(table->source));
    if (source.each && std::find(with.begin(), with.end(), table->name) != with.end()) source.each->most = 0;
    if (source.each) to_look_at.push_back(source.each->table);
    for (const auto& needed : source.needs) to_look_at.push_back(needed);
    if (!source.sql.empty()) {
      sql::Guard guard(db, {});
      TRY_IN(table->name, guard.prepare(source.sql));
      for (const auto& [read, columns] : guard.take_reads()) {
        to_look_at.push_back(read);
        if (const auto* from = top_level(catalogue, read)) reads[table->name].push_back(from->name);
      }
    }
    sources.emplace(table->name, std::move(source));
  }
  Plan plan;
  std::map<std::string, std::size_t> by_key;
  Sha256 digest;
  digest.add(catalogue.digest);
  for (const auto& table : catalogue.tables) {  // in the catalogue's order: the same on every run
    if (wanted.count(table.name) == 0) continue;
    const auto& source = sources.at(table.name);
    digest.add(table.name + (source.each && source.each->most > 0 ? " in a small tenant\n" : "\n"));
    if (!source.sql.empty()) {
      plan.derived.push_back({&table, source, reads[table.name]});
      continue;
    }
    const auto [at, is_new] = by_key.try_emplace(catalog::request_key(source), plan.requests.size());
    if (is_new) plan.requests.push_back({table.name, source, {}, {}});
    auto& request = plan.requests[at->second];
    request.tables.push_back(&table);
    request.slices.push_back({table.name, list_in_answer(source), source.rows});
  }
  plan.digest = digest.hex();
  return plan;
}

std::vector<std::string> services_of(const std::vector<const catalog::Control*>& controls) {
  std::set<std::string> out;
  for (const auto* control : controls) out.insert(control->service);
  return {out.begin(), out.end()};
}

}  // namespace assay::collect
