#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "collect/tenants.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string config;
  std::string snapshot;
  std::string configs;
  std::string to;
  std::vector<std::string> with;
  std::size_t at_once = 32;
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

std::string time_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", std::ceil(seconds / 60));
  return fmt::format("{:.1f} h", seconds / 3600);
}

// The state of every service, redrawn in place on a terminal; elsewhere a line for each service that is done.
class View {
 public:
  View() : terminal_(Terminal::of_stderr()) {}
  ~View() { draw({}); }

  void show(const std::vector<collect::ServiceStatus>& services) {
    if (!terminal_.is_terminal) return lines(services);
    std::vector<std::string> out;
    for (const auto& s : services) {
      const auto trouble = s.counters.throttled + s.counters.failed;
      auto line = fmt::format("{:<18} {:>3} of {:<3} tables  {:>9} rows  {:>7} requests", s.service, s.done, s.tables,
                              s.rows, s.counters.requests);
      if (s.seconds_left && s.left > 0) line += fmt::format("  {:>6} left", time_text(*s.seconds_left));
      if (s.waited >= 1) line += fmt::format("  {} for its limits", time_text(s.waited));
      if (trouble > 0) line += fmt::format("  {} tried again", trouble);
      out.push_back(text::shorten(line, terminal_.width - 1));
    }
    draw(out);
  }

 private:
  // In one write, over what stands there: nothing flickers.
  void draw(const std::vector<std::string>& rows) {
    std::string out;
    if (drawn_ > 0) out += fmt::format("\x1b[{}A", drawn_);
    for (const auto& row : rows) out += row + "\x1b[K\n";
    if (drawn_ > rows.size()) out += "\x1b[J";
    drawn_ = rows.size();
    if (!out.empty()) fmt::print(stderr, "{}", out);
    std::fflush(stderr);
  }
  void lines(const std::vector<collect::ServiceStatus>& services) {
    for (const auto& s : services) {
      if (s.done < s.tables || !said_.insert(s.service).second) continue;
      message(fmt::format("{}: {} of {} tables, {} rows, {} requests", s.service, s.done - s.refused, s.tables, s.rows,
                          s.counters.requests));
    }
  }

  Terminal terminal_;
  std::size_t drawn_ = 0;
  std::set<std::string> said_;
};

Result<collect::Config> read_config(const std::filesystem::path& file, const Arguments& arguments) {
  auto config = TRY(collect::read_config(file));
  if (auto* device = std::get_if<m365::DeviceCode>(&config.credential))
    device->show = [](const std::string& words) { message(text::printable(words)); };
  config.with.insert(config.with.end(), arguments.with.begin(), arguments.with.end());
  return config;
}

Result<int> run_collect(const Context& context, const Arguments& arguments) {
  const auto config = TRY(read_config(arguments.config, arguments));
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

// --- many tenants ----------------------------------------------------------------------------------------------------

// What is told of one tenant of many.
struct Summary {
  std::string name;  // of its configuration, without `.yaml`
  std::filesystem::path snapshot;
  std::optional<Error> error;
  std::size_t collected = 0;
  std::size_t tables = 0;
  std::size_t rows = 0;
  m365::Counters counters;
  double seconds = 0;
  bool resumed = false;

  void take(const Result<collect::Outcome>& outcome) {
    if (!outcome) {
      error = outcome.error();
      return;
    }
    for (const auto& c : outcome->evidence.coverage) {
      tables += c.state == snapshot::State::Absent ? 0 : 1;
      collected += c.state == snapshot::State::Collected ? 1 : 0;
      rows += c.rows;
    }
    counters = sum(outcome->services);
    seconds = outcome->seconds;
    resumed = outcome->resumed;
  }
  Json json() const {
    if (error)
      return {{"tenant", name},
              {"error", {{"code", assay::name(error->code)}, {"message", error->message}, {"hint", error->hint}}}};
    return {{"tenant", name},
            {"snapshot", snapshot.string()},
            {"collected", collected},
            {"tables", tables},
            {"rows", rows},
            {"requests", counters.requests},
            {"bytes", counters.bytes},
            {"throttled", counters.throttled},
            {"retries", counters.retries},
            {"seconds", seconds},
            {"resumed", resumed}};
  }
};

// Configurations of a folder in the order of their names.
Result<std::vector<std::filesystem::path>> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".yaml" || at->path().extension() == ".yml") out.push_back(at->path());
  if (error) return Error{ErrorCode::NotFound, fmt::format("`{}`: {}", folder.string(), error.message()), {}};
  if (out.empty())
    return Error{ErrorCode::NotFound, fmt::format("`{}` has no configuration", folder.string()),
                 "each tenant has a file of its own there, NAME.yaml"};
  std::sort(out.begin(), out.end());
  return out;
}

Result<int> run_many(const Context& context, const Arguments& arguments) {
  const auto files = TRY(files_in(arguments.configs));
  const std::filesystem::path to = arguments.to;
  std::error_code failed;
  std::filesystem::create_directories(to, failed);
  if (failed) return Error{ErrorCode::Denied, fmt::format("`{}`: {}", to.string(), failed.message()), {}};
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  std::vector<Summary> summaries;
  std::vector<collect::Job> jobs;
  std::vector<std::size_t> of_job;
  for (const auto& file : files) {
    auto& summary = summaries.emplace_back();
    summary.name = file.stem().string();
    summary.snapshot = to / (summary.name + ".assay");
    auto config = read_config(file, arguments);
    if (!config) {
      summary.error = config.error();
      continue;
    }
    jobs.push_back({std::move(*config), summary.snapshot});
    of_job.push_back(summaries.size() - 1);
  }
  collect::CollectOptions options;
  options.program_version = kVersion;
  std::size_t done = 0;
  {
    ProgressLine progress("tenants");
    TRY(collect::collect_tenants(catalogue, jobs, arguments.at_once, options, [&](std::size_t job, auto outcome) {
      summaries[of_job[job]].take(outcome);
      progress.update(++done, jobs.size());
    }));
  }
  const auto is_failed = [](const Summary& summary) { return summary.error.has_value(); };
  const auto first = std::find_if(summaries.begin(), summaries.end(), is_failed);
  const auto failures = std::count_if(summaries.begin(), summaries.end(), is_failed);
  if (context.output() == Format::Json) {
    Json tenants = Json::array();
    for (const auto& summary : summaries) tenants.push_back(summary.json());
    print_json({{"tenants", std::move(tenants)}, {"failed", failures}});
  } else {
    Rows rows({{"tenant"},
               {"tables", true},
               {"of", true},
               {"rows", true},
               {"requests", true},
               {"seconds", true},
               {"detail", false, true}});
    for (const auto& s : summaries) {
      if (s.error) {
        rows.add({s.name, "", "", "", "", "", describe(*s.error)}, Style::Red);
      } else {
        rows.add({s.name, std::to_string(s.collected), std::to_string(s.tables), std::to_string(s.rows),
                  std::to_string(s.counters.requests), fmt::format("{:.1f}", s.seconds),
                  s.resumed ? "went on from an earlier run" : ""},
                 s.collected < s.tables ? Style::Yellow : Style::Plain);
      }
    }
    print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  }
  if (first == summaries.end()) return 0;
  message(fmt::format("error: {} of {} tenants could not be read", failures, summaries.size()));
  return exit_code(first->error->code);
}

}  // namespace

void add_collect(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("collect", "Read a live tenant into a snapshot");
  auto* config = command->add_option("--config", arguments->config, "A YAML file: tenant, application, how to sign in");
  auto* snapshot = command->add_option("--snapshot,-s", arguments->snapshot, "The snapshot to write, *.assay");
  auto* configs = command->add_option("--configs", arguments->configs, "A folder with such a file for each tenant");
  auto* to = command->add_option("--to", arguments->to, "The folder for their snapshots");
  command->add_option("--at-once", arguments->at_once, "Of so many tenants beside each other")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->needs(configs);
  command
      ->add_option("--with", arguments->with,
                   "A table to read though it takes a request for each of many objects; may be repeated")
      ->allow_extra_args(false);
  config->needs(snapshot)->excludes(configs);
  snapshot->needs(config);
  configs->needs(to);
  to->needs(configs);
  command->footer(
      "Examples:\n  assay collect --config contoso.yaml --snapshot contoso.assay\n"
      "  assay collect --configs tenants/ --to snapshots/\n"
      "A run that is stopped, however it is stopped, goes on where it was when it is started again.");
  command->callback([&context, &run, arguments] {
    if (arguments->config.empty() && arguments->configs.empty())
      throw CLI::RequiredError("--config and --snapshot, or --configs and --to");
    run = [&context, arguments] {
      return arguments->configs.empty() ? run_collect(context, *arguments) : run_many(context, *arguments);
    };
  });
}

}  // namespace assay::cli
