// A live tenant, simulated: every service over TLS, tokens, throttling, faults, a run that is killed.
#include <csignal>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/json.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "catalog/image.h"
#include "collect/collector.h"
#include "program.h"
#include "sim/server/server.h"
#include "snapshot/file.h"

namespace assay {
namespace {

using sim::server::Server;
using sim::server::ServerOptions;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What one application cannot have, however many rights it holds: only a person signed in gets it.
const std::set<std::string> kDelegatedOnly{"teams_tenant_app_settings", "mobile_device_management_policies"};

class CollectTest : public testing::Test {
 protected:
  static const catalog::Catalogue& catalogue() {
    static const auto loaded = [] {
      auto out = catalog::embedded();
      CHECK(out.has_value() && catalog::add_embedded_details(*out).has_value());
      return std::move(*out);
    }();
    return loaded;
  }

  static std::unique_ptr<Server> serve(ServerOptions options = {}) {
    options.tenant.users = std::min<std::size_t>(options.tenant.users, 60);
    auto server = Server::start(std::move(options));
    EXPECT_TRUE(server.has_value()) << server.error().message;
    return std::move(*server);
  }

  collect::Config config(const Server& server) const {
    const auto& access = server.access();
    collect::Config out;
    out.tenant = access.initial_domain;
    out.client = access.client_id;
    auto certificate = m365::Certificate::load(access.client_certificate, {}, {});
    EXPECT_TRUE(certificate.has_value());
    out.credential = m365::ClientCertificate{std::make_shared<const m365::Certificate>(std::move(*certificate))};
    out.ca_file = access.ca;
    out.connect_to = access.address;
    out.resolvers = {access.dns};
    out.cloud_apps = "https://contoso.eu2.portal.cloudappsecurity.com";
    out.paced = false;
    return out;
  }

  struct Collected {
    std::map<std::string, snapshot::State> states;
    std::string digest;  // over all tables
    collect::Outcome outcome;
  };
  Collected collect(const Server& server, const std::string& name = "c.assay") const {
    return collect(config(server), name);
  }
  Collected collect(const collect::Config& config, const std::string& name) const {
    const auto file = folder_.path() / name;
    collect::CollectOptions options;
    options.program_version = "test";
    auto outcome = collect::collect_tenant(catalogue(), config, file, options);
    EXPECT_TRUE(outcome.has_value()) << describe(outcome.error());
    Collected out;
    if (!outcome) return out;
    out.digest = digest_of(name);
    for (const auto& coverage : outcome->evidence.coverage) out.states[coverage.table] = coverage.state;
    out.outcome = std::move(*outcome);
    return out;
  }

  std::string digest_of(const std::string& name) const {
    const auto evidence = snapshot::open(folder_.path() / name);
    EXPECT_TRUE(evidence.has_value()) << evidence.error().message;
    if (!evidence) return {};
    return evidence->db.value("SELECT value FROM manifest WHERE key = 'tables_digest'")->value_or("");
  }

  std::string write_config(const Server& server) const {
    const auto& access = server.access();
    return folder_
        .write("assay.yaml", "tenant: " + access.initial_domain + "\nclient: " + access.client_id + "\ncertificate: " +
                                 access.client_certificate.string() + "\nca_file: " + access.ca.string() +
                                 "\nconnect_to: " + access.address + "\nresolvers: " + access.dns + "\nlimits: none\n")
        .string();
  }

  TemporaryFolder folder_;
};

TEST_F(CollectTest, AWholeTenantIsRead) {
  const auto server = serve();
  const auto collected = collect(*server);

  std::map<snapshot::State, std::vector<std::string>> by_state;
  for (const auto& [table, state] : collected.states)
    if (kDelegatedOnly.count(table) == 0) by_state[state].push_back(table);
  EXPECT_GT(by_state[snapshot::State::Collected].size(), 140U);
  EXPECT_THAT(by_state[snapshot::State::Denied], IsEmpty());
  EXPECT_THAT(by_state[snapshot::State::Failed], IsEmpty());
  EXPECT_EQ(collected.outcome.evidence.manifest.tenant_id, server->access().tenant_id);
  EXPECT_FALSE(collected.outcome.evidence.manifest.tenant_name.empty());
}

TEST_F(CollectTest, TwoReadingsGiveTheSameTables) {
  const auto server = serve();
  EXPECT_EQ(collect(*server, "1.assay").digest, collect(*server, "2.assay").digest);
}

TEST_F(CollectTest, ASmallPageSizeGivesTheSameTables) {
  const auto whole = collect(*serve(), "1.assay");
  ServerOptions options;
  options.page_size = 7;
  options.empty_page_every = 3;
  EXPECT_EQ(collect(*serve(options), "2.assay").digest, whole.digest);
}

// A fifth of all answers goes wrong in one way or another, and tokens live for five seconds.
TEST_F(CollectTest, UnderFaultsTheTablesAreTheSame) {
  const auto faultless = collect(*serve(), "1.assay");
  ServerOptions options;
  options.fault_rate = 0.2;
  options.slow = std::chrono::milliseconds(200);
  options.token_lifetime = std::chrono::seconds(5);
  const auto server = serve(options);
  const auto faulty = collect(*server, "2.assay");

  EXPECT_EQ(faulty.digest, faultless.digest);
  for (const auto& [table, state] : faultless.states) {
    const auto* coverage = faulty.outcome.evidence.find(table);
    EXPECT_EQ(faulty.states.at(table), state) << table << ": " << (coverage == nullptr ? "" : coverage->detail);
  }
  EXPECT_GT(server->counters().total().faults, 20U);
}

TEST_F(CollectTest, APermissionThatIsMissingCostsItsTablesAndNoOthers) {
  const auto all = collect(*serve(), "all.assay");
  for (const std::string permission :
       {"Policy.Read.All", "AuditLog.Read.All", "Application.Read.All", "RoleManagement.Read.Directory",
        "SecurityEvents.Read.All", "DeviceManagementConfiguration.Read.All", "SharePointTenantSettings.Read.All",
        "IdentityRiskyUser.Read.All", "UserAuthenticationMethod.Read.All", "Exchange.ManageAsApp"}) {
    ServerOptions options;
    options.without_permissions = {permission};
    const auto without = collect(*serve(options), permission + ".assay");
    for (const auto& [table, state] : all.states) {
      const auto now = without.states.at(table);
      if (now == state) continue;
      EXPECT_EQ(now, snapshot::State::Denied) << permission << ": " << table;
      const auto* coverage = without.outcome.evidence.find(table);
      EXPECT_FALSE(coverage->detail.empty()) << table;
    }
  }
}

TEST_F(CollectTest, ALicenceThatIsMissingIsNotARefusal) {
  ServerOptions options;
  options.tenant.without_plans = {"AAD_PREMIUM_P2"};
  const auto collected = collect(*serve(options));
  EXPECT_EQ(collected.states.at("risky_users"), snapshot::State::NotLicensed);
}

TEST_F(CollectTest, AWrongSecretEndsTheRunAtTheDoor) {
  const auto server = serve();
  auto wrong = config(*server);
  wrong.credential = m365::ClientSecret{m365::Secret("not-the-secret-at-all")};
  collect::CollectOptions options;
  const auto outcome = collect::collect_tenant(catalogue(), wrong, folder_.path() / "x.assay", options);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::Denied);
  EXPECT_THAT(outcome.error().message, HasSubstr("AADSTS7000215"));
  EXPECT_THAT(describe(outcome.error()), Not(HasSubstr("not-the-secret-at-all")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "x.assay"));
}

TEST_F(CollectTest, AnUntrustedCertificateIsNotTalkedTo) {
  const auto server = serve();
  auto careless = config(*server);
  careless.ca_file.clear();
  const auto outcome = collect::collect_tenant(catalogue(), careless, folder_.path() / "x.assay", {});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().message, HasSubstr("certificate is not trusted"));
}

TEST_F(CollectTest, NoSecretIsEverSeen) {
  const auto server = serve();
  const auto& access = server->access();
  folder_.write("secret", access.client_secret + "\n");
  folder_.write("assay.yaml", "tenant: " + access.initial_domain + "\nclient: " + access.client_id +
                                  "\nsecret_file: secret\nca_file: " + access.ca.string() + "\nconnect_to: " +
                                  access.address + "\nresolvers: " + access.dns + "\nlimits: none\n");
  RunOptions options;
  options.folder = folder_.path();
  const auto run = run_assay({"collect", "--config", "assay.yaml", "--snapshot", "c.assay", "-o", "json"}, options);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out + run.err, Not(HasSubstr(access.client_secret)));
  EXPECT_THAT(read_file(folder_.path() / "c.assay").value(), Not(HasSubstr(access.client_secret)));
  const auto json = Json::parse(run.out);
  for (const auto* field : {"snapshot", "tables", "requests", "bytes", "throttled", "retries", "seconds"})
    EXPECT_TRUE(json.contains(field)) << field;
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
TEST_F(CollectTest, AKilledRunGoesOnAndAsksForNothingTwice) {
  const auto undisturbed = serve();
  const auto whole = collect(*undisturbed, "whole.assay");
  const auto once = lists_begun(*undisturbed);
  for (const std::size_t after : {3U, 25U, 60U, 110U, 170U, 240U}) {
    const auto server = serve();
    const auto settings = write_config(*server);
    const auto snapshot = (folder_.path() / ("killed-" + std::to_string(after) + ".assay")).string();
    std::vector<std::string> words{ASSAY_PROGRAM, "collect", "--config", settings, "--snapshot", snapshot};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
    pid_t child = 0;
    ASSERT_EQ(::posix_spawn(&child, ASSAY_PROGRAM, &quiet, nullptr, arguments.data(), environ), 0);
    int status = 0;
    while (server->counters().total().requests < after && ::waitpid(child, &status, WNOHANG) == 0)
      std::this_thread::yield();
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&quiet);
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
