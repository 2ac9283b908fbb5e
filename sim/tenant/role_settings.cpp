#include "sim/tenant/calendar.h"
#include "sim/tenant/roles.h"

namespace assay::sim {
namespace {

constexpr std::string_view kRule = "#microsoft.graph.unifiedRoleManagementPolicy";

// Rules are known by who acts (`caller`) and on what (`level`).
Json rule(std::string_view type, const std::string& id, const char* caller, const char* level) {
  return {{"@odata.type", std::string(kRule).append(type)},
          {"id", id},
          {"target",
           {{"caller", caller},
            {"operations", Json::array({"All"})},
            {"level", level},
            {"inheritableSettings", Json::array()},
            {"enforcedSettings", Json::array()}}}};
}

Json expiration(const std::string& id, const char* caller, const char* level, bool required, const char* maximum) {
  Json out = rule("ExpirationRule", id, caller, level);
  out["isExpirationRequired"] = required;
  out["maximumDuration"] = maximum;
  return out;
}

Json enablement(const std::string& id, const char* caller, const char* level, const Json& enabled) {
  Json out = rule("EnablementRule", id, caller, level);
  out["enabledRules"] = enabled;
  return out;
}

Json notification(const char* recipient, const char* caller, const char* level, const char* suffix,
                  const Json& recipients) {
  Json out = rule("NotificationRule", std::string("Notification_") + recipient + "_" + suffix, caller, level);
  out["notificationType"] = "Email";
  out["recipientType"] = recipient;
  out["notificationLevel"] = "All";
  out["isDefaultRecipientsEnabled"] = true;
  out["notificationRecipients"] = recipients;
  return out;
}

Json rules_of(const World& world, const GroupsPtr& groups, const Role& role) {
  const bool critical = role.name == "Global Administrator" || role.name == "Privileged Role Administrator";
  const bool cared = role.privileged && world.at_least(Posture::Good);
  const bool best = world.at_least(Posture::Excellent);
  Json out = Json::array();
  out.push_back(expiration("Expiration_Admin_Eligibility", "Admin", "Eligibility", cared, "P365D"));
  out.push_back(enablement("Enablement_Admin_Eligibility", "Admin", "Eligibility", Json::array()));
  out.push_back(
      expiration("Expiration_Admin_Assignment", "Admin", "Assignment", cared && best, cared ? "P15D" : "P180D"));
  out.push_back(
      enablement("Enablement_Admin_Assignment", "Admin", "Assignment",
                 cared ? Json::array({"MultiFactorAuthentication", "Justification"}) : Json::array({"Justification"})));
  out.push_back(expiration("Expiration_EndUser_Assignment", "EndUser", "Assignment", true,
                           best && critical ? "PT1H"
                           : cared          ? "PT4H"
                                            : "PT8H"));
  Json asked = Json::array({"Justification"});
  if (world.at_least(Posture::Typical) || !role.privileged) asked.push_back("MultiFactorAuthentication");
  if (best && critical) asked.push_back("Ticketing");
  out.push_back(enablement("Enablement_EndUser_Assignment", "EndUser", "Assignment", asked));

  Json approval = rule("ApprovalRule", "Approval_EndUser_Assignment", "EndUser", "Assignment");
  const bool approved = critical ? world.at_least(Posture::Good) : cared && best;
  Json approvers = Json::array();
  if (approved)
    approvers.push_back({{"@odata.type", "#microsoft.graph.groupMembers"},
                         {"groupId", groups->id_of("Role - Security operations")},
                         {"description", "Role - Security operations"}});
  approval["setting"] = {{"isApprovalRequired", approved},
                         {"isApprovalRequiredForExtension", false},
                         {"isRequestorJustificationRequired", true},
                         {"approvalMode", "SingleStage"},
                         {"approvalStages", Json::array({{{"approvalStageTimeOutInDays", 1},
                                                          {"isApproverJustificationRequired", true},
                                                          {"escalationTimeInMinutes", 0},
                                                          {"isEscalationEnabled", false},
                                                          {"primaryApprovers", approvers},
                                                          {"escalationApprovers", Json::array()}}})}};
  out.push_back(std::move(approval));

  Json context = rule("AuthenticationContextRule", "AuthenticationContext_EndUser_Assignment", "EndUser", "Assignment");
  context["isEnabled"] = best && critical;
  context["claimValue"] = best && critical ? "c1" : "";
  out.push_back(std::move(context));

  const Json told = cared ? Json::array({"security@" + world.primary_domain()}) : Json::array();
  struct Occasion {
    const char* caller;
    const char* level;
    const char* suffix;
  };
  for (const auto& [caller, level, suffix] :
       {Occasion{"Admin", "Eligibility", "Admin_Eligibility"}, Occasion{"Admin", "Assignment", "Admin_Assignment"},
        Occasion{"EndUser", "Assignment", "EndUser_Assignment"}})
    for (const char* recipient : {"Admin", "Requestor", "Approver"})
      out.push_back(notification(recipient, caller, level, suffix,
                                 std::string_view(recipient) == "Admin" ? told : Json::array()));
  return out;
}

// What a policy is for: a directory role, or membership (`member`) or ownership (`owner`) of a role-assignable group.
struct Subject {
  Role role;
  std::string scope = "/", scope_type = "DirectoryRole", id;
};

Subject subject_of(const World& world, const GroupsPtr& groups, const RolesPtr& roles, std::size_t index) {
  const auto& definitions = roles->definitions();
  Subject out;
  if (index < definitions.size()) {
    out.role = definitions[index];
  } else {
    const auto number = index - definitions.size();
    out.scope = groups->id(groups->role_assignable()[number / 2]);
    out.scope_type = "Group";
    out.role = {.name = "Group", .id = number % 2 == 0 ? "member" : "owner", .about = "", .privileged = true};
  }
  out.id =
      out.scope_type + "_" + (out.scope == "/" ? world.id : out.scope) + "_" + world.seed.guid("role policy", index);
  return out;
}

Json policy_of(const World& world, const GroupsPtr& groups, const Subject& subject) {
  const auto rules = rules_of(world, groups, subject.role);
  return {{"id", subject.id},
          {"displayName", subject.scope_type},
          {"description", subject.scope_type},
          {"isOrganizationDefault", false},
          {"scopeId", subject.scope},
          {"scopeType", subject.scope_type},
          {"lastModifiedDateTime", nullptr},
          {"lastModifiedBy", {{"displayName", nullptr}, {"id", nullptr}}},
          {">rules", rules},
          {">effectiveRules", rules}};
}

}  // namespace

void add_role_settings(Registry& registry, const WorldPtr& world, const GroupsPtr& groups, const RolesPtr& roles) {
  const std::string plan = "AAD_PREMIUM_P2";
  const auto n = roles->definitions().size() + 2 * groups->role_assignable().size();
  const auto policy = [=](std::size_t i) { return policy_of(*world, groups, subject_of(*world, groups, roles, i)); };
  const auto assignment = [=](std::size_t i) -> Json {
    const auto subject = subject_of(*world, groups, roles, i);
    return {{"id", subject.id + "_" + subject.role.id},
            {"policyId", subject.id},
            {"scopeId", subject.scope},
            {"scopeType", subject.scope_type},
            {"roleDefinitionId", subject.role.id},
            {">policy", policy(i)}};
  };
  registry.add("graph", "policies/roleManagementPolicies",
               {.list = [all = made(n, policy)](const Request&) { return all; }, .plan = plan});
  registry.add("graph", "policies/roleManagementPolicyAssignments",
               {.list = [all = made(n, assignment)](const Request&) { return all; }, .plan = plan});

  // Members of role-assignable groups activate their membership in good tenants; elsewhere they simply have it.
  std::vector<Json> eligible;
  std::vector<Json> active;
  for (const auto group : groups->role_assignable()) {
    const auto members = groups->users(group);
    for (std::size_t i = 0; i < members.size; ++i) {
      const bool activates =
          world->at_least(Posture::Good) && group != *groups->index_of(groups->id_of("CA - Emergency access"));
      const auto key = group << 32 | i;
      Json row = {{"id", world->seed.token("group instance", key, 40)},
                  {"groupId", groups->id(group)},
                  {"principalId", world->people.id(members.at(i))},
                  {"accessId", "member"},
                  {"memberType", "direct"},
                  {"startDateTime", iso_time(-120, 40000)},
                  {"endDateTime", activates ? Json(iso_time(600, 40000)) : Json(nullptr)}};
      row[activates ? "eligibilityScheduleId" : "assignmentScheduleId"] = world->seed.token("group schedule", key, 40);
      if (!activates) row["assignmentType"] = "assigned";
      (activates ? eligible : active).push_back(std::move(row));
    }
  }
  const std::string base = "identityGovernance/privilegedAccess/group/";
  registry.add_rows("graph", base + "eligibilityScheduleInstances", std::move(eligible), plan);
  registry.add_rows("graph", base + "assignmentScheduleInstances", std::move(active), plan);
}

}  // namespace assay::sim
