// Whatever an object of the tenant names is there.
#include <set>

#include <gtest/gtest.h>

#include "sim/tenant/tenant.h"

namespace assay::sim {
namespace {

std::set<std::string> ids(const Tenant& tenant, const char* path, const char* key = "id") {
  std::set<std::string> out;
  const auto list = tenant.find("graph/v1.0", path);
  for (std::size_t i = 0; i < list->size(); ++i) out.insert(list->at(i)[key].get<std::string>());
  return out;
}

class IntegrityTest : public testing::TestWithParam<Posture> {
 protected:
  const Tenant tenant_{{.users = 150, .posture = GetParam(), .day = 45}};
};

TEST_P(IntegrityTest, MembersOfGroupsExist) {
  const auto users = ids(tenant_, "users");
  const auto all = ids(tenant_, "groups");
  const auto groups = tenant_.find("graph/v1.0", "groups");
  std::size_t seen = 0;
  for (std::size_t g = 0; g < groups->size(); ++g) {
    const std::string path = "groups/" + groups->at(g)["id"].get<std::string>();
    const auto members = tenant_.find("graph/v1.0", path + "/members");
    const auto everyone = tenant_.find("graph/v1.0", path + "/transitiveMembers");
    EXPECT_GE(everyone->size(), members->size());
    std::set<std::string> direct;
    for (std::size_t i = 0; i < members->size(); ++i) {
      const auto member = members->at(i);
      const std::string id = member["id"];
      EXPECT_TRUE(direct.insert(id).second) << "twice in one group: " << path;
      EXPECT_TRUE(member["@odata.type"] == "#microsoft.graph.user" ? users.contains(id) : all.contains(id));
      ++seen;
    }
  }
  EXPECT_GT(seen, 150U);
}

TEST_P(IntegrityTest, MembershipIsTheSameFromBothSides) {
  const auto groups = tenant_.find("graph/v1.0", "groups");
  std::set<std::pair<std::string, std::string>> from_groups;
  for (std::size_t g = 0; g < groups->size(); ++g) {
    const std::string id = groups->at(g)["id"];
    const auto members = tenant_.find("graph/v1.0", "groups/" + id + "/members");
    for (std::size_t i = 0; i < members->size(); ++i)
      if (const auto member = members->at(i); member["@odata.type"] == "#microsoft.graph.user")
        from_groups.emplace(id, member["id"].get<std::string>());
    std::set<std::string> everyone;
    const auto transitive = tenant_.find("graph/v1.0", "groups/" + id + "/transitiveMembers");
    for (std::size_t i = 0; i < transitive->size(); ++i)
      EXPECT_TRUE(everyone.insert(transitive->at(i)["id"].get<std::string>()).second) << groups->at(g)["displayName"];
  }
  std::set<std::pair<std::string, std::string>> from_users;
  for (const auto& user : ids(tenant_, "users")) {
    const auto mine = tenant_.find("graph/v1.0", "users/" + user + "/memberOf");
    for (std::size_t i = 0; i < mine->size(); ++i) from_users.emplace(mine->at(i)["id"].get<std::string>(), user);
    EXPECT_GE(tenant_.find("graph/v1.0", "users/" + user + "/transitiveMemberOf")->size(), mine->size());
    EXPECT_EQ(tenant_.find("graph/v1.0", "directoryObjects/" + user)->at(0)["id"], user);
  }
  EXPECT_EQ(from_users, from_groups);
}

TEST_P(IntegrityTest, AssignmentsNameRolesAndPrincipals) {
  const auto roles = ids(tenant_, "roleManagement/directory/roleDefinitions");
  auto principals = ids(tenant_, "users");
  principals.merge(ids(tenant_, "groups"));
  principals.merge(ids(tenant_, "servicePrincipals"));
  for (const auto* path :
       {"roleManagement/directory/roleAssignments", "roleManagement/directory/roleAssignmentScheduleInstances",
        "roleManagement/directory/roleEligibilityScheduleInstances"}) {
    const auto list = tenant_.find("graph/v1.0", path);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto assignment = list->at(i);
      EXPECT_TRUE(seen.insert(assignment["id"].get<std::string>()).second);
      EXPECT_TRUE(roles.contains(assignment["roleDefinitionId"].get<std::string>()));
      EXPECT_TRUE(principals.contains(assignment["principalId"].get<std::string>())) << path;
    }
  }
  EXPECT_GT(tenant_.find("graph/v1.0", "roleManagement/directory/roleAssignments")->size(), 3U);
}

TEST_P(IntegrityTest, PoliciesNameWhatExists) {
  auto known = ids(tenant_, "users");
  known.merge(ids(tenant_, "groups"));
  known.merge(ids(tenant_, "roleManagement/directory/roleDefinitions"));
  const auto locations = ids(tenant_, "identity/conditionalAccess/namedLocations");
  const auto policies = tenant_.find("graph/v1.0", "identity/conditionalAccess/policies");
  for (std::size_t i = 0; i < policies->size(); ++i) {
    const auto policy = policies->at(i);
    for (const auto* list : {"includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles"})
      for (const auto& id : policy["conditions"]["users"][list])
        EXPECT_TRUE(id == "All" || known.contains(id.get<std::string>())) << policy["displayName"];
    if (!policy["conditions"]["locations"].is_object()) continue;
    for (const auto& id : policy["conditions"]["locations"]["excludeLocations"])
      EXPECT_TRUE(id == "AllTrusted" || locations.contains(id.get<std::string>())) << policy["displayName"];
  }
}

TEST_P(IntegrityTest, ReportsAndLicencesFitTheUsers) {
  const auto users = tenant_.find("graph/v1.0", "users");
  const auto skus = ids(tenant_, "subscribedSkus", "skuId");
  std::set<std::string> enabled;
  for (std::size_t i = 0; i < users->size(); ++i) {
    const auto user = users->at(i);
    if (user["accountEnabled"].get<bool>()) enabled.insert(user["id"].get<std::string>());
    for (const auto& licence : user["assignedLicenses"])
      EXPECT_TRUE(skus.contains(licence["skuId"].get<std::string>()));
  }
  EXPECT_EQ(ids(tenant_, "reports/authenticationMethods/userRegistrationDetails"), enabled);
  const auto details = tenant_.find("graph/v1.0", "reports/authenticationMethods/userRegistrationDetails");
  for (std::size_t i = 0; i < details->size(); ++i)
    EXPECT_EQ(details->index_of(details->at(i)["id"].get<std::string>()), i);
}

TEST_P(IntegrityTest, DevicesHaveOwnersAndCounterparts) {
  const auto users = ids(tenant_, "users");
  const auto directory = ids(tenant_, "devices", "deviceId");
  const auto managed = tenant_.find("graph/v1.0", "deviceManagement/managedDevices");
  for (std::size_t i = 0; i < managed->size(); ++i) {
    const auto device = managed->at(i);
    EXPECT_TRUE(users.contains(device["userId"].get<std::string>()));
    EXPECT_TRUE(directory.contains(device["azureADDeviceId"].get<std::string>()));
    EXPECT_EQ(managed->index_of(device["id"].get<std::string>()), i);
  }
  const auto machines = tenant_.find("defender-endpoint", "machines");
  for (std::size_t i = 0; i < machines->size(); ++i)
    EXPECT_TRUE(directory.contains(machines->at(i)["aadDeviceId"].get<std::string>()));
}

TEST_P(IntegrityTest, ExchangeAgreesWithTheDirectory) {
  const auto users = ids(tenant_, "users");
  const auto mailboxes = tenant_.find("exchange", "Get-Mailbox");
  for (std::size_t i = 0; i < mailboxes->size(); ++i) {
    const auto mailbox = mailboxes->at(i);
    EXPECT_TRUE(users.contains(mailbox["ExternalDirectoryObjectId"].get<std::string>()));
    const auto same = tenant_.find("exchange", "Get-Mailbox", {{"Identity", mailbox["PrimarySmtpAddress"]}});
    if (mailbox["RecipientTypeDetails"] == "UserMailbox") {
      ASSERT_NE(same, nullptr);
      EXPECT_EQ(same->at(0)["Guid"], mailbox["Guid"]);
    }
  }
  std::set<std::string> policies;
  const auto list = tenant_.find("exchange", "Get-HostedContentFilterPolicy");
  for (std::size_t i = 0; i < list->size(); ++i) policies.insert(list->at(i)["Name"].get<std::string>());
  const auto rules = tenant_.find("exchange", "Get-EOPProtectionPolicyRule");
  for (std::size_t i = 0; i < rules->size(); ++i)
    EXPECT_TRUE(policies.contains(rules->at(i)["HostedContentFilterPolicy"].get<std::string>()));
}

INSTANTIATE_TEST_SUITE_P(Postures, IntegrityTest,
                         testing::Values(Posture::Neglected, Posture::SecurityDefaults, Posture::Typical, Posture::Good,
                                         Posture::Excellent));

}  // namespace
}  // namespace assay::sim
