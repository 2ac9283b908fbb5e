// A live tenant, simulated: every service over TLS, tokens, throttling, faults.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "collect_fixture.h"
#include "program.h"
#include "simulated_time.h"

namespace assay {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What one application cannot have, however many rights it holds: only a person signed in gets it.
const std::set<std::string> kDelegatedOnly{"teams_tenant_app_settings", "mobile_device_management_policies"};

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

// --- much to ask for -------------------------------------------------------------------------------------------------

// More mailboxes than are asked one by one unless somebody wants it: nothing is said about their rules.
TEST_F(CollectTest, WhatTakesARequestForEachOfManyIsReadWhenItIsNamed) {
  ServerOptions options;
  const auto server = serve(options);
  auto few = catalog::embedded();
  ASSERT_TRUE(few.has_value() && catalog::add_embedded_details(*few).has_value());
  for (auto& table : few->tables)
    if (table.name == "inbox_rules") table.source["each"]["most"] = 20U;
  auto own = config(*server);
  own.services = {"exchange"};
  const auto without = collect_tenant(*few, own, folder_.path() / "without.assay", {});
  ASSERT_TRUE(without.has_value()) << describe(without.error());
  const auto* rules = without->evidence.find("inbox_rules");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(rules->state, snapshot::State::Absent);
  EXPECT_THAT(rules->detail, HasSubstr("`with: [inbox_rules]` has it read all the same"));
  own.with = {"inbox_rules"};
  const auto with = collect_tenant(*few, own, folder_.path() / "with.assay", {});
  ASSERT_TRUE(with.has_value()) << describe(with.error());
  EXPECT_EQ(with->evidence.find("inbox_rules")->state, snapshot::State::Collected);
  own.with = {"inbox_rulez"};
  const auto wrong = collect_tenant(*few, own, folder_.path() / "wrong.assay", {});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().message, "there is no table `inbox_rulez`");
}

// Twenty answers in one, of which the service refuses some for their number: only those are asked for again.
TEST_F(CollectTest, ABatchThatIsRefusedInPartIsCompletedAfterAPause) {
  const auto whole = collect(*serve(), "whole.assay");
  ServerOptions options;
  options.tenant.users = 60;
  options.throttling = sim::Throttling::Published;
  options.limit_share = 0.01;
  const auto time = SimulatedTime::start(options, std::chrono::milliseconds(100));
  ASSERT_TRUE(time.has_value()) << describe(time.error());
  collect::CollectOptions careless;
  careless.paced = false;
  const auto outcome =
      (*time)->collect(catalogue(), {"entra"}, {}, folder_.path() / "refused.assay", std::move(careless));
  ASSERT_TRUE(outcome.has_value()) << describe(outcome.error());
  const std::string path = "graph.microsoft.com/beta/users/";
  std::size_t refused = 0;
  for (const auto& [asked, count] : (*time)->server().counters().all())
    if (asked.starts_with(path) && asked.ends_with("/authentication/requirements")) {
      refused += count.throttled;
      EXPECT_EQ(count.answered, 1U) << asked;
    }
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(outcome->evidence.find("per_user_mfa")->rows, whole.outcome.evidence.find("per_user_mfa")->rows);
}

// A client that holds the published limits is not refused, and needs little longer than they make it.
TEST_F(CollectTest, PublishedLimitsAreHeldAndUsed) {
  ServerOptions options;
  options.tenant.users = 4000;
  options.throttling = sim::Throttling::Published;
  const auto time = SimulatedTime::start(options, std::chrono::milliseconds(100));
  ASSERT_TRUE(time.has_value()) << describe(time.error());
  const auto outcome = (*time)->collect(catalogue(), {"entra"}, {}, folder_.path() / "paced.assay", {});
  ASSERT_TRUE(outcome.has_value()) << describe(outcome.error());
  for (const auto& service : outcome->services) EXPECT_EQ(service.counters.throttled, 0U) << service.service;
  double bound = 0;
  for (const auto& limit : (*time)->server().throttle().taken())
    bound = std::max(bound, (limit.cost - limit.units) * limit.window / limit.units);
  EXPECT_GE(bound, 4);
  EXPECT_LT(outcome->seconds, bound * 1.5) << "of so short a run the first seconds are a large part";
}

// Stopped between its last transaction and its final name, nothing is left to ask for.
TEST_F(CollectTest, WhatWasFinishedAndNotMovedIsNotReadAgain) {
  const auto server = serve();
  const auto whole = collect(*server, "c.assay");
  const auto asked = server->counters().of("graph.microsoft.com/v1.0/users").requests;
  const auto cmdlets = server->counters().total().requests;
  std::filesystem::rename(folder_.path() / "c.assay", folder_.path() / "c.assay.part");
  const auto again = collect(*server, "c.assay");
  EXPECT_TRUE(again.outcome.resumed);
  EXPECT_EQ(again.digest, whole.digest);
  EXPECT_EQ(again.states, whole.states);
  EXPECT_EQ(server->counters().of("graph.microsoft.com/v1.0/users").requests, asked);
  EXPECT_LT(server->counters().total().requests - cmdlets, 5U) << "where the tenant is, and a token";
}

// --- many tenants ----------------------------------------------------------------------------------------------------

class ManyTenantsTest : public CollectTest {
 protected:
  // A configuration for each tenant that the server holds, in the folder `tenants`.
  void write_configs(const Server& server) {
    const auto& access = server.access();
    const auto list = read_file(server.state() / "tenants.tsv").value();
    for (const auto line : text::split(list, '\n')) {
      const auto fields = text::split(line, '\t');
      if (fields.size() != 3) continue;
      const auto name = fields[1].substr(0, fields[1].find('.'));
      write_file("tenants/" + std::string(name) + ".yaml",
                 "tenant: " + std::string(fields[1]) + "\nclient: " + std::string(fields[2]) +
                     "\ncertificate: " + access.client_certificate.string() + "\nca_file: " + access.ca.string() +
                     "\nconnect_to: " + access.address + "\nresolvers: " + access.dns +
                     "\nlimits: none\nservices: [entra]\n");
    }
  }
  void write_file(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    folder_.write(name, text);
  }
  assay::Run collect_all(const std::vector<std::string>& more = {}) {
    RunOptions options;
    options.folder = folder_.path();
    std::vector<std::string> words{"collect", "--configs", "tenants", "--to", "snapshots", "-o", "json"};
    words.insert(words.end(), more.begin(), more.end());
    return run_assay(words, options);
  }
};

TEST_F(ManyTenantsTest, EachGetsASnapshotOfItsOwn) {
  ServerOptions options;
  options.tenants = 4;
  options.tenant.users = 20;
  const auto server = serve(options);
  write_configs(*server);
  const auto all = collect_all({"--at-once", "3"});
  ASSERT_EQ(all.exit_code, 0) << all.err;
  const auto json = Json::parse(all.out);
  ASSERT_EQ(json["tenants"].size(), 4U);
  EXPECT_EQ(json["failed"], 0);
  std::set<std::string> ids;
  for (const auto& tenant : json["tenants"]) {
    const auto evidence = snapshot::open(folder_.path() / tenant["snapshot"].get<std::string>());
    ASSERT_TRUE(evidence.has_value()) << evidence.error().message;
    ids.insert(evidence->manifest.tenant_id);
    EXPECT_EQ(tenant["collected"], tenant["tables"]) << tenant.dump();
  }
  EXPECT_EQ(ids.size(), 4U);
  // Alone, a tenant gives the same.
  const auto alone = run_assay({"collect", "--config", (folder_.path() / "tenants/contoso3.yaml").string(),
                                "--snapshot", (folder_.path() / "alone.assay").string()});
  ASSERT_EQ(alone.exit_code, 0) << alone.err;
  EXPECT_EQ(digest_of("alone.assay"), digest_of("snapshots/contoso3.assay"));
}

TEST_F(ManyTenantsTest, OneThatCannotBeReadStopsNoOther) {
  ServerOptions options;
  options.tenants = 3;
  options.tenant.users = 20;
  const auto server = serve(options);
  write_configs(*server);
  write_file("tenants/contoso2.yaml", "tenant: contoso2.onmicrosoft.com\nclient: x\nsecret: hush\n");
  const auto& access = server->access();
  write_file("tenants/secret", "not-the-secret-at-all");
  write_file("tenants/zzz.yaml", "tenant: contoso3.onmicrosoft.com\nclient: " + access.client_id +
                                     "\nsecret_file: secret\nca_file: " + access.ca.string() +
                                     "\nconnect_to: " + access.address + "\n");
  const auto all = collect_all();
  EXPECT_EQ(all.exit_code, 3) << "of the first by name that failed";
  EXPECT_THAT(all.err, HasSubstr("2 of 4 tenants could not be read"));
  const auto json = Json::parse(all.out);
  EXPECT_EQ(json["failed"], 2);
  EXPECT_EQ(json["tenants"][1]["tenant"], "contoso2");
  EXPECT_EQ(json["tenants"][1]["error"]["code"], "invalid");
  EXPECT_EQ(json["tenants"][3]["error"]["code"], "denied");
  for (const auto* name : {"contoso", "contoso3"})
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / "snapshots" / (std::string(name) + ".assay"))) << name;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "snapshots" / "zzz.assay"));
}

TEST_F(ManyTenantsTest, AFolderWithoutConfigurationsIsAMistake) {
  std::filesystem::create_directories(folder_.path() / "tenants");
  const auto none = collect_all();
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("`tenants` has no configuration"));
  EXPECT_EQ(run_assay({"collect"}).exit_code, 2);
  EXPECT_EQ(run_assay({"collect", "--config", "a.yaml"}).exit_code, 2);
  EXPECT_EQ(run_assay({"collect", "--config", "a.yaml", "--snapshot", "a.assay", "--configs", "b"}).exit_code, 2);
}

}  // namespace
}  // namespace assay
