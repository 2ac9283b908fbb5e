#include "program.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace assay {
namespace {

constexpr unsigned kSeconds = 120;
constexpr unsigned kNobody = 65534;

void must(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

// A channel that the program writes to and the test reads from.
struct Channel {
  int read_end = -1;
  int write_end = -1;
};

Channel make_pipe() {
  std::array<int, 2> ends{};
  must(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe");
  return {ends[0], ends[1]};
}

Channel make_terminal() {
  Channel channel;
  struct winsize size {};
  size.ws_row = 24;
  size.ws_col = 100;
  must(::openpty(&channel.read_end, &channel.write_end, nullptr, nullptr, &size) == 0, "openpty");
  return channel;
}

// Between fork and exec only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int out, int err,
                         const RunOptions& options) {
  const int in = ::open("/dev/null", O_RDONLY);
  const bool ready =
      ::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2 &&
      (options.folder.empty() || ::chdir(options.folder.c_str()) == 0) &&
      (!options.as_nobody || (::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0));
  if (ready) {
    ::alarm(kSeconds);
    ::execvpe(program, arguments, environment);
  }
  ::_exit(126);
}

// Reads both until the program has closed them.
void drain(int out, std::string& out_text, int err, std::string& err_text) {
  std::array<pollfd, 2> waiting{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
  std::array<char, 65536> buffer{};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      const auto n = ::read(waiting[i].fd, buffer.data(), buffer.size());
      if (n > 0) {
        (i == 0 ? out_text : err_text).append(buffer.data(), static_cast<std::size_t>(n));
      } else if (n == 0 || errno != EINTR) {  // a terminal ends with an error
        ::close(waiting[i].fd);
        waiting[i].fd = -1;
      }
    }
  }
}

}  // namespace

Run run_program(const std::string& program, const std::vector<std::string>& arguments, const RunOptions& options) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  // What the machine that runs the tests happens to set must not change what they see.
  std::vector<std::string> settings;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string setting = *each;
    const auto name = setting.substr(0, setting.find('='));
    bool replaced = name == "NO_COLOR" || name == "COLUMNS" || name == "TERM";
    for (const auto& [own, value] : options.environment) replaced = replaced || own == name;
    if (!replaced) settings.push_back(setting);
  }
  for (const auto& [name, value] : options.environment) settings.push_back(name + "=" + value);
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (auto& word : words) argv.push_back(word.data());
  for (auto& setting : settings) envp.push_back(setting.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  auto out = options.terminal ? make_terminal() : make_pipe();
  const auto err = make_pipe();
  if (!options.output.empty()) {
    ::close(out.write_end);
    out.write_end = ::open(options.output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    must(out.write_end >= 0, "open");
  }
  const pid_t child = ::fork();
  must(child >= 0, "fork");
  if (child == 0) become(program.c_str(), argv.data(), envp.data(), out.write_end, err.write_end, options);
  ::close(out.write_end);
  ::close(err.write_end);

  Run run;
  drain(out.read_end, run.out, err.read_end, run.err);
  int status = 0;
  struct rusage usage {};
  must(::wait4(child, &status, 0, &usage) == child, "wait4");
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  run.peak_memory = static_cast<std::size_t>(usage.ru_maxrss) << 10;
  return run;
}

Run run_assay(const std::vector<std::string>& arguments, const RunOptions& options) {
  return run_program(ASSAY_PROGRAM, arguments, options);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace assay
