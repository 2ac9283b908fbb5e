// bench-assess FILE.assay
//
// Judges a collected tenant by all controls, its tables made anew from the pages on disk, and prints as one line of
// JSON how long each stage takes in seconds:
//   open     the file's seal is checked
//   unpack   the pages are decompressed, their digests checked; nothing else
//   parse    simdjson goes through the same bytes, in memory; nothing else. What any program at all must spend
//   derive   tables from pages: unpacking and parsing again, with all that Assay does besides
//   judge    every control, with its views
//   again    the same once more with what is prepared, as for the next of many tenants
//   score    points, zones and order of the actions
// Besides it says what the whole costs when the tables in the file are taken as they are, `tables`, and which controls
// take longest, `slowest`.

#include "assess/assess.h"

#include <algorithm>
#include <chrono>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/resource.h>

#include "assess/decisions.h"
#include "base/json.h"
#include "catalog/image.h"
#include "score/score.h"
#include "snapshot/file.h"
#include "snapshot/layout.h"
#include "snapshot/rederive.h"

namespace {

using namespace assay;

class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - begun_;
    begun_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

struct Pass {
  double unpack = 0;
  double parse = 0;
  std::size_t bytes = 0;
};

Result<Pass> bare_pass(const sql::Database& db) {
  Pass out;
  const snapshot::Documents documents(db);
  simdjson::dom::parser parser;
  std::string text;
  std::string buffer(std::size_t{1} << 16, '\0');
  Stopwatch watch;
  for (const auto& document : TRY(documents.list())) {
    watch.lap();
    text.clear();
    auto source = TRY(documents.bytes(document.info.document));
    while (const auto n = TRY(source->read(buffer))) text.append(buffer, 0, n);
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    out.unpack += watch.lap();
    simdjson::dom::element parsed;
    if (parser.parse(text).get(parsed) != simdjson::SUCCESS) continue;  // DNS answers and the like
    out.parse += watch.lap();
    out.bytes += text.size();
  }
  return out;
}

struct Judged {
  double judge = 0;
  double again = 0;
  double score = 0;
  double percent = 0;
  std::size_t findings = 0;
  std::vector<std::pair<double, std::string>> slowest;  // controls, each with the views that it was the first to need
};

Result<Judged> judge(const catalog::Catalogue& catalogue, snapshot::Evidence& evidence) {
  Judged out;
  Stopwatch watch;
  assess::Decisions decisions;
  assess::add_source_decisions(evidence, catalogue, decisions);
  const SystemClock clock;
  assess::Options options;
  options.keep_resources = false;
  options.keep_prepared = true;
  auto assessor = TRY(assess::Assessor::create(catalogue, evidence, decisions, clock, options));
  std::vector<assess::Finding> findings;
  Stopwatch each;
  for (const auto& control : catalogue.controls) {
    if (!assess::in_scope(control, evidence.manifest)) continue;
    each.lap();
    findings.push_back(assessor.judge(control));
    out.slowest.emplace_back(each.lap(), control.id);
  }
  std::sort(out.slowest.rbegin(), out.slowest.rend());
  out.slowest.resize(std::min<std::size_t>(out.slowest.size(), 10));
  out.judge = watch.lap();
  // Twice: what the second time prepares is there the third time.
  for (int i = 0; i < 2; ++i) {
    watch.lap();
    TRY(assessor.again(decisions));
    for (const auto& finding : findings) assessor.judge(*finding.control);
    out.again = watch.lap();
  }
  const auto score = score::score(findings, decisions, clock);
  out.score = watch.lap();
  out.percent = score.current.percent();
  out.findings = findings.size();
  return out;
}

Result<Json> run(const std::string& file) {
  const auto catalogue = TRY(catalog::embedded());
  Stopwatch watch;
  auto stored = TRY(snapshot::open(file));
  const auto open = watch.lap();
  const auto bare = TRY(bare_pass(stored.db));

  watch.lap();
  snapshot::Evidence evidence;
  TRY(evidence.db.execute("PRAGMA temp_store=MEMORY; BEGIN"));
  TRY(snapshot::create_tables(evidence.db, catalogue, nullptr));
  TRY(snapshot::rederive(stored, catalogue, nullptr, evidence));
  evidence.manifest = stored.manifest;
  TRY(evidence.db.execute("COMMIT"));
  const auto derive = watch.lap();
  const auto anew = TRY(judge(catalogue, evidence));
  const auto users = std::stod(TRY(evidence.db.value("SELECT count(*) FROM users")).value_or("0"));
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  evidence = {};

  watch.lap();
  auto as_it_is = TRY(snapshot::open(file));
  const auto opened = watch.lap();
  const auto as_stored = TRY(judge(catalogue, as_it_is));
  const auto tables = opened + as_stored.judge + as_stored.score;

  Json slowest = Json::object();
  for (const auto& [seconds, control] : anew.slowest) slowest[control] = seconds;
  const auto whole = open + derive + anew.judge + anew.score;
  return Json{{"users", users},
              {"bytes", bare.bytes},
              {"open", open},
              {"unpack", bare.unpack},
              {"parse", bare.parse},
              {"derive", derive},
              {"judge", anew.judge},
              {"again", anew.again},
              {"score", anew.score},
              {"whole", whole},
              {"ratio", whole / bare.parse},
              {"microseconds_per_user", users > 0 ? whole * 1e6 / users : 0},
              {"tables", tables},
              {"peak_mb", static_cast<double>(usage.ru_maxrss) / 1024},
              {"findings", anew.findings},
              {"percent", anew.percent},
              {"slowest", slowest}};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Judges a collected tenant from its pages, and says how long each stage takes.", "bench-assess");
  std::string file;
  app.add_option("FILE", file, "A snapshot that was collected")->required();
  CLI11_PARSE(app, argc, argv);
  const auto done = run(file);
  if (!done) {
    fmt::print(stderr, "error: {}\n", describe(done.error()));
    return exit_code(done.error().code);
  }
  fmt::print("{}\n", done->dump());
  return 0;
}
