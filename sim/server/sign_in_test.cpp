#include "sim/server/sign_in.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/server/test_client.h"

namespace assay::sim::server {
namespace {

const std::string kScope = "https%3A%2F%2Fgraph.microsoft.com%2F.default";

class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    ServerOptions options;
    options.tenant.users = 20;
    options.now = time.function();
    server = std::move(*Server::start(options));
    client = std::make_unique<TestClient>(*server);
  }

  Reply ask(const std::string& form) { return client->post(client->token_address(), form); }
  std::string credentials(const std::string& rest) const {
    return "grant_type=client_credentials&client_id=" + server->access().client_id + "&scope=" + kScope + rest;
  }
  static int number_of(const Reply& reply) {
    const auto codes = reply.json().at("error_codes");
    return codes.empty() ? 0 : codes.at(0).get<int>();
  }
  static std::string assertion_form(const std::string& jwt) {
    return "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=" +
           jwt;
  }

  TestTime time;
  std::unique_ptr<Server> server;
  std::unique_ptr<TestClient> client;
};

TEST_F(SignInTest, ASecretGivesATokenWithItsRoles) {
  const auto reply = ask(credentials("&client_secret=" + server->access().client_secret));

  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["token_type"], "Bearer");
  EXPECT_EQ(reply.json()["expires_in"], 3599);
  const auto jwt = parse_jwt(reply.json()["access_token"].get<std::string>());
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->claims["aud"], "https://graph.microsoft.com");
  EXPECT_EQ(jwt->claims["tid"], server->access().tenant_id);
  const auto roles = jwt->claims["roles"].get<std::vector<std::string>>();
  EXPECT_NE(std::find(roles.begin(), roles.end(), "Policy.Read.All"), roles.end());
  EXPECT_EQ(std::find(roles.begin(), roles.end(), "Exchange.ManageAsApp"), roles.end());
}

TEST_F(SignInTest, ACertificateProvesTheApplicationByBothAlgorithms) {
  EXPECT_EQ(ask(credentials(assertion_form(client->assertion("PS256")))).status, 200);
  EXPECT_EQ(ask(credentials(assertion_form(client->assertion("RS256")))).status, 200);
}

TEST_F(SignInTest, ABadAssertionIsRefused) {
  auto forged = client->assertion();
  forged[forged.size() - 20] = forged[forged.size() - 20] == 'A' ? 'B' : 'A';
  EXPECT_EQ(number_of(ask(credentials(assertion_form(forged)))), 700027);
  const auto early = client->assertion();
  time.advance(std::chrono::minutes(20));
  EXPECT_EQ(number_of(ask(credentials(assertion_form(early)))), 700024);
}

TEST_F(SignInTest, AnotherPartysTokenProvesTheApplicationToo) {
  std::ifstream in(server->access().federated_token);
  std::ostringstream token;
  token << in.rdbuf();
  EXPECT_EQ(ask(credentials(assertion_form(token.str()))).status, 200);

  const auto stranger =
      make_jwt(Key::make_rsa(), "RS256", Json::object(), {{"iss", "https://other"}, {"sub", "x"}, {"aud", "y"}});
  EXPECT_EQ(number_of(ask(credentials(assertion_form(stranger)))), 700213);
}

TEST_F(SignInTest, ErrorsHaveTheirNumbers) {
  EXPECT_EQ(number_of(ask(credentials("&client_secret=wrong"))), 7000215);
  EXPECT_EQ(number_of(ask(credentials("&client_secret=expired-" + server->access().client_secret))), 7000222);
  EXPECT_EQ(number_of(ask("grant_type=client_credentials&client_id=nobody&client_secret=x&scope=" + kScope)), 700016);
  const auto start = "grant_type=client_credentials&client_id=" + server->access().client_id +
                     "&client_secret=" + server->access().client_secret;
  EXPECT_EQ(number_of(ask(start + "&scope=https%3A%2F%2Fgraph.microsoft.com%2FUser.Read.All")), 1002012);
  EXPECT_EQ(number_of(ask(start + "&scope=https%3A%2F%2Fnowhere.example%2F.default")), 500011);
  const auto elsewhere = client->post("https://login.microsoftonline.com/fabrikam.example/oauth2/v2.0/token", start);
  EXPECT_EQ(elsewhere.status, 400);
  EXPECT_EQ(number_of(elsewhere), 90002);
}

TEST_F(SignInTest, ATokenExpires) {
  client->sign_in();
  EXPECT_EQ(client->get("https://graph.microsoft.com/v1.0/organization").status, 200);
  time.advance(std::chrono::seconds(3600));

  const auto reply = client->get("https://graph.microsoft.com/v1.0/organization");

  EXPECT_EQ(reply.status, 401);
  EXPECT_NE(reply.json()["error"]["message"].get<std::string>().find("expired"), std::string::npos);
}

TEST_F(SignInTest, ADeviceCodeIsPendingUntilItIsApproved) {
  const auto base = "https://login.microsoftonline.com/organizations/oauth2/v2.0/";
  const auto begin =
      client->post(base + std::string("devicecode"),
                   "client_id=" + server->access().client_id + "&scope=" + kScope + "%20offline_access%20openid");
  ASSERT_EQ(begin.status, 200) << begin.body;
  const auto form =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=" + server->access().client_id +
      "&device_code=" + begin.json()["device_code"].get<std::string>();
  const auto poll = [&] { return client->post(base + std::string("token"), form); };

  EXPECT_EQ(poll().json()["error"], "authorization_pending");
  EXPECT_EQ(poll().json()["error"], "slow_down");
  time.advance(std::chrono::seconds(5));
  EXPECT_EQ(poll().json()["error"], "authorization_pending");
  time.advance(std::chrono::seconds(5));
  const auto done = poll();
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_TRUE(done.json().contains("id_token"));

  const auto refreshed = ask("grant_type=refresh_token&client_id=" + server->access().client_id +
                             "&scope=https%3A%2F%2Foutlook.office365.com%2F.default&refresh_token=" +
                             done.json()["refresh_token"].get<std::string>());
  ASSERT_EQ(refreshed.status, 200) << refreshed.body;
  EXPECT_TRUE(refreshed.json().contains("refresh_token"));
}

TEST_F(SignInTest, DeviceCodesAreDeclinedOrGrowOld) {
  server->set_device_sign_in(DeviceSignIn::Decline, 0);
  const auto base = "https://login.microsoftonline.com/organizations/oauth2/v2.0/";
  const auto code = [&] {
    return client
        ->post(base + std::string("devicecode"), "client_id=" + server->access().client_id + "&scope=" + kScope)
        .json()["device_code"]
        .get<std::string>();
  };
  const auto poll = [&](const std::string& device_code) {
    return client
        ->post(base + std::string("token"),
               "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=" +
                   server->access().client_id + "&device_code=" + device_code)
        .json()["error"]
        .get<std::string>();
  };
  EXPECT_EQ(poll(code()), "authorization_declined");
  EXPECT_EQ(poll("nonsense"), "bad_verification_code");
  const auto old = code();
  time.advance(std::chrono::seconds(901));
  EXPECT_EQ(poll(old), "expired_token");
}

TEST_F(SignInTest, DiscoveryNamesTheTenantAndItsKeys) {
  const auto reply = client->get("https://login.microsoftonline.com/" + server->access().initial_domain +
                                 "/v2.0/.well-known/openid-configuration");

  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["token_endpoint"], client->token_address());
  const auto keys = client->get(reply.json()["jwks_uri"].get<std::string>()).json();
  EXPECT_EQ(keys["keys"][0]["kty"], "RSA");
}

}  // namespace
}  // namespace assay::sim::server
