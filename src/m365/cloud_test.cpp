#include "m365/cloud.h"

#include <gtest/gtest.h>

#include "http/fake.h"

namespace assay::m365 {
namespace {

constexpr const char* kId = "11112222-bbbb-3333-cccc-4444dddd5555";

std::string configuration(const std::string& authority, const std::string& more) {
  return R"({"token_endpoint":")" + authority + "/" + kId + R"(/oauth2/v2.0/token")" + more + "}";
}

std::string cloud_of(const std::string& more) {
  const auto tenant = tenant_of(configuration("https://login.microsoftonline.com", more));
  return tenant ? tenant->cloud.name : tenant.error().message;
}

TEST(TenantTest, RegionAndSubRegionTellTheCloud) {
  EXPECT_EQ(cloud_of(R"(,"tenant_region_scope":"EU")"), "commercial");
  EXPECT_EQ(cloud_of(R"(,"tenant_region_scope":"NA","tenant_region_sub_scope":"GCC")"), "gcc");
  EXPECT_EQ(cloud_of(R"(,"tenant_region_scope":"USG","tenant_region_sub_scope":"DODCON")"), "gcchigh");
  EXPECT_EQ(cloud_of(R"(,"tenant_region_scope":"USGov","tenant_region_sub_scope":"DOD")"), "dod");
  EXPECT_EQ(cloud_of(R"(,"tenant_region_scope":"CN")"), "china");
}

TEST(TenantTest, IdAndAuthorityComeFromTheTokenEndpoint) {
  const auto tenant = tenant_of(configuration("https://login.microsoftonline.us", R"(,"tenant_region_scope":"USG")"));
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->id, kId);
  EXPECT_EQ(tenant->cloud.authority, "https://login.microsoftonline.us");
}

TEST(TenantTest, AnythingElseIsInvalid) {
  for (const auto* text : {"", "[]", "{}", R"({"token_endpoint":"nonsense"})", R"({"token_endpoint":"https://x"})",
                           R"({"token_endpoint":"https://x/short/oauth2"})", R"({"token_endpoint":7})"})
    EXPECT_FALSE(tenant_of(text)) << text;
}

Result<Tenant> found(const http::FakeClient::Answering& answering, std::vector<std::string>* asked = nullptr) {
  http::FakeWorld world;
  http::Loop loop(world);
  http::FakeClient client(loop, answering);
  std::optional<Result<Tenant>> out;
  loop.spawn([](http::Loop& in, http::FakeClient& of, std::optional<Result<Tenant>>& into) -> http::Task<void> {
    into = co_await find_tenant(in, of, "contoso.example", "");
  }(loop, client, out));
  EXPECT_TRUE(loop.run());
  if (asked != nullptr)
    for (const auto& request : client.requests) asked->push_back(http::host(request.url));
  return std::move(*out);
}

TEST(FindTenantTest, AsksTheOtherCloudsToo) {
  std::vector<std::string> asked;
  const auto tenant = found(
      [](const http::Request& request) -> http::FakeClient::Answer {
        if (http::host(request.url) == "login.microsoftonline.us")
          return {
              http::answer(200, configuration("https://login.microsoftonline.us", R"(,"tenant_region_scope":"USG")"))};
        return {http::answer(400, R"({"error":"invalid_tenant","error_description":"AADSTS90002: …"})")};
      },
      &asked);
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->cloud.name, "gcchigh");
  EXPECT_EQ(asked, (std::vector<std::string>{"login.microsoftonline.com", "login.microsoftonline.us"}));
}

TEST(FindTenantTest, NobodyKnowsIt) {
  const auto tenant = found([](const http::Request&) -> http::FakeClient::Answer { return {http::answer(400, "{}")}; });
  ASSERT_FALSE(tenant);
  EXPECT_EQ(tenant.error().code, ErrorCode::NotFound);
  EXPECT_EQ(tenant.error().message, "no cloud knows a tenant `contoso.example`");
}

TEST(FindTenantTest, NoNetworkIsSaid) {
  const auto tenant = found([](const http::Request&) -> http::FakeClient::Answer {
    return {Error{ErrorCode::Network, "login.microsoftonline.com: no route", {}}};
  });
  ASSERT_FALSE(tenant);
  EXPECT_EQ(tenant.error().code, ErrorCode::Network);
}

TEST(FindTenantTest, TroubleThatPassesIsWaitedOut) {
  int left = 3;
  const auto tenant = found([&](const http::Request&) -> http::FakeClient::Answer {
    if (left-- > 0) return {http::answer(left == 0 ? 429 : 503)};
    return {http::answer(200, configuration("https://login.microsoftonline.com", ""))};
  });
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->id, kId);
}

TEST(FindTenantTest, TroubleThatStaysIsNoAbsence) {
  const auto tenant = found([](const http::Request&) -> http::FakeClient::Answer { return {http::answer(503)}; });
  ASSERT_FALSE(tenant);
  EXPECT_EQ(tenant.error().code, ErrorCode::Network);
}

}  // namespace
}  // namespace assay::m365
