#include "http/client.h"

#include <gtest/gtest.h>

#include "http/curl.h"
#include "http/fake.h"

namespace assay::http {
namespace {

TEST(UrlTest, OriginsAreSchemeAndHostInSmallLetters) {
  EXPECT_EQ(origin("https://Graph.Microsoft.com/v1.0/users?$top=1"), "https://graph.microsoft.com");
  EXPECT_EQ(origin("https://127.0.0.1:8443/x"), "https://127.0.0.1:8443");
  EXPECT_EQ(origin("https://graph.microsoft.com"), "https://graph.microsoft.com");
  EXPECT_EQ(host("https://graph.microsoft.com:443/v1.0"), "graph.microsoft.com");
  EXPECT_EQ(host("https://[::1]:8443/v1.0"), "[::1]");
}

TEST(UrlTest, WhatWouldLeadElsewhereHasNoOrigin) {
  for (const auto* url :
       {"", "/v1.0/users", "graph.microsoft.com/x", "https://", "https://graph.microsoft.com@evil.example/",
        "https://graph.microsoft.com\\@evil.example/", "https:// evil/"})
    EXPECT_EQ(origin(url), "") << url;
}

TEST(UrlTest, EncodingKeepsWhatIsUnreserved) {
  EXPECT_EQ(percent_encoded("a-b._~ c/é'"), "a-b._~%20c%2F%C3%A9%27");
  EXPECT_EQ(percent_encoded("id,name eq 'x'", ",'"), "id,name%20eq%20'x'");
  EXPECT_EQ(form({{"scope", "https://x/.default"}, {"a", "b&c"}}), "scope=https%3A%2F%2Fx%2F.default&a=b%26c");
}

TEST(RetryAfterTest, IsSecondsOrADate) {
  EXPECT_EQ(retry_after("7", 0), 7);
  EXPECT_EQ(retry_after(" 1.5 ", 0), 1.5);
  EXPECT_EQ(retry_after("Sun, 22 Nov 2026 16:00:30 GMT", 1795363200), 30);
  EXPECT_EQ(retry_after("Sun, 22 Nov 2026 15:00:00 GMT", 1795363200), 0) << "already over";
  for (const auto* value : {"", "soon", "-3", "1e99", "7 minutes"})
    EXPECT_EQ(retry_after(value, 0), std::nullopt) << value;
}

TEST(ResponseTest, TheLastHeaderOfANameCountsWithoutCase) {
  const auto response = answer(200, "", {{"Retry-After", "1"}, {"retry-after", "2"}});
  EXPECT_EQ(response.header("RETRY-AFTER"), "2");
  EXPECT_EQ(response.header("Location"), std::nullopt);
}

// The real library against a port where nobody listens.
TEST(CurlClientTest, NobodyThereIsANetworkError) {
  auto client = CurlClient::create({.user_agent = "test"}).value_or(nullptr);
  ASSERT_NE(client, nullptr);
  std::optional<Result<Response>> got;
  {
    Loop loop(*client);
    client->attach(loop);
    loop.spawn([](CurlClient& of, std::optional<Result<Response>>& out) -> Task<void> {
      out = co_await of.send(Request::get("https://127.0.0.1:1/"));
    }(*client, got));
    EXPECT_TRUE(loop.run());
  }
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(got->error().code, ErrorCode::Network);
  EXPECT_TRUE(got->error().message.starts_with("127.0.0.1: ")) << got->error().message;
}

TEST(CurlClientTest, OtherSchemesAreNotSpoken) {
  auto client = CurlClient::create({}).value_or(nullptr);
  ASSERT_NE(client, nullptr);
  for (const auto* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "nonsense://x"}) {
    std::optional<Result<Response>> got;
    Loop loop(*client);
    client->attach(loop);
    loop.spawn([](CurlClient& of, std::string to, std::optional<Result<Response>>& out) -> Task<void> {
      out = co_await of.send(Request::get(std::move(to)));
    }(*client, url, got));
    EXPECT_TRUE(loop.run());
    ASSERT_TRUE(got && !*got) << url;
    EXPECT_EQ(got->error().code, ErrorCode::Invalid) << url;
  }
}

}  // namespace
}  // namespace assay::http
