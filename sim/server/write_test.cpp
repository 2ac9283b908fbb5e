#include <set>

#include <gtest/gtest.h>

#include "sim/server/test_client.h"

// Changes: who may make them, when they are seen, what the audit log says of them.
namespace assay::sim::server {
namespace {

const std::string kGraph = "https://graph.microsoft.com/v1.0";

class WriteTest : public testing::Test {
 protected:
  WriteTest() {
    ServerOptions options;
    options.tenant.users = 20;
    options.now = time.function();
    options.write_delay = std::chrono::seconds(30);
    options.audit_delay = std::chrono::seconds(60);
    server = std::move(*Server::start(options));
    client = std::make_unique<TestClient>(*server);
  }

  void sign_in_as_writer(const std::string& scope = "https://graph.microsoft.com/.default") {
    client->token.clear();
    const auto reply =
        client->post(client->token_address(), "grant_type=client_credentials&client_id=" + server->access().writer_id +
                                                  "&client_secret=" + server->access().writer_secret +
                                                  "&scope=" + url_encode(scope));
    ASSERT_EQ(reply.status, 200) << reply.body;
    client->token = reply.json()["access_token"].get<std::string>();
  }

  TestTime time;
  std::unique_ptr<Server> server;
  std::unique_ptr<TestClient> client;
};

TEST_F(WriteTest, TheReadingApplicationMayNotWrite) {
  client->sign_in();

  EXPECT_EQ(client->send("PATCH", kGraph + "/policies/authorizationPolicy", R"({"allowInvitesFrom":"none"})").status,
            403);
  EXPECT_EQ(client->post(kGraph + "/identity/conditionalAccess/policies", R"({"displayName":"x"})").status, 403);
}

TEST_F(WriteTest, APatchMergesAndIsSeenLater) {
  sign_in_as_writer();
  const auto url = kGraph + "/policies/authorizationPolicy";
  const auto before = client->get(url).json();

  const auto reply = client->send(
      "PATCH", url, R"({"defaultUserRolePermissions":{"allowedToCreateApps":false},"allowInvitesFrom":"none"})");

  EXPECT_EQ(reply.status, 204) << reply.body;
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(client->get(url).json()["allowInvitesFrom"], before["allowInvitesFrom"]);
  time.advance(std::chrono::seconds(31));
  const auto after = client->get(url).json();
  EXPECT_EQ(after["allowInvitesFrom"], "none");
  EXPECT_EQ(after["defaultUserRolePermissions"]["allowedToCreateApps"], false);
  EXPECT_EQ(after["defaultUserRolePermissions"]["allowedToReadOtherUsers"],
            before["defaultUserRolePermissions"]["allowedToReadOtherUsers"]);
  EXPECT_EQ(client->send("PATCH", url, R"({"id":"x"})").status, 400);
}

TEST_F(WriteTest, ObjectsAreMadeAndRemoved) {
  sign_in_as_writer();
  const auto url = kGraph + "/identity/conditionalAccess/policies";
  const auto count = client->get(url).json()["value"].size();
  const auto made = client->post(url, R"({"displayName":"Block it","state":"enabledForReportingButNotEnforced"})");

  ASSERT_EQ(made.status, 201) << made.body;
  const auto id = made.json()["id"].get<std::string>();
  EXPECT_TRUE(made.header("location").ends_with(id));
  time.advance(std::chrono::seconds(31));
  EXPECT_EQ(client->get(url).json()["value"].size(), count + 1);
  EXPECT_EQ(client->get(url + "/" + id).json()["displayName"], "Block it");
  EXPECT_EQ(client->send("DELETE", url + "/" + id, "").status, 204);
  time.advance(std::chrono::seconds(31));
  EXPECT_EQ(client->get(url).json()["value"].size(), count);
  EXPECT_EQ(client->get(url + "/" + id).status, 404);

  // Both changes are in the audit log, with the application that made them.
  time.advance(std::chrono::seconds(120));
  const auto audits = client->get(kGraph + "/auditLogs/directoryAudits?$top=2").json()["value"];
  std::set<std::string> activities;
  for (const auto& row : audits) {
    activities.insert(row["activityDisplayName"].get<std::string>());
    EXPECT_EQ(row["initiatedBy"]["app"]["appId"], server->access().writer_id);
    EXPECT_EQ(row["targetResources"][0]["id"], id);
  }
  EXPECT_EQ(activities, (std::set<std::string>{"Add Conditional Access policy", "Delete Conditional Access policy"}));
}

TEST_F(WriteTest, SomeObjectsAreOnlyReplaced) {
  sign_in_as_writer();
  const auto url = kGraph + "/policies/adminConsentRequestPolicy";

  EXPECT_EQ(client->send("PATCH", url, R"({"isEnabled":true})").status, 405);
  EXPECT_EQ(client->send("PUT", url, R"({"isEnabled":true,"reviewers":[]})").status, 204);
  time.advance(std::chrono::seconds(31));
  EXPECT_FALSE(client->get(url).json().contains("requestDurationInDays"));
}

TEST_F(WriteTest, AMethodsConfigurationShowsInItsPolicyToo) {
  sign_in_as_writer();
  const std::string policy = "https://graph.microsoft.com/beta/policies/authenticationMethodsPolicy";
  const auto url = policy + "/authenticationMethodConfigurations/Sms";
  EXPECT_EQ(client->send("PATCH", url, R"({"state":"disabled"})").status, 400);
  const auto body = R"({"@odata.type":"#microsoft.graph.smsAuthenticationMethodConfiguration","state":"disabled"})";
  EXPECT_EQ(client->send("PATCH", url, body).status, 204);

  time.advance(std::chrono::seconds(31));
  EXPECT_EQ(client->get(url).json()["state"], "disabled");
  const auto whole = client->get(policy).json();
  for (const auto& one : whole["authenticationMethodConfigurations"]) {
    EXPECT_TRUE(one["id"] != "Sms" || one["state"] == "disabled") << one;
  }
}

TEST_F(WriteTest, CmdletsChangeWhatTheyName) {
  sign_in_as_writer("https://outlook.office365.com/.default");
  const auto run = [&](const std::string& cmdlet, const Json& parameters) {
    const Json body{{"CmdletInput", {{"CmdletName", cmdlet}, {"Parameters", parameters}}}};
    return client->post("https://outlook.office365.com/adminapi/beta/" + server->access().tenant_id + "/InvokeCommand",
                        body.dump());
  };
  EXPECT_EQ(run("Set-OrganizationConfig", {{"AuditDisabled", true}}).status, 200);
  EXPECT_EQ(run("Set-OrganizationConfig", {{"Nonsense", true}}).status, 400);
  EXPECT_EQ(run("Set-RemoteDomain", {{"Identity", "nobody"}, {"AutoForwardEnabled", false}}).status, 404);
  EXPECT_EQ(run("Set-RemoteDomain", {{"Identity", "Default"}, {"AutoForwardEnabled", false}}).status, 200);

  time.advance(std::chrono::seconds(31));
  EXPECT_EQ(run("Get-OrganizationConfig", Json::object()).json()["value"][0]["AuditDisabled"], true);
  EXPECT_EQ(run("Get-RemoteDomain", Json::object()).json()["value"][0]["AutoForwardEnabled"], false);
}

TEST_F(WriteTest, TeamsAndSharePointMerge) {
  sign_in_as_writer("48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default");
  const std::string teams =
      "https://api.interfaces.records.teams.microsoft.com/Skype.Policy/configurations/TeamsMeetingPolicy";
  EXPECT_EQ(
      client
          ->send("PUT", teams + "/configuration/Global", R"({"Identity":"Global","AutoAdmittedUsers":"OrganizerOnly"})")
          .status,
      200);
  time.advance(std::chrono::seconds(31));
  EXPECT_EQ(client->get(teams + "/configuration/Global").json()["AutoAdmittedUsers"], "OrganizerOnly");
  EXPECT_EQ(client->get(teams).json()[0]["AutoAdmittedUsers"], "OrganizerOnly");

  client->sign_in("https://contoso-admin.sharepoint.com/.default");
  const std::string tenant = "https://contoso-admin.sharepoint.com/_api/SPO.Tenant";
  EXPECT_EQ(
      client->post(tenant, R"({"__metadata":{"type":"x"},"SharingCapability":3})", {"X-HTTP-Method: MERGE"}).status,
      204);
  time.advance(std::chrono::seconds(31));
  EXPECT_EQ(client->get(tenant, {"Accept: application/json;odata=nometadata"}).json()["SharingCapability"], 3);
}

}  // namespace
}  // namespace assay::sim::server
