#include "sim/tenant/groups.h"

#include <algorithm>
#include <cctype>

#include "base/result.h"
#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/data.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

constexpr std::string_view kProjects[] = {
    "Apollo",  "Borealis", "Cobalt",   "Delta",  "Evergreen", "Falcon",  "Granite", "Harbour",  "Indigo", "Juniper",
    "Kestrel", "Lagoon",   "Meridian", "Nimbus", "Orchard",   "Pioneer", "Quartz",  "Ridgeway", "Summit", "Tidewater"};
constexpr std::string_view kPurposes[] = {"Project", "Team", "Planning", "Launch", "Review", "Community"};

Json user_member(const World& world, std::size_t index) {
  Json user = user_object(world, index);
  user["@odata.type"] = "#microsoft.graph.user";
  return user;
}

// What every group has, as a plain security group.
Json plain_group(const World& world, const std::string& id, const std::string& name) {
  return {{"id", id},
          {"deletedDateTime", nullptr},
          {"assignedLabels", Json::array()},
          {"assignedLicenses", Json::array()},
          {"classification", nullptr},
          {"createdDateTime", iso_time(-200 - static_cast<int>(world.seed.below(1800, Topic(name))), 34000)},
          {"beta:createdByAppId", nullptr},
          {"creationOptions", Json::array()},
          {"description", nullptr},
          {"displayName", name},
          {"expirationDateTime", nullptr},
          {"groupTypes", Json::array()},
          {"isAssignableToRole", nullptr},
          {"isManagementRestricted", nullptr},
          {"mail", nullptr},
          {"mailEnabled", false},
          {"mailNickname", world.seed.hex(Topic(name), 5, 10)},
          {"membershipRule", nullptr},
          {"membershipRuleProcessingState", nullptr},
          {"onPremisesDomainName", nullptr},
          {"onPremisesLastSyncDateTime", nullptr},
          {"onPremisesNetBiosName", nullptr},
          {"onPremisesProvisioningErrors", Json::array()},
          {"onPremisesSamAccountName", nullptr},
          {"onPremisesSecurityIdentifier", nullptr},
          {"onPremisesSyncEnabled", nullptr},
          {"preferredDataLocation", nullptr},
          {"preferredLanguage", nullptr},
          {"proxyAddresses", Json::array()},
          {"renewedDateTime", iso_time(-30, 34000)},
          {"resourceBehaviorOptions", Json::array()},
          {"resourceProvisioningOptions", Json::array()},
          {"securityEnabled", true},
          {"securityIdentifier", "S-1-12-1-" + std::to_string(world.seed.roll(Topic(name), 9) % 4294967295ULL) +
                                     "-1093396945-1080104071-3433432"},
          {"serviceProvisioningErrors", Json::array()},
          {"theme", nullptr},
          {"uniqueName", nullptr},
          {"visibility", nullptr}};
}

std::string nickname(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void make_mail(const World& world, const std::string& alias, Json& group) {
  group["mail"] = alias + "@" + world.primary_domain();
  group["mailEnabled"] = true;
  group["mailNickname"] = alias;
  group["proxyAddresses"] = Json::array({"SMTP:" + alias + "@" + world.primary_domain()});
}

}  // namespace

Groups::Groups(WorldPtr world) : world_(std::move(world)) {
  Json file = data("groups");
  for (auto& row : file["groups"]) {
    if (row.contains("from") && world_->posture() < row["from"].get<int>()) row["members"] = "nobody";
    if (row.value("role_assignable", false)) role_assignable_.push_back(fixed_.size());
    fixed_.push_back(std::move(row));
  }
  const auto staff = world_->people.count(PersonKind::Member);
  teams_ = staff / 12 + 2;
  lists_ = staff / 25 + 1;
}

std::optional<std::size_t> Groups::index_of(std::string_view id) const {
  const auto found = world_->seed.index("group", id);
  if (!found || *found >= size()) return std::nullopt;
  return static_cast<std::size_t>(*found);
}

std::string Groups::id_of(std::string_view name) const {
  for (std::size_t i = 0; i < fixed_.size(); ++i)
    if (fixed_[i]["name"] == name) return id(i);
  CHECK(!"a group that the data file does not have");
  return {};
}

// `department:7`, `product:0` (who has that licence), `kind:1` (see PersonKind), `staff`, `first:5` (staff), `nobody`.
MemberSet Groups::set(const std::string& rule) const {
  const auto& people = world_->people;
  const auto colon = rule.find(':');
  const auto number = colon == std::string::npos ? 0 : static_cast<std::size_t>(std::stoul(rule.substr(colon + 1)));
  const auto world = world_;
  if (rule == "staff") return {people.staff(), [world](std::size_t n) { return world->people.staff_index(n); }};
  if (rule.starts_with("first:"))
    return {std::min(number, people.staff()), [world](std::size_t n) { return world->people.staff_index(n); }};
  if (rule.starts_with("department:"))
    return {people.department_size(number), [world, number](std::size_t n) {
              return world->people.staff_index(world->people.department_member(number, n));
            }};
  if (rule.starts_with("product:"))
    return {world_->licences.staff_with(number, people.staff()), [world, number](std::size_t n) {
              return world->people.staff_index(world->licences.staff_member_with(number, n));
            }};
  if (rule.starts_with("kind:")) {
    const auto kind = static_cast<PersonKind>(number);
    return {people.count(kind), [first = people.first(kind)](std::size_t n) { return first + n; }};
  }
  return {0, nullptr};
}

MemberSet Groups::users(std::size_t index) const {
  if (index < fixed_.size()) return set(fixed_[index].value("members", "nobody"));
  const auto world = world_;
  const auto staff = world_->people.count(PersonKind::Member);
  const bool team = index < fixed_.size() + teams_;
  const auto wish =
      team ? 4 + world_->seed.below(26, "team size", index) : 5 + world_->seed.below(60, "list size", index);
  const auto start = world_->seed.below(staff, "first member", index);
  // Every seventh colleague, from somewhere: people of all departments, nobody twice while there are enough of them.
  const std::size_t stride = staff % 7 == 0 ? 1 : 7;
  return {std::min<std::size_t>(wish, staff), [world, start, staff, stride](std::size_t n) {
            return world->people.staff_index((start + n * stride) % staff);
          }};
}

std::vector<std::size_t> Groups::children(std::size_t index) const {
  std::vector<std::size_t> out;
  if (index >= fixed_.size() || !fixed_[index].contains("groups")) return out;
  for (const auto& name : fixed_[index]["groups"])
    for (std::size_t i = 0; i < fixed_.size(); ++i)
      if (fixed_[i]["name"] == name) out.push_back(i);
  return out;
}

bool Groups::holds(const std::string& rule, const Person& person) const {
  const auto colon = rule.find(':');
  const auto number = colon == std::string::npos ? 0 : static_cast<std::size_t>(std::stoul(rule.substr(colon + 1)));
  if (rule.starts_with("kind:"))
    return person.kind == static_cast<PersonKind>(number) && (person.kind != PersonKind::Member);
  const auto staff = world_->people.staff_number(person.index);
  if (!staff) return false;
  if (rule == "staff") return true;
  if (rule.starts_with("first:")) return *staff < number;
  if (rule.starts_with("department:")) return person.department == number;
  return rule.starts_with("product:") && world_->licences.sku_of_staff(*staff) == number;
}

std::vector<std::size_t> Groups::of_user(std::size_t user) const {
  const auto person = world_->people.person(user);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < fixed_.size(); ++i)
    if (holds(fixed_[i].value("members", "nobody"), person)) out.push_back(i);
  if (person.kind != PersonKind::Member) return out;
  for (std::size_t i = fixed_.size(); i < size(); ++i) {
    const auto members = users(i);
    for (std::size_t n = 0; n < members.size; ++n)
      if (members.at(n) == user) {
        out.push_back(i);
        break;
      }
  }
  return out;
}

Json Groups::fixed_object(const Json& row) const {
  const std::string name = row["name"];
  Json group = plain_group(*world_, id_of(name), name);
  group["description"] = row.contains("about") ? row["about"] : Json(nullptr);
  if (row.contains("rule")) {
    group["groupTypes"] = Json::array({"DynamicMembership"});
    group["membershipRule"] = row["rule"];
    group["membershipRuleProcessingState"] = "On";
  }
  if (row.value("role_assignable", false)) group["isAssignableToRole"] = true;
  if (row.value("synced", false)) {
    group["onPremisesSyncEnabled"] = true;
    group["onPremisesDomainName"] = "corp." + world_->primary_domain();
    group["onPremisesNetBiosName"] = "CORP";
    group["onPremisesSamAccountName"] = name;
    group["onPremisesLastSyncDateTime"] = iso_time(world_->options.day, -1800);
  }
  return group;
}

Json Groups::object(std::size_t index) const {
  if (index < fixed_.size()) return fixed_object(fixed_[index]);
  if (index < fixed_.size() + teams_) {
    const auto number = index - fixed_.size();
    const auto project = kProjects[number % std::size(kProjects)];
    const auto purpose = kPurposes[number / std::size(kProjects) % std::size(kPurposes)];
    std::string name;
    name.append(purpose).append(" ").append(project);
    if (const auto round = number / (std::size(kProjects) * std::size(kPurposes)); round > 0)
      name.append(" ").append(std::to_string(round + 1));
    Json group = plain_group(*world_, id(index), name);
    group["groupTypes"] = Json::array({"Unified"});
    make_mail(*world_, nickname(name), group);
    group["description"] = name;
    group["securityEnabled"] = false;
    group["resourceProvisioningOptions"] = number % 4 == 3 ? Json::array() : Json::array({"Team"});
    const double open = world_->by_posture(0.45, 0.4, 0.25, 0.08, 0.0);
    group["visibility"] = world_->seed.chance(open, "public", index) ? "Public" : "Private";
    return group;
  }
  const auto number = index - fixed_.size() - teams_;
  const std::string name = "All " + std::string(People::department(number % People::departments()).name) + " " +
                           std::to_string(number / People::departments() + 1);
  Json group = plain_group(*world_, id(index), name);
  make_mail(*world_, nickname(name), group);
  group["securityEnabled"] = false;
  return group;
}

ResourcePtr Groups::members(std::size_t index, bool transitive) const {
  // Nested groups first, then accounts; with `transitive` those of the nested groups as well.
  std::vector<std::size_t> groups = children(index);
  std::vector<MemberSet> sets = {users(index)};
  for (std::size_t i = 0; transitive && i < groups.size(); ++i) {
    sets.push_back(users(groups[i]));
    for (const auto deeper : children(groups[i]))
      if (std::find(groups.begin(), groups.end(), deeper) == groups.end()) groups.push_back(deeper);
  }
  std::size_t size = groups.size();
  for (const auto& part : sets) size += part.size;
  auto self = *this;
  return made(size, [self = std::move(self), groups, sets](std::size_t i) {
    if (i < groups.size()) {
      Json group = self.object(groups[i]);
      group["@odata.type"] = "#microsoft.graph.group";
      return group;
    }
    i -= groups.size();
    for (const auto& part : sets) {
      if (i < part.size) return user_member(*self.world_, part.at(i));
      i -= part.size;
    }
    return Json();
  });
}

void add_groups(Registry& registry, const WorldPtr& world, const GroupsPtr& groups) {
  registry.add(
      "graph", "groups",
      {.list =
           [groups](const Request&) {
             return made(
                 groups->size(), [groups](std::size_t i) { return groups->object(i); },
                 [groups](std::string_view id) { return groups->index_of(id); });
           },
       .navigate = [world, groups](const Request&, std::size_t index, std::string_view navigation) -> ResourcePtr {
         if (text::iequals(navigation, "members")) return groups->members(index, false);
         if (text::iequals(navigation, "transitiveMembers")) return groups->members(index, true);
         if (text::iequals(navigation, "owners")) {
           const auto set = groups->users(index);
           return set.size == 0 ? rows({}) : rows({user_member(*world, set.at(0))});
         }
         return nullptr;
       }});
  const auto member_of = [groups](bool transitive) {
    return [groups, transitive](std::size_t user) {
      auto found = groups->of_user(user);
      // A group is a member of others in turn.
      for (std::size_t i = 0; transitive && i < found.size(); ++i)
        for (std::size_t parent = 0; parent < groups->first_team(); ++parent) {
          const auto inner = groups->children(parent);
          const bool above = std::find(inner.begin(), inner.end(), found[i]) != inner.end();
          if (above && std::find(found.begin(), found.end(), parent) == found.end()) found.push_back(parent);
        }
      return made(found.size(), [groups, found](std::size_t i) {
        Json group = groups->object(found[i]);
        group["@odata.type"] = "#microsoft.graph.group";
        return group;
      });
    };
  };
  registry.add_navigation("graph", "users", "memberOf", member_of(false));
  registry.add_navigation("graph", "users", "transitiveMemberOf", member_of(true));
  registry.add("graph", "teams", {.list = [groups](const Request&) {
                 std::vector<Json> teams;
                 for (std::size_t i = 0; i < groups->size(); ++i) {
                   const Json group = groups->object(i);
                   if (group["resourceProvisioningOptions"].empty()) continue;
                   teams.push_back({{"id", group["id"]},
                                    {"displayName", group["displayName"]},
                                    {"description", group["description"]},
                                    {"visibility", text::lower(group["visibility"].get<std::string>())}});
                 }
                 return rows(std::move(teams));
               }});
}

}  // namespace assay::sim
