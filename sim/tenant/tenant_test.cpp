#include "sim/tenant/tenant.h"

#include <gtest/gtest.h>

namespace assay::sim {
namespace {

TEST(TenantTest, SameOptionsGiveTheSameObjects) {
  const Tenant a({.users = 200, .seed = 7});
  const Tenant b({.users = 200, .seed = 7});
  const auto left = a.find("graph/v1.0", "users");
  const auto right = b.find("graph/v1.0", "users");
  ASSERT_EQ(left->size(), 200U);
  for (std::size_t i = left->size(); i-- > 0;) EXPECT_EQ(left->at(i), right->at(i));
}

TEST(TenantTest, FindsUsersByIdAndByName) {
  const Tenant tenant({.users = 1000});
  const auto users = tenant.find("graph/v1.0", "users");
  for (std::size_t i = 0; i < users->size(); i += 37) {
    const auto user = users->at(i);
    EXPECT_EQ(users->index_of(user["id"].get<std::string>()), i);
    if (user["userType"] == "Member" && !user["jobTitle"].is_null()) {
      EXPECT_EQ(users->index_of(user["userPrincipalName"].get<std::string>()), i) << user["userPrincipalName"];
    }
  }
  EXPECT_FALSE(users->index_of("00000000-0000-0000-0000-000000000000"));
}

}  // namespace
}  // namespace assay::sim
