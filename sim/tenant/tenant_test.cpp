#include "sim/tenant/tenant.h"

#include <set>

#include <gtest/gtest.h>

namespace assay::sim {
namespace {

constexpr const char* kServices[] = {"graph/v1.0", "graph/beta",        "exchange",   "compliance",     "sharepoint",
                                     "teams",      "defender-endpoint", "cloud-apps", "power-platform", "fabric",
                                     "azure"};

TEST(TenantTest, SameOptionsGiveTheSameObjectsInAnyOrder) {
  const Tenant a({.users = 60, .seed = 7, .day = 12});
  const Tenant b({.users = 60, .seed = 7, .day = 12});
  for (const auto* service : kServices) {
    EXPECT_FALSE(a.paths(service).empty()) << service;
    for (const auto& path : a.paths(service)) {
      const auto left = a.find(service, path);
      const auto right = b.find(service, path);
      if (!left) continue;  // asks for parameters
      ASSERT_EQ(left->size(), right->size()) << path;
      for (std::size_t i = std::min<std::size_t>(left->size(), 40); i-- > 0;)
        ASSERT_EQ(left->at(i), right->at(i)) << path;
    }
  }
}

TEST(TenantTest, AnotherSeedIsAnotherTenant) {
  const Tenant a({.users = 60, .seed = 1});
  const Tenant b({.users = 60, .seed = 2});
  EXPECT_NE(a.id(), b.id());
  EXPECT_NE(a.find("graph/v1.0", "users")->at(30)["displayName"], b.find("graph/v1.0", "users")->at(30)["displayName"]);
}

TEST(TenantTest, HasAsManyUsersAsAskedFor) {
  for (const auto posture : {Posture::Neglected, Posture::Typical, Posture::Excellent})
    for (const std::size_t users : {10U, 11U, 25U, 300U, 20001U}) {
      const Tenant tenant({.users = users, .posture = posture});
      const auto list = tenant.find("graph/v1.0", "users");
      ASSERT_EQ(list->size(), users);
      std::set<std::string> types;
      for (std::size_t i = 0; i < users; i += 1 + users / 200) types.insert(list->at(i)["userType"].get<std::string>());
      types.insert(list->at(users - 1)["userType"].get<std::string>());
      EXPECT_EQ(types, (std::set<std::string>{"Guest", "Member"}));
    }
}

TEST(TenantTest, MillionUsersAreThereAtOnce) {
  const Tenant tenant({.users = 1'000'000});
  const auto users = tenant.find("graph/v1.0", "users");
  EXPECT_EQ(users->size(), 1'000'000U);
  const auto last = users->at(777'777);
  EXPECT_EQ(users->index_of(last["id"].get<std::string>()), 777'777U);
  EXPECT_EQ(users->index_of(last["userPrincipalName"].get<std::string>()), 777'777U);
  for (const auto* path : {"groups", "devices", "deviceManagement/managedDevices", "auditLogs/directoryAudits",
                           "reports/authenticationMethods/userRegistrationDetails"}) {
    const auto list = tenant.find("graph/v1.0", path);
    ASSERT_GT(list->size(), 1000U) << path;
    const auto object = list->at(list->size() - 1);
    EXPECT_TRUE(object.contains("id")) << path;
  }
}

TEST(TenantTest, IdsAndNamesAreUnique) {
  const Tenant tenant({.users = 3000});
  const auto users = tenant.find("graph/v1.0", "users");
  std::set<std::string> ids;
  std::set<std::string> names;
  for (std::size_t i = 0; i < users->size(); ++i) {
    const auto user = users->at(i);
    ids.insert(user["id"].get<std::string>());
    names.insert(user["userPrincipalName"].get<std::string>());
    ASSERT_EQ(users->index_of(user["id"].get<std::string>()), i);
  }
  EXPECT_EQ(ids.size(), users->size());
  EXPECT_EQ(names.size(), users->size());
}

TEST(TenantTest, UnknownThingsAreNotThere) {
  const Tenant tenant({.users = 10});
  EXPECT_EQ(tenant.find("graph/v1.0", "nothing"), nullptr);
  EXPECT_EQ(tenant.find("graph/v1.0", "users/00000000-0000-0000-0000-000000000000"), nullptr);
  EXPECT_EQ(tenant.find("elsewhere", "users"), nullptr);
  EXPECT_EQ(tenant.find("exchange", "Get-Nothing"), nullptr);
  EXPECT_EQ(tenant.find("exchange", "Get-Mailbox", {{"Identity", "nobody@contoso.com"}}), nullptr);
  EXPECT_EQ(tenant.find("graph/v1.0", "policies/b2bManagementPolicies"), nullptr) << "beta alone has it";
}

TEST(TenantTest, PathsReachElementsAndWhatBelongsToThem) {
  const Tenant tenant({.users = 100, .posture = Posture::Excellent});
  const auto user = tenant.find("graph/v1.0", "users")->at(40);
  const std::string upn = user["userPrincipalName"];
  EXPECT_EQ(tenant.find("graph/v1.0", "users/" + upn)->at(0), user);
  EXPECT_EQ(tenant.find("graph/v1.0", "users('" + upn + "')")->at(0), user);
  EXPECT_TRUE(tenant.find("graph/v1.0", "USERS/" + upn)->singleton());
  EXPECT_FALSE(tenant.find("graph/v1.0", "users/" + upn + "/authentication/methods")->singleton());
  EXPECT_NE(tenant.find("graph/beta", "users/" + upn + "/authentication/requirements"), nullptr);

  const auto assignments = tenant.find("graph/v1.0", "policies/roleManagementPolicyAssignments");
  const std::string assignment = assignments->at(0)["id"];
  EXPECT_FALSE(assignments->at(0).contains("policy")) << "navigation properties are asked for";
  const auto rules =
      tenant.find("graph/v1.0", "policies/roleManagementPolicyAssignments/" + assignment + "/policy/rules");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(rules->size(), 17U);
  const auto graph =
      tenant.find("graph/v1.0", "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')/appRoleAssignedTo");
  ASSERT_NE(graph, nullptr);
  EXPECT_GT(graph->size(), 0U);
}

TEST(TenantTest, VersionsOfGraphDiffer) {
  const Tenant tenant({.users = 20});
  EXPECT_TRUE(tenant.find("graph/v1.0", "policies/authorizationPolicy")->singleton());
  EXPECT_FALSE(tenant.find("graph/beta", "policies/authorizationPolicy")->singleton());
  EXPECT_FALSE(
      tenant.find("graph/v1.0", "policies/authenticationMethodsPolicy")->at(0).contains("systemCredentialPreferences"));
  EXPECT_TRUE(
      tenant.find("graph/beta", "policies/authenticationMethodsPolicy")->at(0).contains("systemCredentialPreferences"));
  EXPECT_FALSE(tenant.find("graph/v1.0", "roleManagement/directory/roleDefinitions")->at(0).contains("isPrivileged"));
  EXPECT_TRUE(tenant.find("graph/beta", "roleManagement/directory/roleDefinitions")->at(0).contains("isPrivileged"));
}

TEST(TenantTest, PlansThatAreTakenAwayAreGone) {
  const Tenant with({.users = 40});
  const Tenant without({.users = 40, .without_plans = {"aad_premium_p2", "WINDEFATP"}});
  EXPECT_TRUE(with.holds("AAD_PREMIUM_P2"));
  EXPECT_FALSE(without.holds("AAD_PREMIUM_P2"));
  EXPECT_TRUE(without.holds("AAD_PREMIUM"));
  EXPECT_EQ(without.required_plan("graph/v1.0", "identityProtection/riskyUsers"), "AAD_PREMIUM_P2");
  EXPECT_EQ(without.required_plan("graph/v1.0", "users"), std::nullopt);
  EXPECT_EQ(without.required_plan("graph/v1.0", "users/signInActivity"), "AAD_PREMIUM");
  EXPECT_EQ(without.required_plan("exchange", "Get-SafeLinksPolicy"), "ATP_ENTERPRISE");
  for (const auto& sku : {without.find("graph/v1.0", "subscribedSkus")->at(0)})
    for (const auto& plan : sku["servicePlans"]) EXPECT_NE(plan["servicePlanName"], "AAD_PREMIUM_P2");
  const auto score = [](const Tenant& tenant) {
    return tenant.find("graph/v1.0", "security/secureScores")->at(0)["maxScore"].get<double>();
  };
  EXPECT_LT(score(without), score(with)) << "what is not licensed is not counted";
}

TEST(TenantTest, DayZeroIsFixed) {
  EXPECT_EQ(Tenant({.users = 10}).today(), "2026-01-01");
  EXPECT_EQ(Tenant({.users = 10, .day = 40}).today(), "2026-02-10");
  EXPECT_EQ(Tenant({.users = 10, .name = "Wide World Importers"}).initial_domain(),
            "wideworldimporters.onmicrosoft.com");
}

}  // namespace
}  // namespace assay::sim
