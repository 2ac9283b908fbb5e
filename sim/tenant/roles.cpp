#include "sim/tenant/roles.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/tenant/applications.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/data.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

constexpr std::size_t kInformationTechnology = 7;

std::string token(const World& world, std::string_view kind, const Assignment& a) {
  const auto holder = static_cast<std::uint64_t>(a.holder);
  return world.seed.token(Topic(kind), (a.role * 4 + holder) << 40 | a.index << 1 | (a.eligible ? 1 : 0), 32) + "-1";
}

}  // namespace

Roles::Roles(WorldPtr world, GroupsPtr groups, const std::vector<RoleGrant>& grants)
    : world_(std::move(world)), groups_(std::move(groups)) {
  const Json file = data("roles");
  for (const auto& row : file["roles"])
    definitions_.push_back(
        {.name = row["name"], .id = row["id"], .about = row["about"], .privileged = row.value("privileged", false)});
  for (std::size_t i = 0; i < definitions_.size(); ++i) assign(i, file["roles"][i]);
  for (const auto& grant : grants) {
    const int today = world_->options.day;
    if (grant.from > today || grant.until <= today) continue;
    const auto role =
        std::find_if(definitions_.begin(), definitions_.end(), [&](const Role& r) { return r.name == grant.role; });
    const auto number = static_cast<std::size_t>(role - definitions_.begin());
    const bool has = std::any_of(assignments_.begin(), assignments_.end(), [&](const Assignment& a) {
      return a.role == number && a.holder == Assignment::Holder::User && a.index == grant.user;
    });
    if (!has)
      assignments_.push_back({.role = number,
                              .holder = Assignment::Holder::User,
                              .index = grant.user,
                              .since = grant.from,
                              .outside_pim = true});
  }
  for (const auto& a : assignments_) {
    if (a.holder == Assignment::Holder::User) admins_.push_back(a.index);
    if (a.holder != Assignment::Holder::Group) continue;
    const auto members = groups_->users(a.index);
    for (std::size_t i = 0; i < members.size; ++i) admins_.push_back(members.at(i));
  }
  std::sort(admins_.begin(), admins_.end());
  admins_.erase(std::unique(admins_.begin(), admins_.end()), admins_.end());
}

// Accounts for administration where there are any, else the people who look after the computers.
void Roles::assign(std::size_t role, const Json& row) {
  const auto& people = world_->people;
  const auto posture = static_cast<std::size_t>(world_->posture());
  const auto admins = people.count(PersonKind::Admin);
  const auto technicians = people.department_size(kInformationTechnology);
  const bool global = definitions_[role].name == "Global Administrator";
  std::size_t next = global ? 0 : role * 3;
  std::vector<std::size_t> taken;
  const auto add = [&](std::size_t user, bool eligible, int since) {
    if (std::find(taken.begin(), taken.end(), user) != taken.end()) return;
    taken.push_back(user);
    assignments_.push_back(
        {.role = role, .holder = Assignment::Holder::User, .index = user, .eligible = eligible, .since = since});
  };
  const auto candidate = [&]() {
    const auto n = next++;
    if (admins > 0) return people.first(PersonKind::Admin) + n % admins;
    if (technicians > 0) return people.staff_index(people.department_member(kInformationTechnology, n % technicians));
    return people.staff_index(n % people.staff());
  };
  if (global)
    for (std::size_t i = 0; i < people.count(PersonKind::BreakGlass); ++i) add(i, false, -900);
  // Large organisations have more administrators; tidy ones hardly more.
  const auto grown = [&](std::size_t n) {
    return n == 0 ? n
                  : n + std::min<std::size_t>(people.count(PersonKind::Member) / 4000,
                                              world_->at_least(Posture::Good) ? 1 : 8);
  };
  const auto count_of = [&](const char* key) {
    return row.contains(key) ? grown(row[key][posture].get<std::size_t>()) : 0;
  };
  const auto active = count_of("active");
  const auto eligible = world_->licences.holds("AAD_PREMIUM_P2") ? count_of("eligible") : 0;
  for (std::size_t i = 0; i < active; ++i)
    add(candidate(), false, -60 - static_cast<int>(world_->seed.below(900, "role since", role * 100 + i)));
  for (std::size_t i = 0; i < eligible; ++i)
    add(candidate(), true, -40 - static_cast<int>(world_->seed.below(300, "eligible since", role * 100 + i)));
  if (row.contains("service_account") && people.count(PersonKind::Service) > 0)
    add(people.first(PersonKind::Service), false, -1500);
  if (row.contains("application") && row["application"][posture].get<int>() > 0)
    assignments_.push_back(
        {.role = role, .holder = Assignment::Holder::ServicePrincipal, .index = kBackupTool, .since = -700});
  if (row.contains("group") && world_->posture() >= row["group_from"].get<int>())
    assignments_.push_back({.role = role,
                            .holder = Assignment::Holder::Group,
                            .index = *groups_->index_of(groups_->id_of(row["group"].get<std::string>())),
                            .since = -350});
}

const std::string& Roles::id_of(std::string_view name) const {
  const auto found =
      std::find_if(definitions_.begin(), definitions_.end(), [&](const Role& role) { return role.name == name; });
  CHECK(found != definitions_.end());
  return found->id;
}

bool Roles::is_admin(std::size_t user) const { return std::binary_search(admins_.begin(), admins_.end(), user); }

std::string Roles::holder_id(const Assignment& a) const {
  if (a.holder == Assignment::Holder::User) return world_->people.id(a.index);
  return a.holder == Assignment::Holder::Group ? groups_->id(a.index) : service_principal_id(*world_, a.index);
}

Json Roles::holder(const Assignment& a) const {
  Json out;
  switch (a.holder) {
    case Assignment::Holder::User:
      out = user_object(*world_, a.index);
      out["@odata.type"] = "#microsoft.graph.user";
      break;
    case Assignment::Holder::Group:
      out = groups_->object(a.index);
      out["@odata.type"] = "#microsoft.graph.group";
      break;
    case Assignment::Holder::ServicePrincipal:
      out = service_principal_object(*world_, a.index);
      out["@odata.type"] = "#microsoft.graph.servicePrincipal";
      break;
  }
  return out;
}

namespace {

Json definition_object(const Role& role, bool organised = false) {
  Json out = {
      {"id", role.id},
      {"templateId", role.id},
      {"displayName", role.name},
      {"description", role.about},
      {"isBuiltIn", true},
      {"isEnabled", true},
      {"beta:isPrivileged", role.privileged},
      {"beta:allowedPrincipalTypes", nullptr},
      {"resourceScopes", Json::array({"/"})},
      {"version", "1"},
      {"rolePermissions",
       Json::array({{{"allowedResourceActions",
                      Json::array({"microsoft.directory/" + std::string(role.privileged ? "users/allProperties/allTasks"
                                                                                        : "users/standard/read")})},
                     {"condition", nullptr}}})}};
  if (organised) out.erase("rolePermissions");
  return out;
}

// One assignment in the spelling of each of the lists that show it.
struct Spelling {
  WorldPtr world;
  RolesPtr roles;

  Json base(const Assignment& a, const char* kind) const {
    const auto& role = roles->definitions()[a.role];
    Json out = {{"id", token(*world, kind, a)},  {"principalId", roles->holder_id(a)},
                {"roleDefinitionId", role.id},   {"directoryScopeId", "/"},
                {"appScopeId", nullptr},         {">roleDefinition", definition_object(role)},
                {">principal", roles->holder(a)}};
    return out;
  }
  Json assignment(const Assignment& a) const {
    Json out = base(a, "role assignment");
    out.erase("appScopeId");
    out["condition"] = nullptr;
    out["principalOrganizationId"] = world->id;
    return out;
  }
  Json instance(const Assignment& a) const {
    Json out = base(a, a.eligible ? "eligibility instance" : "assignment instance");
    out["memberType"] = a.holder == Assignment::Holder::Group ? "Group" : "Direct";
    out["startDateTime"] = iso_time(a.since, 40000);
    out["endDateTime"] =
        a.eligible && world->at_least(Posture::Good) ? Json(iso_time(a.since + 730, 40000)) : Json(nullptr);
    if (a.eligible) {
      out["roleEligibilityScheduleId"] = token(*world, "eligibility schedule", a);
    } else {
      out["assignmentType"] = "Assigned";
      out["roleAssignmentOriginId"] = token(*world, "role assignment", a);
      out["roleAssignmentScheduleId"] = token(*world, "assignment schedule", a);
    }
    return out;
  }
  Json schedule(const Assignment& a) const {
    Json out = base(a, a.eligible ? "eligibility schedule" : "assignment schedule");
    out["memberType"] = "Direct";
    out["createdDateTime"] = iso_time(a.since, 40000);
    out["createdUsing"] = token(*world, "schedule request", a);
    out["modifiedDateTime"] = nullptr;
    out["status"] = "Provisioned";
    const bool ends = a.eligible && world->at_least(Posture::Good);
    out["scheduleInfo"] = {{"startDateTime", iso_time(a.since, 40000)},
                           {"recurrence", nullptr},
                           {"expiration",
                            {{"type", ends ? "afterDateTime" : "noExpiration"},
                             {"endDateTime", ends ? Json(iso_time(a.since + 730, 40000)) : Json(nullptr)},
                             {"duration", nullptr}}}};
    if (!a.eligible) out["assignmentType"] = "Assigned";
    return out;
  }
};

template <class Make>
ResourcePtr list_of(const RolesPtr& roles, bool eligible, Make make) {
  std::vector<Json> out;
  for (const auto& a : roles->assignments())
    if (a.eligible == eligible) out.push_back(make(a));
  return rows(std::move(out));
}

}  // namespace

void add_roles(Registry& registry, const WorldPtr& world, const GroupsPtr& groups, const RolesPtr& roles) {
  std::vector<Json> definitions;
  for (const auto& role : roles->definitions()) definitions.push_back(definition_object(role));
  registry.add_rows("graph", "roleManagement/directory/roleDefinitions", std::move(definitions));

  const Spelling spelling{world, roles};
  const auto add = [&](const char* path, bool eligible, Json (Spelling::*make)(const Assignment&) const,
                       const char* plan) {
    registry.add("graph", std::string("roleManagement/directory/") + path,
                 {.list =
                      [=](const Request&) {
                        return list_of(roles, eligible, [&](const Assignment& a) { return (spelling.*make)(a); });
                      },
                  .plan = plan});
  };
  add("roleAssignments", false, &Spelling::assignment, "");
  add("roleAssignmentScheduleInstances", false, &Spelling::instance, "AAD_PREMIUM_P2");
  add("roleAssignmentSchedules", false, &Spelling::schedule, "AAD_PREMIUM_P2");
  add("roleEligibilityScheduleInstances", true, &Spelling::instance, "AAD_PREMIUM_P2");
  add("roleEligibilitySchedules", true, &Spelling::schedule, "AAD_PREMIUM_P2");

  std::vector<Json> templates;
  for (const auto& role : roles->definitions())
    templates.push_back(
        {{"id", role.id}, {"deletedDateTime", nullptr}, {"displayName", role.name}, {"description", role.about}});
  registry.add_rows("graph", "directoryRoleTemplates", std::move(templates));

  // Any account, group or service principal by its id.
  const auto users = world->people.size();
  const auto all_groups = groups->size();
  registry.add("graph", "directoryObjects", {.list = [=](const Request&) {
                 const auto at = [=](std::size_t i) {
                   Assignment one;
                   one.holder = i < users                ? Assignment::Holder::User
                                : i < users + all_groups ? Assignment::Holder::Group
                                                         : Assignment::Holder::ServicePrincipal;
                   one.index = i < users ? i : i < users + all_groups ? i - users : i - users - all_groups;
                   return roles->holder(one);
                 };
                 const auto find = [=](std::string_view id) -> std::optional<std::size_t> {
                   if (const auto user = world->people.index_of(id)) return user;
                   if (const auto group = groups->index_of(id)) return users + *group;
                   const auto principal = world->seed.index("service principal", id);
                   if (!principal || *principal >= service_principals(*world)) return std::nullopt;
                   return users + all_groups + *principal;
                 };
                 return made(users + all_groups + service_principals(*world), at, find);
               }});

  // The older view lists only roles that somebody holds.
  std::vector<std::size_t> used;
  for (const auto& a : roles->assignments())
    if (!a.eligible && std::find(used.begin(), used.end(), a.role) == used.end()) used.push_back(a.role);
  registry.add(
      "graph", "directoryRoles",
      {.list =
           [world, roles, used](const Request&) {
             std::vector<Json> out;
             for (const auto role : used) {
               const auto& definition = roles->definitions()[role];
               out.push_back({{"id", world->seed.guid("directory role", role)},
                              {"deletedDateTime", nullptr},
                              {"displayName", definition.name},
                              {"description", definition.about},
                              {"roleTemplateId", definition.id}});
             }
             return rows(std::move(out));
           },
       .navigate = [roles, used](const Request&, std::size_t index, std::string_view navigation) -> ResourcePtr {
         if (!text::iequals(navigation, "members")) return nullptr;
         std::vector<Json> out;
         for (const auto& a : roles->assignments())
           if (!a.eligible && a.role == used.at(index)) out.push_back(roles->holder(a));
         return rows(std::move(out));
       }});
  add_role_settings(registry, world, groups, roles);
}

}  // namespace assay::sim
