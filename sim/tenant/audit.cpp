#include "sim/tenant/audit.h"

#include <algorithm>

#include "sim/tenant/calendar.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

constexpr int kDirectoryDays = 30;
constexpr int kUnifiedDays = 180;

Json by_user(const World& world, std::size_t user) {
  return {{"app", nullptr},
          {"user",
           {{"id", world.people.id(user)},
            {"displayName", nullptr},
            {"userPrincipalName", user_principal_name(world, world.people.person(user))},
            {"ipAddress", "203.0.113." + std::to_string(user % 200 + 2)}}}};
}

Json by_program(const char* name) {
  return {{"user", nullptr},
          {"app",
           {{"appId", nullptr},
            {"displayName", name},
            {"servicePrincipalId", nullptr},
            {"servicePrincipalName", nullptr}}}};
}

Json modified(const std::string& name, const Json& before, const Json& after) {
  return {{"displayName", name},
          {"oldValue", before.is_null() ? Json(nullptr) : Json(before.dump())},
          {"newValue", after.is_null() ? Json(nullptr) : Json(after.dump())}};
}

Json target(const Json& id, const Json& name, const char* type, Json properties) {
  return {{"id", id},
          {"displayName", name},
          {"type", type},
          {"userPrincipalName", nullptr},
          {"groupType", nullptr},
          {"modifiedProperties", std::move(properties)}};
}

Json event(const World& world, const std::string& key, int day, std::int64_t second, const std::string& activity,
           const std::string& category, const std::string& service, const char* operation, Json who, Json targets) {
  return {
      {"id", service == "Core Directory" ? "Directory_" + world.seed.guid(key) : "IPCGraph_" + world.seed.guid(key)},
      {"category", category},
      {"correlationId", world.seed.guid(key + "/correlation")},
      {"result", "success"},
      {"resultReason", nullptr},
      {"activityDisplayName", activity},
      {"activityDateTime", iso_time(day, second)},
      {"loggedByService", service},
      {"operationType", operation},
      {"initiatedBy", std::move(who)},
      {"targetResources", std::move(targets)},
      {"additionalDetails", Json::array()}};
}

std::string last_segment(const std::string& pointer) { return pointer.substr(pointer.rfind('/') + 1); }

Json policy_event(const World& world, const Move& move, const Change& change) {
  const auto before = change.away ? move.base : move.other();
  const auto after = change.away ? move.other() : move.base;
  Json properties = Json::array();
  if (move.logged_by == "Conditional Access") {
    const auto text = [&](const Json& state) {
      return Json{{"id", move.row_id}, {"displayName", move.row}, {"state", state}};
    };
    properties.push_back(modified("ConditionalAccessPolicy", text(before), text(after)));
  } else {
    auto name = move.pointer.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    properties.push_back(modified(name, Json::array({before}), Json::array({after})));
  }
  return event(
      world, "change/" + std::to_string(change.day) + "/" + std::to_string(change.second), change.day, change.second,
      move.activity, move.category, move.logged_by, "Update", by_user(world, change.actor),
      Json::array({target(move.row_id, move.row.empty() ? move.row_id : move.row, "Policy", std::move(properties))}));
}

Json role_event(const World& world, const Roles& roles, const RoleGrant& grant, bool given) {
  const auto& role = roles.id_of(grant.role);
  const auto person = world.people.person(grant.user);
  Json user = target(world.people.id(grant.user), person.display_name, "User",
                     Json::array({modified("Role.DisplayName", given ? Json(nullptr) : Json(grant.role),
                                           given ? Json(grant.role) : Json(nullptr)),
                                  modified("Role.TemplateId", given ? Json(nullptr) : Json(role),
                                           given ? Json(role) : Json(nullptr))}));
  user["userPrincipalName"] = user_principal_name(world, person);
  const auto day = given ? grant.from : grant.until;
  return event(world, "role/" + std::to_string(day) + world.people.id(grant.user), day, 41000,
               given ? "Add member to role" : "Remove member from role", "RoleManagement", "Core Directory",
               given ? "Assign" : "Unassign", by_user(world, grant.actor),
               Json::array({std::move(user), target(role, grant.role, "Role", Json::array())}));
}

// The n-th piece of routine of a day.
Json routine_event(const World& world, const Groups& groups, int day, std::size_t n) {
  const auto key = static_cast<std::uint64_t>(day + 100000) << 24 | n;
  const auto user = world.people.staff_index(world.seed.below(world.people.count(PersonKind::Member), "routine", key));
  const auto person = world.people.person(user);
  const auto second = 25200 + static_cast<std::int64_t>(world.seed.below(36000, "time of routine", key));
  Json who = by_user(world, administrator(world, world.seed.roll("routine by", key)));
  Json subject = target(world.people.id(user), person.display_name, "User", Json::array());
  subject["userPrincipalName"] = user_principal_name(world, person);
  const auto id = "routine/" + std::to_string(key);
  switch (world.seed.below(4, "kind of routine", key)) {
    case 0:
      return event(world, id, day, second, "Reset password (by admin)", "UserManagement", "Core Directory", "Update",
                   std::move(who), Json::array({std::move(subject)}));
    case 1: {
      subject["modifiedProperties"].push_back(
          modified("JobTitle", Json::array({nullptr}), Json::array({person.title})));
      return event(world, id, day, second, "Update user", "UserManagement", "Core Directory", "Update",
                   by_program("Microsoft Azure AD Sync"), Json::array({std::move(subject)}));
    }
    case 2: {
      const Json group = groups.object(world.seed.below(groups.size(), "which group", key));
      return event(
          world, id, day, second, "Add member to group", "GroupManagement", "Core Directory", "Assign", std::move(who),
          Json::array({std::move(subject), target(group["id"], group["displayName"], "Group", Json::array())}));
    }
    default:
      return event(world, id, day, second, "User registered security info", "UserManagement", "Authentication Methods",
                   "Add", by_user(world, user), Json::array({std::move(subject)}));
  }
}

Json joiner_event(const World& world, int day, std::size_t user) {
  const auto person = world.people.person(user);
  Json subject = target(world.people.id(user), person.display_name, "User",
                        Json::array({modified("AccountEnabled", Json::array(), Json::array({true})),
                                     modified("DisplayName", Json::array(), Json::array({person.display_name}))}));
  subject["userPrincipalName"] = user_principal_name(world, person);
  return event(world, "joiner/" + std::to_string(user), day, 30000, "Add user", "UserManagement", "Core Directory",
               "Add", by_user(world, administrator(world, user)), Json::array({std::move(subject)}));
}

// The log of one tenant: for each day, newest first, what stands in it besides the routine, then the routine.
class DirectoryLog {
 public:
  DirectoryLog(WorldPtr world, DriftPtr drift, GroupsPtr groups, RolesPtr roles)
      : world_(std::move(world)), drift_(std::move(drift)), groups_(std::move(groups)), roles_(std::move(roles)) {
    routine_ = std::clamp<std::size_t>(world_->people.count(PersonKind::Member) / 60, 2, 3000);
    const int today = world_->options.day;
    for (int day = today; day > today - kDirectoryDays; --day) {
      starts_.push_back(size_);
      size_ += special(day).size() + routine_;
    }
  }
  std::size_t size() const { return size_; }
  Json at(std::size_t index) const {
    const auto found =
        static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), index) - starts_.begin()) - 1;
    const int day = world_->options.day - static_cast<int>(found);
    const auto n = index - starts_[found];
    const auto extra = special(day);
    return n < extra.size() ? extra[n]() : routine_event(*world_, *groups_, day, n - extra.size());
  }

 private:
  using Make = std::function<Json()>;
  std::vector<Make> special(int day) const {
    std::vector<Make> out;
    for (const auto& change : drift_->changes()) {
      const auto& move = drift_->moves()[change.move];
      if (change.day == day && move.service == "graph" && !move.base.is_null())
        out.emplace_back([this, change] { return policy_event(*world_, drift_->moves()[change.move], change); });
    }
    for (const auto& grant : drift_->grants()) {
      if (grant.from == day) out.emplace_back([this, grant] { return role_event(*world_, *roles_, grant, true); });
      if (grant.until == day) out.emplace_back([this, grant] { return role_event(*world_, *roles_, grant, false); });
    }
    const auto first = world_->people.size() - world_->people.joiners();
    for (auto i = world_->people.joiners_by(day - 1); i < world_->people.joiners_by(day); ++i)
      out.emplace_back([this, day, user = first + i] { return joiner_event(*world_, day, user); });
    return out;
  }

  WorldPtr world_;
  DriftPtr drift_;
  GroupsPtr groups_;
  RolesPtr roles_;
  std::size_t routine_ = 0, size_ = 0;
  std::vector<std::size_t> starts_;
};

int record_type(const std::string& service) {
  if (service == "Exchange") return 1;
  if (service == "SharePoint") return 4;
  if (service == "MicrosoftTeams") return 25;
  return service == "PowerBI" ? 20 : 28;
}

// One row of the unified audit log.
Json unified_record(const World& world, const Move& move, const Change& change) {
  const auto before = change.away ? move.base : move.other();
  const auto after = change.away ? move.other() : move.base;
  const auto when = iso_time(change.day, change.second);
  const auto upn = user_principal_name(world, world.people.person(change.actor));
  const auto name = last_segment(move.pointer);
  const auto id = world.seed.guid("unified/" + std::to_string(change.day) + "/" + std::to_string(change.second));
  const auto plain = [](const Json& value) {
    return value.is_string()    ? value.get<std::string>()
           : value.is_boolean() ? std::string(value.get<bool>() ? "True" : "False")
                                : value.dump();
  };
  Json detail = {{"CreationTime", when.substr(0, 19)},
                 {"Id", id},
                 {"Operation", move.activity},
                 {"OrganizationId", world.id},
                 {"RecordType", record_type(move.logged_by)},
                 {"ResultStatus", "True"},
                 {"UserKey", upn},
                 {"UserType", 2},
                 {"Version", 1},
                 {"Workload", move.logged_by},
                 {"ClientIP", "203.0.113.9"},
                 {"ObjectId", move.row.empty() ? move.target : move.row},
                 {"UserId", upn}};
  if (move.logged_by == "Exchange" || move.logged_by == "SecurityComplianceCenter")
    detail["Parameters"] =
        Json::array({{{"Name", "Identity"}, {"Value", move.row}}, {{"Name", name}, {"Value", plain(after)}}});
  else
    detail["ModifiedProperties"] =
        Json::array({{{"Name", name}, {"OldValue", plain(before)}, {"NewValue", plain(after)}}});
  return {{"id", id},
          {"createdDateTime", when},
          {"auditLogRecordType", move.category},
          {"operation", move.activity},
          {"organizationId", world.id},
          {"userType", "Admin"},
          {"userId", upn},
          {"userPrincipalName", upn},
          {"service", move.logged_by},
          {"objectId", move.row.empty() ? move.target : move.row},
          {"clientIp", "203.0.113.9"},
          {"administrativeUnits", Json::array()},
          {"auditData", std::move(detail)}};
}

}  // namespace

void add_audit(Registry& registry, const WorldPtr& world, const DriftPtr& drift, const GroupsPtr& groups,
               const RolesPtr& roles) {
  const auto log = std::make_shared<const DirectoryLog>(world, drift, groups, roles);
  registry.add("graph", "auditLogs/directoryAudits", {.list = [log](const Request&) {
                 return made(log->size(), [log](std::size_t i) { return log->at(i); });
               }});
  const auto unified = [world, drift](bool flat) {
    std::vector<Json> out;
    for (auto change = drift->changes().rbegin(); change != drift->changes().rend(); ++change) {
      const auto& move = drift->moves()[change->move];
      if (change->day <= world->options.day - kUnifiedDays || move.service == "graph" || move.base.is_null()) continue;
      Json record = unified_record(*world, move, *change);
      if (flat) {
        const Json detail = record["auditData"];
        record = {{"RecordType", move.category},  {"CreationDate", record["createdDateTime"]},
                  {"UserIds", record["userId"]},  {"Operations", record["operation"]},
                  {"AuditData", detail.dump()},   {"Identity", record["id"]},
                  {"ObjectState", "Unchanged"},   {"IsValid", true},
                  {"ResultIndex", out.size() + 1}};
      }
      out.push_back(std::move(record));
    }
    return rows(std::move(out));
  };
  registry.add("graph", "security/auditLog/records", {.list = [unified](const Request&) { return unified(false); }});
  registry.add("exchange", "Search-UnifiedAuditLog", {.list = [unified](const Request&) { return unified(true); }});
  registry.add_rows("graph", "deviceManagement/auditEvents", {}, "INTUNE_A");
}

}  // namespace assay::sim
