// bench-measure [--repeat R] [--output FILE] -- COMMAND [ARGUMENT…]
//
// Runs a command R times (once by default) with its standard output thrown away, or that of the last run kept in a
// file, and prints, as one line of JSON:
//   runs       how many times it ran
//   best_ms    shortest wall time, from before it is started until it has ended
//   median_ms  median of the wall times
//   cpu_ms     least processor time, user and system together: what stays when others keep the machine busy
//   peak_mb    largest resident set of any run, in millions of bytes
// Exits with 1, and says so, as soon as the command fails; 2 when it is used wrongly.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Run {
  double wall_ms = 0;
  double cpu_ms = 0;
  double peak_mb = 0;
};

double milliseconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
}

// Nothing when the command could not be started or did not end with 0, which has then been said.
std::optional<Run> run(char* const* command, const char* output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const auto begin = std::chrono::steady_clock::now();
  const int error = posix_spawnp(&child, command[0], &actions, nullptr, command, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    std::fprintf(stderr, "error: `%s`: %s\n", command[0], std::strerror(error));
    return std::nullopt;
  }
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0) {
    if (errno == EINTR) continue;
    std::perror("error: wait4");
    return std::nullopt;
  }
  const auto end = std::chrono::steady_clock::now();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "error: `%s`: %s %d\n", command[0], WIFEXITED(status) ? "exit code" : "signal",
                 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return std::nullopt;
  }
  // Linux gives ru_maxrss in units of 1024 bytes.
  return Run{std::chrono::duration<double, std::milli>(end - begin).count(),
             milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
             static_cast<double>(usage.ru_maxrss) * 1024 / 1e6};
}

int usage() {
  std::fputs("usage: bench-measure [--repeat R] [--output FILE] -- COMMAND [ARGUMENT…]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  int repeat = 1;
  int at = 1;
  if (at + 1 < argc && std::string_view(argv[at]) == "--repeat") {
    const std::string_view number = argv[at + 1];
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), repeat);
    if (error != std::errc() || end != number.data() + number.size() || repeat < 1) return usage();
    at += 2;
  }
  const char* output = "/dev/null";
  if (at + 1 < argc && std::string_view(argv[at]) == "--output") {
    output = argv[at + 1];
    at += 2;
  }
  if (at + 1 >= argc || std::string_view(argv[at]) != "--") return usage();
  std::vector<Run> runs;
  for (int i = 0; i < repeat; ++i) {
    const auto one = run(argv + at + 1, output);
    if (!one) return 1;
    runs.push_back(*one);
  }
  const auto least = [&](double Run::*of) {
    return (*std::min_element(runs.begin(), runs.end(), [&](const Run& a, const Run& b) { return a.*of < b.*of; })).*of;
  };
  const double cpu = least(&Run::cpu_ms);
  const double peak = std::max_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
                        return a.peak_mb < b.peak_mb;
                      })->peak_mb;
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.wall_ms < b.wall_ms; });
  const auto half = runs.size() / 2;
  const double median = runs.size() % 2 == 1 ? runs[half].wall_ms : (runs[half - 1].wall_ms + runs[half].wall_ms) / 2;
  std::printf("{\"runs\":%d,\"best_ms\":%.3f,\"median_ms\":%.3f,\"cpu_ms\":%.3f,\"peak_mb\":%.2f}\n", repeat,
              runs.front().wall_ms, median, cpu, peak);
  return 0;
}
