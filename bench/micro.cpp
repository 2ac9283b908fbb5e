// bench-micro EXPORT LARGE [--benchmark_…]
//
// What the stages of judging an export cost by themselves. EXPORT is a plain ScubaGear export, LARGE one with many
// Conditional Access policies.

#include <cstdio>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <simdjson.h>

#include "assess/assess.h"
#include "assess/compliance.h"
#include "base/clock.h"
#include "base/file.h"
#include "catalog/image.h"
#include "import/import.h"
#include "snapshot/byte_source.h"
#include "snapshot/json_stream.h"
#include "snapshot/loader.h"

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): nothing reads the variable of the benchmarks' loops
namespace {

using namespace assay;

constexpr const char* kPolicies = "conditional_access_policies";

std::string plain_path;  // EXPORT
std::string large_path;  // LARGE

// The value, or the end of the program: a benchmark of something that fails tells nothing.
template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "error: {}\n", describe(result.error()));
    std::exit(exit_code(result.error().code));
  }
  return std::move(result).take();
}
void must(const Result<void>& result) {
  if (result) return;
  fmt::print(stderr, "error: {}\n", describe(result.error()));
  std::exit(exit_code(result.error().code));
}

// What judging all SCuBA controls takes from the catalogue.
struct Scuba {
  catalog::Catalogue catalogue = must(catalog::embedded());
  std::vector<const catalog::Control*> controls;
  sql::Reads reads;
  Scuba() {
    controls = assess::controls_for(catalogue, *catalogue.framework("scuba"));
    reads = assess::needed(catalogue, controls);
  }
};

void count_bytes(benchmark::State& state, const std::string& bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

// Taking a document apart into its elements, nothing parsed.
void json_stream(benchmark::State& state) {
  const auto bytes = must(read_file(large_path));
  for (auto _ : state) {
    snapshot::MemorySource source(bytes);
    snapshot::JsonStream stream(source, [](std::string_view) { return snapshot::Shape::Elements; });
    std::size_t pieces = 0;
    for (snapshot::Piece piece; must(stream.next(piece));) ++pieces;
    benchmark::DoNotOptimize(pieces);
  }
  count_bytes(state, bytes);
}

// The same bytes through simdjson alone, as one document: the bound that the readers are measured against.
void bare_simdjson(benchmark::State& state) {
  const simdjson::padded_string bytes(must(read_file(large_path)));
  simdjson::dom::parser parser;
  for (auto _ : state) {
    simdjson::dom::element document;
    if (parser.parse(bytes).get(document) != simdjson::SUCCESS) state.SkipWithError("not JSON");
    benchmark::DoNotOptimize(document);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

// Both together, as an import does it: each element parsed by itself.
void stream_and_parse(benchmark::State& state) {
  const auto bytes = must(read_file(large_path));
  simdjson::dom::parser parser;
  for (auto _ : state) {
    snapshot::MemorySource source(bytes);
    snapshot::JsonStream stream(source, [](std::string_view) { return snapshot::Shape::Elements; });
    for (snapshot::Piece piece; must(stream.next(piece));) {
      if (piece.empty_container) continue;
      simdjson::dom::element element;
      if (parser.parse(piece.json.data(), piece.json.size(), false).get(element) != simdjson::SUCCESS)
        state.SkipWithError("not JSON");
      benchmark::DoNotOptimize(element);
    }
  }
  count_bytes(state, bytes);
}

// Policies that are parsed already into their table: the columns that SCuBA's controls read, or all.
void loader(benchmark::State& state, bool all_columns) {
  const Scuba scuba;
  const auto bytes = must(read_file(large_path));
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(bytes);
  simdjson::dom::array policies;
  if (parser.parse(padded)[kPolicies].get(policies) != simdjson::SUCCESS) return state.SkipWithError("no policies");
  const auto* only = all_columns ? nullptr : &scuba.reads;
  std::size_t rows = 0;
  for (auto _ : state) {
    const auto db = sql::Database::memory();
    must(db.execute("BEGIN"));
    must(snapshot::create_tables(db, scuba.catalogue, only));
    auto into = must(snapshot::Loader::create(db, *scuba.catalogue.table(kPolicies), only));
    for (const simdjson::dom::element policy : policies) must(into.add(policy));
    rows += into.rows();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows));
}

void catalogue_load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(must(catalog::embedded()));
}

void import_plain(benchmark::State& state) {
  const Scuba scuba;
  import::Options options;
  options.only = &scuba.reads;
  for (auto _ : state) benchmark::DoNotOptimize(must(import::read(plain_path, scuba.catalogue, options)));
}

// A run's temporary tables stay with its evidence, so each run is given evidence of its own; reading that is not timed.
void judge_plain(benchmark::State& state) {
  const Scuba scuba;
  import::Options options;
  options.only = &scuba.reads;
  const SystemClock clock;
  for (auto _ : state) {
    state.PauseTiming();
    auto evidence = must(import::read(plain_path, scuba.catalogue, options));
    assess::Decisions decisions;
    assess::add_source_decisions(evidence, scuba.catalogue, decisions);
    state.ResumeTiming();
    auto assessor = must(
        assess::Assessor::create(scuba.catalogue, evidence, decisions, clock, {.limits = {}, .keep_resources = false}));
    for (const auto* control : scuba.controls) benchmark::DoNotOptimize(assessor.judge(*control));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * scuba.controls.size()));
}

BENCHMARK(json_stream)->Unit(benchmark::kMillisecond);
BENCHMARK(bare_simdjson)->Unit(benchmark::kMillisecond);
BENCHMARK(stream_and_parse)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loader, scuba_columns, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loader, all_columns, true)->Unit(benchmark::kMillisecond);
BENCHMARK(catalogue_load)->Unit(benchmark::kMillisecond);
BENCHMARK(import_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(judge_plain)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 3) {
    std::fputs("usage: bench-micro EXPORT LARGE [--benchmark_…]\n", stderr);
    return 2;
  }
  plain_path = argv[1];
  large_path = argv[2];
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
// NOLINTEND(clang-analyzer-deadcode.DeadStores)
