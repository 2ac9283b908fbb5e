// How much of the catalogue's logic its cases hold: `mutate-checks --help`.
#include <cstdio>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "trial.h"

namespace assay::mutate {
namespace {

struct Score {
  std::size_t mutants = 0;
  std::size_t survived = 0;
  std::size_t equivalent = 0;

  void add(const Outcome& outcome) {
    mutants += outcome.mutants;
    survived += outcome.survivors.size();
    equivalent += outcome.equivalent;
  }
  double percent() const {
    return mutants == 0 ? 100 : 100.0 * static_cast<double>(mutants - survived) / static_cast<double>(mutants);
  }
};

Json as_json(const Score& score) {
  return {{"mutants", score.mutants},
          {"killed", score.mutants - score.survived - score.equivalent},
          {"equivalent", score.equivalent},
          {"survived", score.survived},
          {"percent", score.percent()}};
}

Json as_json(const std::vector<Trace>& traces) {
  Json out = Json::array();
  const auto of = [](const assess::Finding& f) {
    return Json{{"good", f.good}, {"total", f.total}, {"reason", f.reason}};
  };
  for (const auto& t : traces)
    out.push_back({{"case", t.test},
                   {"file", t.file},
                   {"line", t.line},
                   {"verdict", assess::name(t.finding.verdict)},
                   {"finding", of(t.finding)},
                   {"other", of(t.other)}});
  return out;
}

Json as_json(const Trial& trial, const std::map<std::string, Score>& services, const Score& all) {
  Json out = as_json(all);
  out["services"] = Json::object();
  for (const auto& [service, score] : services) out["services"][service] = as_json(score);
  out["survivors"] = Json::array();
  for (const auto& outcome : trial.outcomes)
    for (const auto& s : outcome.survivors)
      out["survivors"].push_back({{"name", outcome.name},
                                  {"file", s.file},
                                  {"line", s.line},
                                  {"text", s.text},
                                  {"original", s.original},
                                  {"mutant", s.put},
                                  {"traces", as_json(s.traces)}});
  out["obsolete"] = trial.obsolete;
  return out;
}

void print_score(const std::string& name, const Score& score) {
  fmt::print("{:<18}{:>8}{:>8}{:>12}{:>10}{:>9.1f}\n", name, score.mutants,
             score.mutants - score.survived - score.equivalent, score.equivalent, score.survived, score.percent());
}

int report(const Trial& trial, double at_least, bool json, bool show) {
  std::map<std::string, Score> services;
  Score all;
  for (const auto& outcome : trial.outcomes) {
    services[outcome.service].add(outcome);
    all.add(outcome);
  }
  bool enough = all.percent() >= at_least && trial.obsolete.empty();
  for (const auto& [service, score] : services) enough = enough && score.percent() >= at_least;
  if (json) {
    fmt::print("{}\n", as_json(trial, services, all).dump(2));
    return enough ? 0 : 1;
  }
  if (show)
    for (const auto& outcome : trial.outcomes)
      for (const auto& s : outcome.survivors)
        fmt::print("{}:{}: {} → {}   in {}\n", s.file, s.line, s.original, s.put, s.text);
  fmt::print("{:<18}{:>8}{:>8}{:>12}{:>10}{:>9}\n", "service", "mutants", "killed", "equivalent", "survived",
             "percent");
  for (const auto& [service, score] : services) print_score(service, score);
  print_score("all", all);
  for (const auto& item : trial.obsolete) fmt::print("named as equivalent, and no survivor: {}\n", item);
  return enough ? 0 : 1;
}

}  // namespace
}  // namespace assay::mutate

int main(int argc, char** argv) {
  assay::mutate::Options options{{"catalog"}, {}, {}, 1};
  double at_least = 95;
  std::string format = "table";
  bool survivors = false;
  CLI::App app("Changes the catalogue's checks and views in small ways and sees whether a case fails", "mutate-checks");
  app.add_option("--catalog", options.catalogue, "The catalogue's folder")->capture_default_str();
  app.add_option("--equivalents", options.equivalents, "Survivors that make no difference, with the reason");
  app.add_option("--control", options.filter, "Only controls and views with this in their name; shows each survivor");
  app.add_flag("--survivors", survivors, "Show each survivor");
  app.add_option("--at-least", at_least, "Percent to be noticed, in each service too")->capture_default_str();
  app.add_option("--jobs", options.jobs, "Threads")->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("-o,--output", format, "table or json")->check(CLI::IsMember({"table", "json"}));
  CLI11_PARSE(app, argc, argv);
  const auto trial = assay::mutate::run(options);
  if (!trial) {
    fmt::print(stderr, "error: {}\n", assay::describe(trial.error()));
    return assay::exit_code(trial.error().code);
  }
  return assay::mutate::report(*trial, at_least, format == "json", survivors || !options.filter.empty());
}
