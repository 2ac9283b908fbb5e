// A collection that is killed goes on where it was: to the same tables, and without asking for a finished one again.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/json.h"
#include "base/text.h"
#include "collect/plan.h"
#include "collect_fixture.h"
#include "program.h"
#include "sql/database.h"

namespace assay {
namespace {

using Counts = std::map<std::string, sim::PathCount>;

// A collection in a process of its own, from which nothing is heard.
class Collecting {
 public:
  Collecting(const std::string& config, const std::string& snapshot) {
    std::vector<std::string> words{ASSAY_PROGRAM, "collect", "--config", config, "--snapshot", snapshot};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
    EXPECT_EQ(::posix_spawn(&process_, ASSAY_PROGRAM, &quiet, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&quiet);
  }
  ~Collecting() { kill(); }
  Collecting(const Collecting&) = delete;
  Collecting& operator=(const Collecting&) = delete;

  bool runs() {
    if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) != 0) process_ = 0;
    return process_ > 0;
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
};

class KillTest : public CollectTest {
 protected:
  static std::vector<collect::Request> requests() {
    const auto controls = collect::controls_of(catalogue(), {});
    return collect::make_plan(catalogue(), *controls, {}, {})->requests;
  }

  // Whether this path of the server's counters is asked for this request, `{column}` being anything.
  static bool is_of(const std::string& path, const collect::Request& request) {
    const auto& source = request.source;
    if (!source.cmdlet.empty()) {
      const bool exchange = path.starts_with("outlook.office365.com/");
      return exchange == (source.service == "exchange") && path.ends_with("/InvokeCommand/" + source.cmdlet);
    }
    if (source.method == "csom") return path.ends_with("/_vti_bin/client.svc/ProcessQuery");
    if (source.service == "teams" && !source.object.empty())
      return path.ends_with("/Skype.Policy/configurations/" + source.object);
    if (source.path.empty()) return false;
    const auto version = source.service == "graph" ? "/" + source.version : std::string();
    const auto pattern = version + source.path;
    const auto want = text::split(pattern, '/');  // begins with an empty one
    const auto have = text::split(path, '/');
    // The host, and what a service's address has before its paths.
    const auto before = static_cast<std::ptrdiff_t>(have.size() - want.size()) + 1;
    if (before < 1 || before > 3) return false;
    for (std::size_t i = 1; i < want.size(); ++i)
      if (want[i].find('{') == want[i].npos && !text::iequals(want[i], have[have.size() - want.size() + i]))
        return false;
    return (source.service == "graph") == path.starts_with("graph.microsoft.com/");
  }

  // Names of the requests that the killed run had finished.
  static std::set<std::string> finished(const std::filesystem::path& part) {
    std::set<std::string> out;
    auto db = sql::Database::open(part, sql::Mode::ReadWrite);  // it puts back what was not committed
    if (!db) return out;
    auto rows =
        db->prepare("SELECT r.name FROM request AS r JOIN under_way AS u ON u.request = r.number WHERE u.done = 1");
    if (!rows) return out;
    while (rows->step().value_or(false)) out.insert(std::string(rows->text(0)));
    return out;
  }

  // Paths that only finished requests want and that were asked all the same.
  static std::vector<std::string> asked_again(const std::vector<collect::Request>& plan,
                                              const std::set<std::string>& done, const Counts& before,
                                              const Counts& after) {
    std::vector<std::string> out;
    for (const auto& [path, count] : after) {
      const auto earlier = before.find(path);
      if (count.requests == (earlier == before.end() ? 0 : earlier->second.requests)) continue;
      if (path == "graph.microsoft.com/v1.0/domains") continue;  // Purview's address hangs on it
      bool wanted = false;
      bool known = false;
      for (const auto& request : plan) {
        if (!is_of(path, request)) continue;
        known = true;
        wanted = wanted || done.count(request.name) == 0;
      }
      if (known && !wanted) out.push_back(path);
    }
    return out;
  }
};

// Every table's request is found among the paths that the server counts: else the proof below would prove nothing.
TEST_F(KillTest, TheServersCountersTellTheRequestsApart) {
  const auto server = serve();
  const auto collected = collect(*server);
  const auto counts = server->counters().all();
  std::size_t found = 0;
  for (const auto& request : requests()) {
    if (request.source.service == "dns" || request.source.each) continue;
    const bool is_known =
        std::any_of(counts.begin(), counts.end(), [&](const auto& count) { return is_of(count.first, request); });
    EXPECT_TRUE(is_known) << request.name;
    found += is_known ? 1 : 0;
  }
  EXPECT_GT(found, 120U);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// ASSAY_KILLS: at how many moments; ASSAY_SEED: which.
TEST_F(KillTest, AtAnyMomentItGoesOnToTheSameTablesAndAsksForNoFinishedOneAgain) {
  const auto setting = [](const char* name, unsigned long otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoul(value, nullptr, 10);
  };
  const auto kills = setting("ASSAY_KILLS", kSanitized ? 3 : 10);  // under a sanitizer each takes ten times as long
  const auto seed = setting("ASSAY_SEED", 1);
  RecordProperty("seed", std::to_string(seed));
  const auto plan = requests();
  const auto server = serve();
  const auto settings = write_config(*server);
  const auto begun = std::chrono::steady_clock::now();
  const auto whole =
      run_assay({"collect", "--config", settings, "--snapshot", (folder_.path() / "whole.assay").string()});
  const std::chrono::duration<double> takes = std::chrono::steady_clock::now() - begun;
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const auto digest = digest_of("whole.assay");

  std::mt19937_64 random(seed);
  std::size_t resumed = 0;
  std::size_t kept = 0;
  for (unsigned long i = 0; i < kills; ++i) {
    const auto moment = std::uniform_real_distribution<double>(0, 1)(random) * takes.count();
    const auto name = "killed-" + std::to_string(i) + ".assay";
    const auto snapshot = (folder_.path() / name).string();
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", kill " << i << " after " << moment << " s");
    {
      Collecting run(settings, snapshot);
      std::this_thread::sleep_for(std::chrono::duration<double>(moment));  // nothing is waited for: it is the moment
    }
    const bool complete = std::filesystem::exists(snapshot);
    const auto done = complete ? std::set<std::string>() : finished(snapshot + ".part");
    const auto before = server->counters().all();
    if (!complete) {
      const auto again = run_assay({"collect", "--config", settings, "--snapshot", snapshot, "-o", "json"});
      ASSERT_EQ(again.exit_code, 0) << again.err;
      resumed += Json::parse(again.out)["resumed"].get<bool>() ? 1 : 0;
      kept += done.size();
      EXPECT_THAT(asked_again(plan, done, before, server->counters().all()), testing::IsEmpty());
    }
    EXPECT_EQ(digest_of(name), digest);
    EXPECT_FALSE(std::filesystem::exists(snapshot + ".part"));
    std::filesystem::remove(snapshot);
  }
  std::printf("%lu kills with seed %lu within %.2f s: %zu runs went on, with %zu finished requests together\n", kills,
              seed, takes.count(), resumed, kept);
}

// How often a list or singleton of Graph was begun; what is asked for each of many objects has an id in its path.
std::size_t lists_begun(const Server& server) {
  std::size_t sum = 0;
  for (const auto& [path, count] : server.counters().all()) {
    const bool of_one = std::count(path.begin(), path.end(), '-') >= 4;
    if (path.starts_with("graph.microsoft.com/") && !of_one) sum += count.first_pages;
  }
  return sum;
}

// Begins a collection, kills it when the tenant has answered so many requests, and lets another finish.
TEST_F(KillTest, AKilledRunGoesOnAndAsksForNothingTwice) {
  const auto undisturbed = serve();
  const auto whole = collect(*undisturbed, "whole.assay");
  const auto once = lists_begun(*undisturbed);
  for (const std::size_t after : {3U, 25U, 60U, 110U, 170U, 240U}) {
    const auto server = serve();
    const auto settings = write_config(*server);
    const auto snapshot = (folder_.path() / ("killed-" + std::to_string(after) + ".assay")).string();
    {
      Collecting run(settings, snapshot);
      while (server->counters().total().requests < after && run.runs()) std::this_thread::yield();
    }
    EXPECT_FALSE(std::filesystem::exists(snapshot)) << "half a snapshot is none";

    const auto finished = run_assay({"collect", "--config", settings, "--snapshot", snapshot, "-o", "json"});
    ASSERT_EQ(finished.exit_code, 0) << after << ": " << finished.err;
    EXPECT_EQ(digest_of("killed-" + std::to_string(after) + ".assay"), whole.digest) << after;
    EXPECT_TRUE(after < 60 || Json::parse(finished.out)["resumed"].get<bool>());
    // What was on its way when the run was killed is asked for again, and nothing else.
    EXPECT_LE(lists_begun(*server), once + 40) << after;
  }
}

}  // namespace
}  // namespace assay
