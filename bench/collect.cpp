// bench-collect [--users N] [--latency MS] [--seed N] [--with TABLE]… [--keep FILE] [--unlimited]
//
// Reads a simulated tenant whose services hold the published limits, in one process and in simulated time: no sockets,
// and waiting costs nothing. Prints as one line of JSON
//   seconds    simulated time from the first request to the sealed snapshot
//   bound      the least time that the limits alone allow, where no window may hold more than the limit says, wherever
//              it begins: of each limit, (what was taken − 1) ÷ what a window holds, rounded down, times the window;
//              and of those the longest
//   bucket     the same for a service that is more lenient: a full bucket at first, refilled evenly, as the simulated
//              services have it: (what was taken − what it holds at first) ÷ its rate
//   binds      the limit that it comes from
//   limits     all limits that were asked for more than they hold at first, longest first
// and what was asked for. What was refused is in the time and not in the bound.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/temporary_folder.h"
#include "catalog/image.h"
#include "tests/simulated_time.h"

namespace {

using namespace assay;

struct Options {
  std::size_t users = 100'000;
  std::uint64_t seed = 1;
  int latency = 200;
  std::vector<std::string> with;
  std::string keep;
  bool unlimited = false;
};

struct Bound {
  sim::server::Limit limit;  // `cost` is all that was taken
  double seconds = 0;
  double bucket = 0;
};

std::vector<Bound> bounds_of(const sim::server::Throttle& throttle) {
  std::vector<Bound> out;
  for (const auto& limit : throttle.taken()) {
    if (limit.cost <= limit.units) continue;
    out.push_back({limit, std::floor((limit.cost - 1) / limit.units) * limit.window,
                   (limit.cost - limit.units) * limit.window / limit.units});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  return out;
}

// `identity-reports/APPLICATION/TENANT` by its first word.
std::string name_of(const sim::server::Limit& limit) {
  return fmt::format("{}: {:g} in {:g} s", limit.name.substr(0, limit.name.find('/')), limit.units, limit.window);
}

Result<void> run(const Options& options) {
  auto catalogue = TRY(catalog::embedded());
  TRY(catalog::add_embedded_details(catalogue));
  sim::ServerOptions simulated;
  simulated.tenant.users = options.users;
  simulated.tenant.seed = options.seed;
  simulated.throttling = options.unlimited ? sim::Throttling::Off : sim::Throttling::Published;
  const auto time = TRY(SimulatedTime::start(simulated, std::chrono::milliseconds(options.latency)));
  const TemporaryFolder folder;
  const auto file = options.keep.empty() ? folder.path() / "tenant.assay" : std::filesystem::path(options.keep);
  collect::CollectOptions own;
  own.program_version = "bench";
  own.seed = static_cast<std::uint32_t>(options.seed);
  own.paced = !options.unlimited;
  const auto done = TRY(time->collect(catalogue, {}, options.with, file, own));

  const auto bounds = bounds_of(time->server().throttle());
  const auto bound = bounds.empty() ? 0.0 : bounds[0].seconds;
  Json limits = Json::array();
  for (const auto& one : bounds)
    limits.push_back(
        {{"limit", name_of(one.limit)}, {"taken", one.limit.cost}, {"seconds", one.seconds}, {"bucket", one.bucket}});
  std::size_t requests = 0;
  std::size_t throttled = 0;
  std::size_t rows = 0;
  for (const auto& service : done.services) {
    requests += service.counters.requests;
    throttled += service.counters.throttled;
  }
  Json missing = Json::object();
  for (const auto& coverage : done.evidence.coverage) {
    rows += coverage.rows;
    if (coverage.state != snapshot::State::Collected && coverage.state != snapshot::State::NotLicensed)
      missing[coverage.table] = fmt::format("{}: {}", snapshot::name(coverage.state), coverage.detail);
  }
  const Json out{{"users", options.users},
                 {"latency_ms", options.latency},
                 {"seconds", done.seconds},
                 {"bound", bound},
                 {"bucket", bounds.empty() ? 0.0 : bounds[0].bucket},
                 {"ratio", bound > 0 ? Json(done.seconds / bound) : Json()},
                 {"binds", bounds.empty() ? "" : name_of(bounds[0].limit)},
                 {"limits", limits},
                 {"requests", requests},
                 {"asked", time->server().counters().total().requests},
                 {"throttled", throttled},
                 {"rows", rows},
                 {"cpu_s", static_cast<double>(std::clock()) / CLOCKS_PER_SEC},
                 {"snapshot_bytes", std::filesystem::file_size(file)},
                 {"missing", missing}};
  fmt::print("{}\n", out.dump());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Collects from a simulated tenant in simulated time, under published limits.", "bench-collect");
  Options options;
  app.add_option("--users", options.users)->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--latency", options.latency, "Milliseconds that each answer takes")->capture_default_str();
  app.add_option("--with", options.with, "As of `assay collect`; may be repeated")->allow_extra_args(false);
  app.add_option("--keep", options.keep, "Where the snapshot stays");
  app.add_flag("--unlimited", options.unlimited, "The services have no limits");
  CLI11_PARSE(app, argc, argv);
  const auto done = run(options);
  if (!done) fmt::print(stderr, "error: {}\n", describe(done.error()));
  return done ? 0 : exit_code(done.error().code);
}
