#include "m365/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/fake.h"

namespace assay::m365 {
namespace {

using http::answer;

class SenderTest : public testing::Test {
 protected:
  // Every token request gets `token-N`; everything else is answered by `answering_`.
  http::FakeClient::Answer respond(const http::Request& request) {
    if (request.url.find("/oauth2/") != std::string::npos)
      return {answer(200, R"({"access_token":"token-)" + std::to_string(++tokens_) + R"(","expires_in":)" +
                              std::to_string(lifetime_) + "}")};
    return answering_(request);
  }

  Result<Answer> ask(Service service = plain(), std::string path = "/users") {
    Sender sender(loop_, client_, sign_in_, clock_, std::move(service), 1);
    std::optional<Result<Answer>> out;
    loop_.spawn([](Sender& of, std::string at, std::optional<Result<Answer>>& into) -> http::Task<void> {
      into = co_await of.ask(Question::get("https://graph.example", at));
    }(sender, std::move(path), out));
    EXPECT_TRUE(loop_.run());
    counters_ = sender.counters();
    return std::move(*out);
  }

  static Service plain() {
    Service service;
    service.name = "graph";
    service.title = "Microsoft Graph";
    service.resource = "https://graph.example";
    return service;
  }

  std::size_t sent_to_service() const {
    return static_cast<std::size_t>(std::count_if(client_.requests.begin(), client_.requests.end(), [](const auto& r) {
      return r.url.find("/oauth2/") == std::string::npos;
    }));
  }

  http::FakeWorld world_;
  http::Loop loop_{world_};
  FixedClock clock_{1795363200};
  int tokens_ = 0;
  int lifetime_ = 3600;  // of a token, in seconds
  std::function<http::FakeClient::Answer(const http::Request&)> answering_ = [](const auto&) {
    return http::FakeClient::Answer{answer(200, "{}")};
  };
  http::FakeClient client_{loop_, [this](const auto& request) { return respond(request); }};
  SignIn sign_in_{loop_, client_, clock_, {{"tenant", {}}, "app", ClientSecret{Secret("hush")}}};
  Counters counters_;
};

TEST_F(SenderTest, AnAnswerIsAnAnswer) {
  const auto got = ask();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->refusal);
  EXPECT_EQ(client_.requests.back().headers.back().second, "Bearer token-1");
  EXPECT_EQ(counters_.requests, 1U);
}

TEST_F(SenderTest, TroubleThatPassesIsTriedAgain) {
  for (const int status : {408, 423, 429, 500, 502, 503, 504, 509}) {
    int left = 3;
    answering_ = [&](const auto&) { return http::FakeClient::Answer{answer(left-- > 0 ? status : 200, "{}")}; };
    const auto got = ask();
    ASSERT_TRUE(got && !got->refusal) << status;
    EXPECT_EQ(counters_.requests, 4U) << status;
    EXPECT_EQ(counters_.retries, 3U) << status;
  }
}

TEST_F(SenderTest, AConnectionThatBreaksIsTriedAgain) {
  int left = 2;
  answering_ = [&](const auto&) -> http::FakeClient::Answer {
    if (left-- > 0) return {Error{ErrorCode::Network, "reset", {}}};
    return {answer(200, "{}")};
  };
  const auto got = ask();
  ASSERT_TRUE(got && !got->refusal);
  EXPECT_EQ(counters_.failed, 2U);
}

TEST_F(SenderTest, ItGivesUpAfterNineTries) {
  answering_ = [](const auto&) { return http::FakeClient::Answer{answer(503, "{}")}; };
  const auto got = ask();
  ASSERT_TRUE(got && got->refusal);
  EXPECT_EQ(got->refusal->kind, Refused::Failed);
  EXPECT_EQ(counters_.requests, static_cast<std::size_t>(Sender::kTries));
}

TEST_F(SenderTest, RetryAfterIsKept) {
  int left = 1;
  answering_ = [&](const auto&) {
    return http::FakeClient::Answer{left-- > 0 ? answer(429, "{}", {{"Retry-After", "40"}}) : answer(200, "{}")};
  };
  const auto got = ask();
  ASSERT_TRUE(got);
  EXPECT_GE(world_.seconds(), 40);
  EXPECT_LE(world_.seconds(), 42);
  EXPECT_EQ(counters_.throttled, 1U);
}

TEST_F(SenderTest, ATokenThatIsRefusedIsRenewedOnce) {
  answering_ = [](const http::Request& request) {
    return http::FakeClient::Answer{request.headers.back().second == "Bearer token-1" ? answer(401, "{}")
                                                                                      : answer(200, "{}")};
  };
  auto got = ask();
  ASSERT_TRUE(got && !got->refusal);
  EXPECT_EQ(tokens_, 2);

  answering_ = [](const auto&) { return http::FakeClient::Answer{answer(401, "{}")}; };
  got = ask();
  ASSERT_TRUE(got && got->refusal);
  EXPECT_EQ(got->refusal->kind, Refused::Denied);
}

TEST_F(SenderTest, ATokenThatEndsOnASlowWayIsNoRefusal) {
  lifetime_ = 5;
  int left = 3;
  answering_ = [&](const auto&) {
    return http::FakeClient::Answer{answer(left-- > 0 ? 401 : 200, "{}"), std::chrono::seconds(10)};
  };
  const auto got = ask();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->refusal);
  EXPECT_EQ(tokens_, 4);
}

TEST_F(SenderTest, ALimitIsHeldBeforeTheServiceRefuses) {
  auto service = plain();
  service.limits = {{"conditional access", {"/identity/conditionalAccess"}, 1, 1, 1, false, {}}};
  Sender sender(loop_, client_, sign_in_, clock_, service, 1);
  const auto one = [&](std::string path) -> http::Task<void> {
    (void)co_await sender.ask(Question::get("https://graph.example", path));
  };
  for (int i = 0; i < 5; ++i) loop_.spawn(one("/identity/conditionalAccess/policies"));
  for (int i = 0; i < 5; ++i) loop_.spawn(one("/users"));
  EXPECT_TRUE(loop_.run());

  double last = -10;
  int free = 0;
  for (std::size_t i = 0; i < client_.requests.size(); ++i) {
    const auto at = std::chrono::duration<double>(client_.times[i].time_since_epoch()).count();
    if (client_.requests[i].url.ends_with("/users")) free += at < 1 ? 1 : 0;
    if (!client_.requests[i].url.ends_with("policies")) continue;
    EXPECT_GE(at - last, 1.0);
    last = at;
  }
  EXPECT_EQ(free, 5) << "the others need not wait";
}

TEST_F(SenderTest, AServiceIsNotAskedMoreAtOnceThanItBears) {
  auto service = plain();
  service.at_once = 3;
  Sender sender(loop_, client_, sign_in_, clock_, service, 1);
  answering_ = [](const auto&) { return http::FakeClient::Answer{answer(200, "{}"), std::chrono::seconds(1)}; };
  const auto one = [&]() -> http::Task<void> {
    (void)co_await sender.ask(Question::get("https://graph.example", "/x"));
  };
  for (int i = 0; i < 12; ++i) loop_.spawn(one());
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(client_.most_in_flight, 3U);
  EXPECT_EQ(tokens_, 1) << "one token for all";
}

TEST_F(SenderTest, AServiceThatIsDownIsLeftAloneAfterAWhile) {
  Sender sender(loop_, client_, sign_in_, clock_, plain(), 1);
  answering_ = [](const auto&) -> http::FakeClient::Answer { return {Error{ErrorCode::Network, "no route", {}}}; };
  std::size_t failed = 0;
  const auto one = [&]() -> http::Task<void> {
    const auto got = co_await sender.ask(Question::get("https://graph.example", "/x"));
    failed += got ? 0 : 1;
  };
  for (int i = 0; i < 100; ++i) loop_.spawn(one());
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(failed, 100U);
  EXPECT_LT(sent_to_service(), 100U);
}

TEST_F(SenderTest, ALargeTenantHasTheAmountOfItsSize) {
  auto service = plain();
  service.limits = {{"units", {}, 1000, 10, 0, false, {{50, 2000}, {501, 4000}}}};
  Sender sender(loop_, client_, sign_in_, clock_, service, 1);
  const auto seconds_for = [&](std::size_t users) {
    sender.set_users(users);
    const auto begun = world_.seconds();
    const auto task = [&]() -> http::Task<void> {
      for (int i = 0; i < 2000; ++i) (void)co_await sender.ask(Question::get("https://graph.example", "/x"));
    };
    for (int i = 0; i < 4; ++i) loop_.spawn(task());
    EXPECT_TRUE(loop_.run());
    return world_.seconds() - begun;
  };
  EXPECT_NEAR(seconds_for(49), 8000 / 95.0, 1);
  EXPECT_NEAR(seconds_for(50), 8000 / 190.0, 1);
  EXPECT_NEAR(seconds_for(100'000), 8000 / 380.0, 1);
}

TEST_F(SenderTest, ManyRefusalsForTheNumberOfRequestsAreNoSignOfAServiceThatIsDown) {
  Sender sender(loop_, client_, sign_in_, clock_, plain(), 1);
  std::size_t left = 100;
  answering_ = [&](const auto&) { return http::FakeClient::Answer{answer(left > 0 && left-- > 0 ? 429 : 200, "{}")}; };
  std::size_t failed = 0;
  const auto one = [&]() -> http::Task<void> {
    const auto got = co_await sender.ask(Question::get("https://graph.example", "/x"));
    failed += got && !got->refusal ? 0 : 1;
  };
  for (int i = 0; i < 50; ++i) loop_.spawn(one());
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(failed, 0U);
}

TEST_F(SenderTest, APartOfABatchThatWasRefusedHoldsWhatComesNext) {
  auto service = plain();
  service.limits = {{"units", {}, 1000, 10, 0, false, {}}};
  Sender sender(loop_, client_, sign_in_, clock_, service, 1);
  sender.refused_inside(Question::get("https://graph.example", "/x"), 3, 20);
  const auto task = [&]() -> http::Task<void> {
    (void)co_await sender.ask(Question::get("https://graph.example", "/x"));
  };
  loop_.spawn(task());
  EXPECT_TRUE(loop_.run());
  EXPECT_GE(world_.seconds(), 20);
  EXPECT_EQ(sender.counters().throttled, 3U);
}

TEST_F(SenderTest, WhenItIsClosedNothingMoreIsAsked) {
  auto service = plain();
  service.limits = {{"one a second", {}, 1, 1, 0, false, {}}};
  Sender sender(loop_, client_, sign_in_, clock_, service, 1);
  std::size_t failed = 0;
  const auto one = [&]() -> http::Task<void> {
    const auto got = co_await sender.ask(Question::get("https://graph.example", "/x"));
    failed += got ? 0 : 1;
    sender.close();
  };
  for (int i = 0; i < 10; ++i) loop_.spawn(one());
  EXPECT_TRUE(loop_.run());
  EXPECT_EQ(failed, 9U);
  EXPECT_EQ(sent_to_service(), 1U);
}

Refused kind_of(int status, const std::string& body) { return refusal_of(answer(status, body)).kind; }

TEST(RefusalTest, WhatAnAnswerMeans) {
  EXPECT_EQ(kind_of(403, R"({"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}})"),
            Refused::Denied);
  EXPECT_EQ(kind_of(403, std::string("\0\0", 2)), Refused::Denied) << "Exchange's answer without JSON";
  EXPECT_EQ(kind_of(403, R"({"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"x"}})"),
            Refused::NotLicensed);
  EXPECT_EQ(kind_of(400, R"({"errorCode":"MissingProvider","message":"x","instanceAnnotations":[]})"),
            Refused::NotLicensed);
  EXPECT_EQ(kind_of(400, R"({"error":{"code":"Directory_ExpiredPageToken","message":"x"}})"), Refused::Expired);
  EXPECT_EQ(kind_of(404, R"({"error":{"code":"BadRequest","message":"Resource not found for the segment 'x'."}})"),
            Refused::NotOffered);
  EXPECT_EQ(kind_of(404, R"({"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist"}})"),
            Refused::NotFound);
  EXPECT_EQ(kind_of(400, R"({"error":{"code":"BadRequest","message":"x"}})"), Refused::Failed);
  EXPECT_EQ(kind_of(501, "{}"), Refused::NotOffered);
  EXPECT_EQ(kind_of(410, "{}"), Refused::Expired);
}

TEST(RefusalTest, TheInnermostMessageIsTheOneForPeople) {
  EXPECT_EQ(
      message_of(
          R"({"error":{"code":"NotFound","message":"Error executing request.","details":[{"message":"Ex6F|A.B.C|The object 'x' was not found."}]}})"),
      "The object 'x' was not found.");
  EXPECT_EQ(message_of(R"({"error":{"message":"outer","innererror":{"internalexception":{"message":"inner"}}}})"),
            "inner");
  EXPECT_EQ(message_of(R"({"error":{"message":"{\"_version\":3,\"Message\":\"own\"}"}})"), "own");
  EXPECT_EQ(message_of("<html>"), "");
}

TEST(PathTest, PatternsGoBySegments) {
  EXPECT_TRUE(path_begins("/identity/conditionalAccess/policies", "/identity/ConditionalAccess"));
  EXPECT_FALSE(path_begins("/identityProtection/riskyUsers", "/identity"));
  EXPECT_TRUE(path_begins("/groups/1/members", "/groups/*/members"));
  EXPECT_FALSE(path_begins("/groups", "/groups/*/members"));
}

TEST(PathTest, UnitsFollowMicrosoftsFormula) {
  Service service;
  service.costs = {{"/users", 2}, {"/groups/*/transitiveMembers", 5}};
  EXPECT_EQ(units_of(service, "/users", {}), 2);
  EXPECT_EQ(units_of(service, "/users", {{"$select", "id"}}), 1);
  EXPECT_EQ(units_of(service, "/users", {{"$expand", "manager"}, {"$top", "999"}}), 3);
  EXPECT_EQ(units_of(service, "/users/1", {{"$select", "id"}}), 1) << "never less than one";
  EXPECT_EQ(units_of(service, "/groups/1/transitiveMembers", {{"$top", "5"}}), 4);
}

TEST(ServicesTest, AnotherCloudHasOtherHostsOrNone) {
  const auto list = Json::parse(
      R"([{"service":"a","base":"https://a","resource":"r","clouds":{"dod":{"base":"https://d"},"china":"none"}}])");
  EXPECT_EQ(read_services(list, "commercial")->front().base, "https://a");
  EXPECT_EQ(read_services(list, "dod")->front().base, "https://d");
  EXPECT_EQ(read_services(list, "dod")->front().resource, "r");
  EXPECT_TRUE(read_services(list, "china")->empty());
  EXPECT_FALSE(read_services(Json::object(), "dod"));
}

}  // namespace
}  // namespace assay::m365
