#include "m365/sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "http/fake.h"

namespace assay::m365 {
namespace {

using http::answer;
using ::testing::HasSubstr;
using ::testing::Not;

class SignInTest : public testing::Test {
 protected:
  using Answering = http::FakeClient::Answering;

  void use(Credential credential, Answering answering) {
    client_ = std::make_unique<http::FakeClient>(loop_, std::move(answering));
    sign_in_ = std::make_unique<SignIn>(loop_, *client_, clock_, Identity{{"t-1", {}}, "app-1", std::move(credential)});
  }
  Result<std::string> token(const std::string& resource = "https://graph.example") {
    std::optional<Result<std::string>> out;
    loop_.spawn([](SignIn& of, std::string to, std::optional<Result<std::string>>& into) -> http::Task<void> {
      into = co_await of.token(std::move(to));
    }(*sign_in_, resource, out));
    EXPECT_TRUE(loop_.run());
    return std::move(*out);
  }
  static http::FakeClient::Answer given(const std::string& token, int seconds, const std::string& more = {}) {
    return {answer(200, R"({"access_token":")" + token + R"(","expires_in":)" + std::to_string(seconds) + more + "}")};
  }

  http::FakeWorld world_;
  http::Loop loop_{world_};
  FixedClock clock_{1795363200};
  std::unique_ptr<http::FakeClient> client_;
  std::unique_ptr<SignIn> sign_in_;
};

TEST_F(SignInTest, ASecretIsSentInTheBodyAlone) {
  use(ClientSecret{Secret("p&ss word")}, [](const auto&) { return given("T", 3600); });

  EXPECT_EQ(*token(), "T");

  const auto& request = client_->requests.front();
  EXPECT_EQ(request.url, "https://login.microsoftonline.com/t-1/oauth2/v2.0/token");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body,
            "client_id=app-1&scope=https%3A%2F%2Fgraph.example%2F.default&grant_type=client_credentials&"
            "client_secret=p%26ss%20word");
}

TEST_F(SignInTest, ATokenIsKeptUntilShortlyBeforeItsEnd) {
  int n = 0;
  use(ClientSecret{Secret("x")}, [&](const auto&) { return given("T" + std::to_string(++n), 3600); });
  EXPECT_EQ(*token(), "T1");
  loop_.spawn([](http::Loop& loop) -> http::Task<void> { co_await loop.sleep(std::chrono::seconds(3200)); }(loop_));
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(*token(), "T1");
  loop_.spawn([](http::Loop& loop) -> http::Task<void> { co_await loop.sleep(std::chrono::seconds(200)); }(loop_));
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(*token(), "T2") << "with less than five minutes left";
  EXPECT_EQ(*token("https://other.example"), "T3") << "one for each resource";
}

TEST_F(SignInTest, ManyTasksAskOnce) {
  use(ClientSecret{Secret("x")}, [](const auto&) { return given("T", 3600); });
  int had = 0;
  const auto one = [&]() -> http::Task<void> {
    const auto got = co_await sign_in_->token("https://graph.example");
    had += got ? 1 : 0;
  };
  for (int i = 0; i < 50; ++i) loop_.spawn(one());
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(had, 50);
  EXPECT_EQ(client_->requests.size(), 1U);
}

TEST_F(SignInTest, ManyTasksAreRefusedOnce) {
  use(ClientSecret{Secret("x")}, [](const auto&) -> http::FakeClient::Answer {
    return {answer(
        401,
        R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Trace ID: 1"})")};
  });
  int refused = 0;
  const auto one = [&]() -> http::Task<void> {
    const auto got = co_await sign_in_->token("https://graph.example");
    refused += got ? 0 : 1;
  };
  for (int i = 0; i < 10; ++i) loop_.spawn(one());
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(refused, 10);
  EXPECT_EQ(client_->requests.size(), 1U);
}

TEST_F(SignInTest, ARefusalSaysWhatToDoAndNoSecret) {
  use(ClientSecret{Secret("hush-hush")}, [](const auto&) -> http::FakeClient::Answer {
    return {answer(
        401,
        R"({"error":"invalid_client","error_description":"AADSTS7000222: … Trace ID: 1","error_codes":[7000222]})")};
  });
  const auto got = token();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::Denied);
  EXPECT_EQ(got.error().message, "sign-in was refused: the client secret has expired (AADSTS7000222)");
  EXPECT_THAT(describe(got.error()), Not(HasSubstr("hush")));
}

TEST_F(SignInTest, ABusyServiceIsAskedAgain) {
  int left = 3;
  use(ClientSecret{Secret("x")}, [&](const auto&) -> http::FakeClient::Answer {
    if (left-- > 0) return {answer(left == 1 ? 429 : 503, "busy", {{"Retry-After", "2"}})};
    return given("T", 3600);
  });
  EXPECT_EQ(*token(), "T");
  EXPECT_GE(world_.seconds(), 6);
}

TEST_F(SignInTest, ADeviceIsWaitedForAndThenTheRefreshTokenServesEveryResource) {
  std::string shown;
  int polls = 0;
  use(DeviceCode{[&](const std::string& words) { shown = words; }},
      [&](const http::Request& request) -> http::FakeClient::Answer {
        if (request.url.ends_with("/devicecode"))
          return {answer(
              200, R"({"device_code":"D","interval":5,"expires_in":900,"message":"open the page and enter CODE"})")};
        if (request.body.find("device_code=D") != std::string::npos) {
          ++polls;
          if (polls == 1) return {answer(400, R"({"error":"authorization_pending"})")};
          if (polls == 2) return {answer(400, R"({"error":"slow_down"})")};
          return given("first", 3600, R"(,"refresh_token":"R1")");
        }
        EXPECT_THAT(request.body, HasSubstr(polls == 3 && request.body.find("R1") != std::string::npos ? "R1" : "R2"));
        return given("for a resource", 3600, R"(,"refresh_token":"R2")");
      });
  EXPECT_EQ(*token(), "for a resource");
  EXPECT_EQ(*token("https://other.example"), "for a resource");
  EXPECT_EQ(shown, "open the page and enter CODE");
  EXPECT_EQ(polls, 3);
  EXPECT_GE(world_.seconds(), 20) << "5, 5 and, slowed down, 10 seconds";
}

TEST_F(SignInTest, ADeviceThatIsDeclinedIsRefused) {
  use(DeviceCode{[](const std::string&) {}}, [](const http::Request& request) -> http::FakeClient::Answer {
    if (request.url.ends_with("/devicecode"))
      return {answer(200, R"({"device_code":"D","interval":1,"expires_in":900})")};
    return {answer(400, R"({"error":"authorization_declined"})")};
  });
  EXPECT_FALSE(token());
}

TEST_F(SignInTest, AFederatedTokenIsReadAnewEachTime) {
  TemporaryFolder folder;
  const auto file = folder.write("token", "first\n");
  use(Federated{file, {}, {}}, [](const auto&) { return given("T", 1); });
  EXPECT_TRUE(token());
  folder.write("token", "second");
  loop_.spawn([](http::Loop& loop) -> http::Task<void> { co_await loop.sleep(std::chrono::seconds(5)); }(loop_));
  EXPECT_TRUE(loop_.run());
  EXPECT_TRUE(token());
  EXPECT_THAT(client_->requests[0].body, HasSubstr("client_assertion=first"));
  EXPECT_THAT(client_->requests[1].body, HasSubstr("client_assertion=second"));
}

TEST_F(SignInTest, AMachineAsksItsMetadataService) {
  use(ManagedIdentity{}, [](const auto&) -> http::FakeClient::Answer {
    return {answer(200, R"({"access_token":"T","expires_on":"1795366800","resource":"https://graph.example"})")};
  });
  EXPECT_EQ(*token(), "T");
  EXPECT_EQ(client_->requests[0].url,
            "http://169.254.169.254/metadata/identity/oauth2/"
            "token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.example");
  EXPECT_EQ(client_->requests[0].headers, (http::Headers{{"Metadata", "true"}}));
}

TEST_F(SignInTest, ArcProvesThatItCanReadAFile) {
  TemporaryFolder folder;
  const auto proof = folder.write("proof.key", "the proof");
  use(ManagedIdentity{{}, "http://localhost:40342/token", {}},
      [&](const http::Request& request) -> http::FakeClient::Answer {
        for (const auto& [name, value] : request.headers)
          if (name == "Authorization" && value == "Basic the proof")
            return {answer(200, R"({"access_token":"T","expires_on":"1795366800"})")};
        return {answer(401, "", {{"WWW-Authenticate", "Basic realm=" + proof.string()}})};
      });
  EXPECT_EQ(*token(), "T");
}

TEST(GrantedTest, RolesAndScopesAreReadFromTheToken) {
  const auto token = "x." + base64url(R"({"roles":["User.Read.All","Policy.Read.All"]})") + ".y";
  EXPECT_EQ(granted(token), (std::vector<std::string>{"User.Read.All", "Policy.Read.All"}));
  EXPECT_EQ(granted("x." + base64url(R"({"scp":"A B"})") + ".y"), (std::vector<std::string>{"A", "B"}));
  for (const auto* bad : {"", "opaque", "a.b", "a.!.c"}) EXPECT_TRUE(granted(bad).empty()) << bad;
}

}  // namespace
}  // namespace assay::m365
