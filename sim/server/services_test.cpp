#include <gtest/gtest.h>

#include "sim/server/test_client.h"

// The services besides Graph, as a client sees them.
namespace assay::sim::server {
namespace {

class ServicesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ServerOptions options;
    options.tenant.users = 60;
    options.page_size = 25;
    auto started = Server::start(options);
    ASSERT_TRUE(started) << describe(started.error());
    server = std::move(started).take().release();
  }
  static void TearDownTestSuite() { delete server; }
  ServicesTest() : client(*server), tenant(server->access().tenant_id) {}

  Reply invoke(const std::string& host, const std::string& cmdlet, const Json& parameters = Json::object(),
               const std::string& query = "") {
    const Json body{{"CmdletInput", {{"CmdletName", cmdlet}, {"Parameters", parameters}}}};
    return client.post("https://" + host + "/adminapi/beta/" + tenant + "/InvokeCommand" + query, body.dump(),
                       {"Content-Type: application/json"});
  }

  static Server* server;
  TestClient client;
  std::string tenant;
};
Server* ServicesTest::server = nullptr;

const std::string kExchange = "outlook.office365.com";

TEST_F(ServicesTest, ExchangeRunsCmdlets) {
  EXPECT_EQ(invoke(kExchange, "Get-OrganizationConfig").status, 401);
  client.sign_in("https://outlook.office365.com/.default");

  const auto reply = invoke(kExchange, "Get-OrganizationConfig");

  ASSERT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(reply.json()["value"].size(), 1U);
  EXPECT_TRUE(reply.json()["value"][0].contains("AuditDisabled"));
  EXPECT_TRUE(reply.json()["@adminapi.warnings"].is_array());

  EXPECT_EQ(invoke(kExchange, "Get-Mailbox", {{"Identity", "nobody@nowhere.example"}}).status, 404);
  const auto unknown = invoke(kExchange, "Get-Nonsense");
  EXPECT_EQ(unknown.status, 403);
  EXPECT_TRUE(unknown.json().is_discarded());
}

TEST_F(ServicesTest, ExchangePagesByPostingAgain) {
  client.sign_in("https://outlook.office365.com/.default");
  std::size_t n = 0;
  std::string query;
  for (int i = 0; i < 20; ++i) {
    const auto reply = invoke(kExchange, "Get-Mailbox", {{"ResultSize", "Unlimited"}}, query);
    ASSERT_EQ(reply.status, 200) << reply.body;
    n += reply.json()["value"].size();
    const auto next = reply.json().value("@odata.nextLink", std::string());
    if (next.empty()) break;
    query = next.substr(next.find('?'));
  }
  EXPECT_EQ(n, server->tenant().find("exchange", "Get-Mailbox", {{"ResultSize", "Unlimited"}})->size());
  EXPECT_GT(n, 25U);

  // A token belongs to its body.
  ASSERT_FALSE(query.empty());
  EXPECT_EQ(invoke(kExchange, "Get-Mailbox", {{"ResultSize", 30}}, query).status, 400);
}

TEST_F(ServicesTest, ComplianceSendsOnToARegion) {
  client.sign_in("https://ps.compliance.protection.outlook.com/.default");
  const auto front =
      client.get("https://ps.compliance.protection.outlook.com/AdminApi/v1.0/" + tenant + "/EXOModuleFile");

  EXPECT_EQ(front.status, 302);
  const auto location = front.header("location");
  ASSERT_TRUE(location.starts_with("https://eur03b.")) << location;
  const auto reply = invoke("eur03b.ps.compliance.protection.outlook.com", "Get-DlpCompliancePolicy");
  EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST_F(ServicesTest, SharePointTakesACertificateAndNoSecret) {
  const auto url = "https://contoso-admin.sharepoint.com/_api/SPO.Tenant";
  const auto scope = "https://contoso-admin.sharepoint.com/.default";
  client.sign_in_by_secret(scope);
  const auto refused = client.get(url, {"Accept: application/json;odata=nometadata"});
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(refused.body.find("Unsupported app only token."), std::string::npos);

  client.sign_in(scope);
  const auto flat = client.get(url, {"Accept: application/json;odata=nometadata"});
  ASSERT_EQ(flat.status, 200) << flat.body;
  EXPECT_TRUE(flat.json().contains("SharingCapability"));
  const auto verbose = client.get(url, {"Accept: application/json;odata=verbose"});
  EXPECT_TRUE(verbose.json()["d"].contains("__metadata"));
}

TEST_F(ServicesTest, SharePointsObjectModelAnswersInOneArray) {
  client.sign_in("https://contoso-admin.sharepoint.com/.default");
  const auto url = "https://contoso-admin.sharepoint.com/_vti_bin/client.svc/ProcessQuery";
  const std::string request =
      R"(<Request xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009"><Actions><ObjectPath Id="2" ObjectPathId="1"/>)"
      R"(<Query Id="3" ObjectPathId="1"><Query SelectAllProperties="true"><Properties/></Query></Query></Actions>)"
      R"(<ObjectPaths><Constructor Id="1" TypeId="{268004ae-ef6b-4e9b-8425-127220d84719}"/></ObjectPaths></Request>)";

  const auto json = client.post(url, request, {"Content-Type: text/xml"}).json();

  ASSERT_TRUE(json.is_array());
  ASSERT_EQ(json.size(), 5U);
  EXPECT_TRUE(json[0]["ErrorInfo"].is_null());
  EXPECT_EQ(json[1], 2);
  EXPECT_EQ(json[4]["_ObjectType_"], "Microsoft.Online.SharePoint.TenantAdministration.Tenant");

  // Failures are told with HTTP 200.
  const auto wrong = client.post(url, "<Request><Actions><Query Id=\"1\" ObjectPathId=\"9\"/></Actions></Request>");
  EXPECT_EQ(wrong.status, 200);
  EXPECT_FALSE(wrong.json()[0]["ErrorInfo"].is_null());
}

TEST_F(ServicesTest, TeamsGivesBareArraysAndSingleInstances) {
  const std::string base = "https://api.interfaces.records.teams.microsoft.com/Skype.Policy/configurations/";
  EXPECT_EQ(client.get(base + "TeamsMeetingPolicy").status, 401);
  client.sign_in("48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default");

  const auto list = client.get(base + "TeamsMeetingPolicy");
  ASSERT_EQ(list.status, 200) << list.body;
  ASSERT_TRUE(list.json().is_array());
  EXPECT_EQ(client.get(base + "TeamsMeetingPolicy/configuration/Global").json()["Identity"], "Global");
  EXPECT_EQ(client.get(base + "TeamsNonsense").status, 404);
  EXPECT_EQ(client.get(base + "M365UnifiedTenantSettings").status, 403);
}

TEST_F(ServicesTest, DefenderHasScoresAndLists) {
  const std::string base = "https://api.security.microsoft.com/api/";
  client.sign_in("https://api.securitycenter.microsoft.com/.default");

  const auto score = client.get(base + "exposureScore");
  ASSERT_EQ(score.status, 200) << score.body;
  EXPECT_TRUE(score.json()["score"].is_number());
  const auto machines = client.get(base + "machines?$top=3");
  ASSERT_EQ(machines.status, 200) << machines.body;
  EXPECT_EQ(machines.json()["value"].size(), 3U);
  EXPECT_EQ(client.get(machines.json()["@odata.nextLink"].get<std::string>()).status, 200);
  EXPECT_EQ(client.get(base + "indicators").status, 403);
}

TEST_F(ServicesTest, PowerPlatformFabricAndAzure) {
  client.sign_in("https://service.powerapps.com//.default");
  const std::string bap = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/";
  EXPECT_EQ(client.post(bap + "listTenantSettings?api-version=2023-06-01", "").status, 200);
  EXPECT_EQ(client.post(bap + "listTenantSettings", "").status, 400);
  EXPECT_TRUE(client.get(bap + "scopes/admin/environments?api-version=2023-06-01").json()["value"].is_array());

  client.sign_in("https://api.fabric.microsoft.com/.default");
  const auto fabric = client.get("https://api.fabric.microsoft.com/v1/admin/tenantsettings");
  ASSERT_EQ(fabric.status, 200) << fabric.body;
  EXPECT_TRUE(fabric.json()["tenantSettings"].is_array());

  client.sign_in("https://management.azure.com/.default");
  const std::string azure = "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings";
  EXPECT_TRUE(client.get(azure + "?api-version=2017-04-01-preview").json()["value"].is_array());
  EXPECT_EQ(client.get(azure).status, 400);
}

// The assessments of devices may be asked for 30 times a minute, and the devices themselves all the same.
TEST(ServicesLimitTest, WhatIsBelowMachinesIsCountedByItself) {
  ServerOptions options;
  options.tenant.users = 20;
  options.throttling = Throttling::Published;
  auto server = std::move(*Server::start(options));
  TestClient client(*server);
  client.sign_in("https://api.securitycenter.microsoft.com/.default");
  const std::string machines = "https://api.security.microsoft.com/api/machines";

  for (int i = 0; i < 30; ++i)
    ASSERT_EQ(client.get(machines + "/SecureConfigurationsAssessmentByMachine?pageSize=1").status, 200) << i;
  EXPECT_EQ(client.get(machines + "/SecureConfigurationsAssessmentByMachine?pageSize=1").status, 429);
  EXPECT_EQ(client.get(machines).status, 200);
}

TEST(ServicesRoleTest, WithoutADirectoryRoleExchangeAndTeamsRefuse) {
  ServerOptions options;
  options.tenant.users = 20;
  options.directory_roles = {"none"};
  options.without_permissions = {"Azure.SecurityReader", "Score.Read.All"};
  auto server = std::move(*Server::start(options));
  TestClient client(*server);

  client.sign_in("https://outlook.office365.com/.default");
  const Json body{{"CmdletInput", {{"CmdletName", "Get-OrganizationConfig"}, {"Parameters", Json::object()}}}};
  const auto refused = client.post(
      "https://outlook.office365.com/adminapi/beta/" + server->access().tenant_id + "/InvokeCommand", body.dump());
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.json().is_discarded());

  client.sign_in("48ac35b8-9aa8-4d74-927d-1f4a14a0b239/.default");
  EXPECT_EQ(
      client.get("https://api.interfaces.records.teams.microsoft.com/Skype.Policy/configurations/TeamsMeetingPolicy")
          .status,
      403);
  client.sign_in("https://api.securitycenter.microsoft.com/.default");
  EXPECT_EQ(client.get("https://api.security.microsoft.com/api/exposureScore").status, 403);
  client.sign_in("https://management.azure.com/.default");
  EXPECT_EQ(
      client.get("https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings?api-version=1").status,
      403);
}

}  // namespace
}  // namespace assay::sim::server
