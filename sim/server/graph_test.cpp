#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "sim/server/test_client.h"

// Graph as a client sees it: over TLS, with tokens.
namespace assay::sim::server {
namespace {

const std::string kGraph = "https://graph.microsoft.com/v1.0";
const std::string kEventual = "ConsistencyLevel: eventual";

std::unique_ptr<Server> start(ServerOptions options) {
  auto out = Server::start(std::move(options));
  EXPECT_TRUE(out) << describe(out.error());
  return std::move(out).take();
}

ServerOptions small() {
  ServerOptions out;
  out.tenant.users = 60;
  return out;
}

std::string code_of(const Reply& reply) { return reply.json().at("error").at("code").get<std::string>(); }

// Every element of a list, page by page; an empty result where something else than 200 came.
std::vector<Json> read_all(TestClient& client, std::string url, const std::vector<std::string>& headers = {},
                           int* pages = nullptr) {
  std::vector<Json> out;
  while (!url.empty()) {
    const auto reply = client.get(url, headers);
    EXPECT_EQ(reply.status, 200) << reply.body;
    if (reply.status != 200) return {};
    const auto json = reply.json();
    for (const auto& one : json.at("value")) out.push_back(one);
    url = json.value("@odata.nextLink", std::string());
    if (pages != nullptr) ++*pages;
  }
  return out;
}

class GraphTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = start(small()).release(); }
  static void TearDownTestSuite() { delete server; }
  GraphTest() : client(*server) { client.sign_in(); }

  static Server* server;
  TestClient client;
};
Server* GraphTest::server = nullptr;

TEST_F(GraphTest, ATokenIsNeededAndMustBeForGraph) {
  TestClient nobody(*server);
  EXPECT_EQ(nobody.get(kGraph + "/users").status, 401);
  EXPECT_EQ(code_of(nobody.get(kGraph + "/users")), "InvalidAuthenticationToken");
  nobody.token = "made.up.token";
  EXPECT_EQ(nobody.get(kGraph + "/users").status, 401);
  nobody.sign_in("https://outlook.office365.com/.default");
  EXPECT_EQ(nobody.get(kGraph + "/users").status, 401);
}

TEST_F(GraphTest, UsersShowTheirDefaultPropertiesAlone) {
  const auto reply = client.get(kGraph + "/users?$top=5");

  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto json = reply.json();
  ASSERT_EQ(json["value"].size(), 5U);
  EXPECT_TRUE(json["value"][0].contains("userPrincipalName"));
  EXPECT_FALSE(json["value"][0].contains("accountEnabled"));
  EXPECT_EQ(json["@odata.context"], "https://graph.microsoft.com/v1.0/$metadata#users");
  EXPECT_FALSE(reply.header("request-id").empty());
  EXPECT_EQ(reply.header("x-ms-resource-unit"), "1");
}

TEST_F(GraphTest, SelectGivesWhatWasSelected) {
  const auto reply = client.get(kGraph + "/users?$select=id,accountEnabled,onPremisesSyncEnabled&$top=3");

  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto json = reply.json();
  for (const auto& user : json["value"]) {
    EXPECT_EQ(user.size(), 3U) << user;
    EXPECT_TRUE(user.contains("onPremisesSyncEnabled"));  // null is there, too
  }
  EXPECT_EQ(client.get(kGraph + "/users?$select=id,nonsense").status, 400);
  EXPECT_EQ(client.get(kGraph + "/users?$filter=nonsense%20eq%201").status, 400);
}

TEST_F(GraphTest, PagesLeadThroughTheWholeListOnce) {
  int pages = 0;
  const auto users = read_all(client, kGraph + "/users?$select=id&$top=7", {}, &pages);

  std::set<std::string> ids;
  for (const auto& user : users) ids.insert(user["id"].get<std::string>());
  EXPECT_EQ(users.size(), server->tenant().find("graph/v1.0", "users")->size());
  EXPECT_EQ(ids.size(), users.size());
  EXPECT_EQ(pages, (static_cast<int>(users.size()) + 6) / 7);
}

TEST_F(GraphTest, APageTokenIsGoodForItsOwnListAlone) {
  const auto next = client.get(kGraph + "/users?$select=id&$top=7").json()["@odata.nextLink"].get<std::string>();
  auto other = next;
  other.replace(other.find("$select=id"), 10, "$select=mail");

  EXPECT_EQ(client.get(next).status, 200);
  EXPECT_EQ(client.get(next).status, 200);  // and twice
  EXPECT_EQ(client.get(other).status, 400);
  EXPECT_EQ(client.get(kGraph + "/users?$top=1000").status, 400);
}

TEST_F(GraphTest, FiltersAndCounts) {
  const auto guests = read_all(client, kGraph + "/users?$select=id,userType&$filter=userType%20eq%20'Guest'");
  for (const auto& guest : guests) EXPECT_EQ(guest["userType"], "Guest");
  EXPECT_FALSE(guests.empty());

  // A number is told only to those who ask for eventual consistency, and on the first page alone.
  const auto url = kGraph + "/users?$select=id&$count=true&$top=7&$filter=userType%20eq%20'Guest'";
  EXPECT_FALSE(client.get(url).json().contains("@odata.count"));
  EXPECT_EQ(client.get(url, {kEventual}).json()["@odata.count"], guests.size());

  const auto text = client.get(kGraph + "/users/$count", {kEventual});
  EXPECT_EQ(text.body, "\xEF\xBB\xBF" + std::to_string(server->tenant().find("graph/v1.0", "users")->size()));
  EXPECT_EQ(client.get(kGraph + "/users/$count").status, 400);
  EXPECT_EQ(client.get(kGraph + "/users/$count", {kEventual, "Accept: application/json"}).status, 415);
}

TEST_F(GraphTest, AdvancedQueriesNeedTheirHeader) {
  const auto url = kGraph + "/users?$select=id,userType&$count=true&$filter=userType%20ne%20'Guest'";

  EXPECT_EQ(code_of(client.get(url)), "Request_UnsupportedQuery");
  EXPECT_EQ(client.get(url, {kEventual}).status, 200);
}

TEST_F(GraphTest, OrderIsKept) {
  const auto reply = client.get(kGraph + "/users?$select=displayName&$orderby=displayName%20desc&$top=20");

  ASSERT_EQ(reply.status, 200) << reply.body;
  std::string last = "\x7f";
  const auto json = reply.json();
  for (const auto& user : json["value"]) {
    const auto name = text::lower(user["displayName"].get<std::string>());
    EXPECT_LE(name, last);
    last = name;
  }
}

TEST_F(GraphTest, OneObjectByItsId) {
  const auto id = client.get(kGraph + "/users?$select=id&$top=1").json()["value"][0]["id"].get<std::string>();

  const auto user = client.get(kGraph + "/users/" + id + "?$select=id,accountEnabled");
  EXPECT_EQ(user.json()["id"], id);
  EXPECT_TRUE(user.json().contains("accountEnabled"));
  EXPECT_EQ(code_of(client.get(kGraph + "/users/" + std::string(36, '0'))), "Request_ResourceNotFound");
  EXPECT_EQ(client.get(kGraph + "/nonsense").status, 400);
  EXPECT_EQ(client.get("https://graph.microsoft.com/v9/users").status, 400);
}

TEST_F(GraphTest, ABatchAnswersEachRequestInItsOwnWay) {
  const Json body{
      {"requests",
       {{{"id", "1"}, {"method", "GET"}, {"url", "/users?$top=2"}},
        {{"id", "2"}, {"method", "GET"}, {"url", "/nonsense"}},
        {{"id", "3"}, {"method", "GET"}, {"url", "/users?$top=1"}, {"dependsOn", {"2"}}},
        {{"id", "4"}, {"method", "GET"}, {"url", "/users/$count"}, {"headers", {{"ConsistencyLevel", "eventual"}}}}}}};
  const auto reply = client.post(kGraph + "/$batch", body.dump(), {"Content-Type: application/json"});

  ASSERT_EQ(reply.status, 200) << reply.body;
  std::map<std::string, Json> answers;
  const auto json = reply.json();
  for (const auto& one : json["responses"]) answers[one["id"].get<std::string>()] = one;
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers["1"]["status"], 200);
  EXPECT_EQ(answers["1"]["body"]["value"].size(), 2U);
  EXPECT_EQ(answers["2"]["status"], 400);
  EXPECT_EQ(answers["3"]["status"], 424);
  EXPECT_TRUE(answers["4"]["body"].is_string());  // what is no JSON comes as base64

  Json many{{"requests", Json::array()}};
  for (int i = 0; i < 21; ++i)
    many["requests"].push_back({{"id", std::to_string(i)}, {"method", "GET"}, {"url", "/users"}});
  EXPECT_EQ(client.post(kGraph + "/$batch", many.dump(), {"Content-Type: application/json"}).status, 400);
}

TEST_F(GraphTest, DeltaEndsWithALinkThatGivesTheChanges) {
  auto url = kGraph + "/users/delta?$select=id,displayName";
  std::size_t n = 0;
  std::string link;
  while (link.empty()) {
    const auto json = client.get(url).json();
    n += json.at("value").size();
    link = json.value("@odata.deltaLink", std::string());
    url = json.value("@odata.nextLink", std::string());
  }
  EXPECT_EQ(n, server->tenant().find("graph/v1.0", "users")->size());

  const auto changes = client.get(link).json();
  EXPECT_TRUE(changes.at("value").empty());
  EXPECT_TRUE(changes.contains("@odata.deltaLink"));
  EXPECT_EQ(client.get(kGraph + "/users/delta?$deltatoken=nonsense").status, 410);
}

TEST_F(GraphTest, PlainToolsReachItByThePath) {
  const auto base = "https://" + server->access().address + "/graph.microsoft.com/v1.0";
  const auto json = client.get(base + "/users?$top=3&$select=id").json();

  ASSERT_TRUE(json.contains("@odata.nextLink"));
  EXPECT_TRUE(json["@odata.nextLink"].get<std::string>().starts_with(base + "/users?"));
}

TEST(GraphPermissionTest, WhatTheRolesLackIsRefused) {
  auto options = small();
  options.without_permissions = {"Policy.Read.All", "Policy.Read.ConditionalAccess", "User.Read.All",
                                 "Directory.Read.All"};
  const auto server = start(options);
  TestClient client(*server);
  client.sign_in();

  EXPECT_EQ(code_of(client.get(kGraph + "/users")), "Authorization_RequestDenied");
  EXPECT_EQ(client.get(kGraph + "/identity/conditionalAccess/policies").status, 403);
  EXPECT_EQ(client.get(kGraph + "/organization").status, 200);
  EXPECT_EQ(client.get(kGraph + "/policies/featureRolloutPolicies").status, 403);  // only for people
}

TEST(GraphPagingTest, PagesMayBeEmptyAndTokensGrowOld) {
  auto options = small();
  options.empty_page_every = 2;
  TestTime time;
  options.now = time.function();
  options.token_lifetime = std::chrono::hours(24);
  const auto server = start(options);
  TestClient client(*server);
  client.sign_in();

  int pages = 0;
  const auto users = read_all(client, kGraph + "/users?$select=id&$top=10", {}, &pages);
  EXPECT_EQ(users.size(), server->tenant().find("graph/v1.0", "users")->size());
  EXPECT_GT(pages, 8);

  const auto next = client.get(kGraph + "/users?$select=id&$top=10").json()["@odata.nextLink"].get<std::string>();
  time.advance(std::chrono::seconds(3601));
  EXPECT_EQ(code_of(client.get(next)), "Directory_ExpiredPageToken");
}

TEST(GraphThrottleTest, LimitsAreThePublishedOnes) {
  auto options = small();
  options.throttling = Throttling::Published;
  TestTime time;
  options.now = time.function();
  const auto server = start(options);
  TestClient client(*server);
  client.sign_in();

  // One request a second, and not a word about how long to wait.
  const auto policies = kGraph + "/identity/conditionalAccess/policies";
  EXPECT_EQ(client.get(policies).status, 200);
  const auto refused = client.get(policies);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "");
  time.advance(std::chrono::seconds(1));
  EXPECT_EQ(client.get(policies).status, 200);

  // In a batch, each request counts by itself.
  time.advance(std::chrono::seconds(1));
  Json batch{{"requests", Json::array()}};
  for (int i = 0; i < 3; ++i)
    batch["requests"].push_back(
        {{"id", std::to_string(i)}, {"method", "GET"}, {"url", "/identity/conditionalAccess/namedLocations"}});
  const auto answers = client.post(kGraph + "/$batch", batch.dump(), {"Content-Type: application/json"}).json();
  std::multiset<int> statuses;
  for (const auto& one : answers["responses"]) statuses.insert(one["status"].get<int>());
  EXPECT_EQ(statuses, (std::multiset<int>{200, 429, 429}));

  // Five in ten seconds.
  const auto audits = kGraph + "/auditLogs/directoryAudits?$top=1";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.get(audits).status, 200);
  EXPECT_EQ(client.get(audits).header("retry-after"), "2");

  // Resource units: 5,000 in ten seconds, and a warning from four fifths on.
  int asked = 0;
  Reply reply;
  do {
    reply = client.get(kGraph + "/subscribedSkus");
    ++asked;
  } while (reply.status == 200 && asked < 3000);
  EXPECT_EQ(reply.status, 429);
  EXPECT_NEAR(asked, 5000 / 3.0, 2);
  EXPECT_EQ(reply.header("x-ms-throttle-information"), "ResourceUnitLimitExceeded");
  EXPECT_EQ(reply.header("x-ms-throttle-limit-percentage"), "1.00");
  EXPECT_EQ(server->counters().of("graph.microsoft.com/v1.0/subscribedSkus").throttled, 1U);
}

TEST(GraphLicenceTest, WithoutPremiumSomeListsAreRefused) {
  auto options = small();
  options.tenant.without_plans = {"AAD_PREMIUM", "AAD_PREMIUM_P2"};
  const auto server = start(options);
  TestClient client(*server);
  client.sign_in();

  EXPECT_EQ(code_of(client.get(kGraph + "/users?$select=id,signInActivity")),
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
  EXPECT_EQ(client.get(kGraph + "/identityProtection/riskyUsers").status, 403);
}

TEST(GraphFaultTest, TroubleComesAtTheRateAndPatienceGetsThrough) {
  auto options = small();
  options.fault_rate = 0.4;
  options.slow = std::chrono::milliseconds(1);
  const auto server = start(options);
  TestClient client(*server);
  for (int i = 0; i < 10 && client.token.empty(); ++i) {
    const auto reply = client.post(
        client.token_address(),
        "grant_type=client_credentials&client_id=" + server->access().client_id +
            "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=" + server->access().client_secret);
    if (reply.status == 200) client.token = reply.json()["access_token"].get<std::string>();
  }
  int bad = 0;
  for (int i = 0; i < 100; ++i) {
    const auto reply = client.get(kGraph + "/users?$top=1");
    const bool good = reply.status == 200 && reply.json().is_object();
    bad += good ? 0 : 1;
  }
  EXPECT_GT(bad, 15);
  EXPECT_LT(bad, 60);
  // The client itself tries again after some of the resets.
  const auto counted = server->counters().of("graph.microsoft.com/v1.0/users");
  EXPECT_GE(counted.faults, static_cast<std::size_t>(bad));
  EXPECT_EQ(counted.answered, 100U - static_cast<std::size_t>(bad));
}

}  // namespace
}  // namespace assay::sim::server
