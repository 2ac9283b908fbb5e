#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "sim/tenant/roles.h"
#include "sim/tenant/scores_standing.h"

namespace assay::sim {

// Microsoft's controls of Entra ID, from the accounts, roles and policies that the tenant serves. Users are the enabled
// member accounts, service accounts and shared mailboxes that may sign in included; administrators those of them who
// hold or may activate a role for which Microsoft's own policy template asks for a second factor.
class IdentityScores {
 public:
  IdentityScores(WorldPtr world, GroupsPtr groups, RolesPtr roles, const PastSettings& settings)
      : world_(std::move(world)), groups_(std::move(groups)), roles_(std::move(roles)), settings_(&settings) {}

  // None for a control whose rule is not known, or that shows in no setting the tenant serves.
  std::optional<Standing> standing(const std::string& control, int day) const;

 private:
  using Accounts = std::vector<bool>;  // by account
  enum class Holders { Active, All };  // of roles: with those who have yet to activate theirs

  // What the accounts are, looked at once.
  struct Facts {
    Accounts users, admins, registered, switched;  // switched: asked for a second factor by the account's own switch
    std::size_t global_admins = 0, other_admins = 0;
    bool public_groups = false;
    bool admins_apart = true;  // every administrator's account is of the cloud and has no licence
  };
  const Facts& facts() const;
  std::vector<std::size_t> holders(const Assignment& assignment) const;
  void add_members(std::size_t group, Accounts& out) const;
  Accounts named(const Json& users, const std::string& side, Holders holders) const;
  Accounts covered(const std::vector<Json>& policies, bool (*asks)(const Json&), Holders holders) const;

  std::optional<Standing> by_policies(const std::string& control, int day) const;
  std::optional<Standing> by_directory(const std::string& control, int day) const;
  bool security_defaults(int day) const;
  std::string setting(const char* name, const char* otherwise, int day) const;

  WorldPtr world_;
  GroupsPtr groups_;
  RolesPtr roles_;
  const PastSettings* settings_;
  mutable std::once_flag looked_;
  mutable Facts facts_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::string, std::string>, Standing> known_;  // by control and state of the policies
};

}  // namespace assay::sim
