#include <memory>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "collect/collector.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string config;
  std::string snapshot;
};

m365::Counters sum(const std::vector<collect::ServiceStatus>& services) {
  m365::Counters out;
  for (const auto& service : services) {
    out.requests += service.counters.requests;
    out.throttled += service.counters.throttled;
    out.retries += service.counters.retries;
    out.failed += service.counters.failed;
    out.bytes += service.counters.bytes;
  }
  return out;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.0f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.0f} MB", static_cast<double>(bytes) / 1e6);
}

// The state of every service, redrawn in place on a terminal; elsewhere a line for each service that is done.
class View {
 public:
  View() : terminal_(::isatty(STDERR_FILENO) != 0) {}
  ~View() { clear(); }

  void show(const std::vector<collect::ServiceStatus>& services) {
    if (!terminal_) return lines(services);
    clear();
    for (const auto& s : services) {
      const auto waiting = s.waited >= 1 ? fmt::format("  {:.0f} s for its limits", s.waited) : std::string();
      const auto trouble = s.counters.throttled + s.counters.failed;
      fmt::print(stderr, "{:<18} {:>3} of {:<3} tables  {:>9} rows  {:>7} requests{}{}\n", s.service, s.done, s.tables,
                 s.rows, s.counters.requests, waiting, trouble > 0 ? fmt::format("  {} tried again", trouble) : "");
      ++drawn_;
    }
    std::fflush(stderr);
  }

 private:
  void clear() {
    if (drawn_ > 0) fmt::print(stderr, "\x1b[{}A\x1b[J", drawn_);
    drawn_ = 0;
  }
  void lines(const std::vector<collect::ServiceStatus>& services) {
    for (const auto& s : services) {
      if (s.done < s.tables || !said_.insert(s.service).second) continue;
      message(fmt::format("{}: {} of {} tables, {} rows, {} requests", s.service, s.done - s.refused, s.tables, s.rows,
                          s.counters.requests));
    }
  }

  bool terminal_;
  int drawn_ = 0;
  std::set<std::string> said_;
};

Result<int> run_collect(const Context& context, const Arguments& arguments) {
  auto config = TRY(collect::read_config(arguments.config));
  if (auto* device = std::get_if<m365::DeviceCode>(&config.credential))
    device->show = [](const std::string& words) { message(text::printable(words)); };
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  View view;
  collect::CollectOptions options;
  options.program_version = kVersion;
  options.on_status = [&](const auto& services) { view.show(services); };
  const auto outcome = TRY(collect::collect_tenant(catalogue, config, arguments.snapshot, options));
  const auto total = sum(outcome.services);
  if (context.output() == Format::Json) {
    Json services = Json::array();
    for (const auto& s : outcome.services)
      services.push_back({{"service", s.service},
                          {"tables", s.tables},
                          {"rows", s.rows},
                          {"requests", s.counters.requests},
                          {"throttled", s.counters.throttled},
                          {"retries", s.counters.retries},
                          {"bytes", s.counters.bytes},
                          {"waited", s.waited}});
    print_json({{"snapshot", arguments.snapshot},
                {"tables", coverage_json(outcome.evidence)},
                {"requests", total.requests},
                {"bytes", total.bytes},
                {"throttled", total.throttled},
                {"retries", total.retries},
                {"seconds", outcome.seconds},
                {"resumed", outcome.resumed},
                {"services", services}});
    return 0;
  }
  Rows rows({{"table"}, {"state"}, {"rows", true}, {"detail", false, true}});
  std::size_t collected = 0;
  std::size_t asked = 0;
  for (const auto& c : outcome.evidence.coverage) {
    if (c.state == snapshot::State::Absent) continue;
    ++asked;
    const bool have = c.state == snapshot::State::Collected;
    collected += have ? 1 : 0;
    rows.add({c.table, std::string(snapshot::name(c.state)), have ? std::to_string(c.rows) : "", c.detail},
             have ? Style::Plain : Style::Yellow);
  }
  print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  message(fmt::format("{}: {} of {} tables collected in {:.1f} s: {} requests, {}, {} throttled, {} retries{}",
                      arguments.snapshot, collected, asked, outcome.seconds, total.requests, size_text(total.bytes),
                      total.throttled, total.retries, outcome.resumed ? "; went on from an earlier run" : ""));
  return 0;
}

}  // namespace

void add_collect(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("collect", "Read a live tenant into a snapshot");
  command->add_option("--config", arguments->config, "A YAML file: tenant, application, how to sign in")->required();
  command->add_option("--snapshot,-s", arguments->snapshot, "The snapshot to write, *.assay")->required();
  command->footer(
      "Example:\n  assay collect --config contoso.yaml --snapshot contoso.assay\n"
      "A run that is stopped, however it is stopped, goes on where it was when it is started again.");
  command->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_collect(context, *arguments); }; });
}

}  // namespace assay::cli
