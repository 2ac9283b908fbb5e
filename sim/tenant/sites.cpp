#include "sim/tenant/sites.h"

#include <algorithm>

#include "sim/tenant/calendar.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

struct Site {
  std::string url, title, site_template, owner;
  std::string id;
  bool personal = false;
  bool root = false;
};

class Sites {
 public:
  Sites(WorldPtr world, GroupsPtr groups)
      : world_(std::move(world)),
        groups_(std::move(groups)),
        first_team_(groups_->first_team()),
        teams_(groups_->teams()) {}
  std::size_t size() const { return 1 + teams_ + world_->people.staff(); }
  Site site(std::size_t n) const {
    const auto host = "https://" + world_->label;
    const auto id = world_->seed.guid("site", n);
    if (n == 0)
      return {.url = host + ".sharepoint.com",
              .title = "Communication site",
              .site_template = "SITEPAGEPUBLISHING#0",
              .owner = "",
              .id = id,
              .personal = false,
              .root = true};
    if (n <= teams_) {
      const Json group = groups_->object(first_team_ + n - 1);
      return {.url = host + ".sharepoint.com/sites/" + group["mailNickname"].get<std::string>(),
              .title = group["displayName"],
              .site_template = "GROUP#0",
              .owner = group["id"].get<std::string>() + "_o",
              .id = id};
    }
    const auto person = world_->people.person(world_->people.staff_index(n - 1 - teams_));
    auto name = user_principal_name(*world_, person);
    const auto owner = name;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '.' || c == '@'; }, '_');
    return {.url = host + "-my.sharepoint.com/personal/" + name,
            .title = person.display_name,
            .site_template = "SPSPERS#10",
            .owner = owner,
            .id = id,
            .personal = true};
  }
  Json graph_object(std::size_t n) const {
    const auto s = site(n);
    const auto host = s.url.substr(8, s.url.find('/', 8) - 8);
    Json out = {{"id", host + "," + s.id + "," + world_->seed.guid("web", n)},
                {"createdDateTime", iso_time(-800, 30000)},
                {"description", ""},
                {"displayName", s.title},
                {"isPersonalSite", s.personal},
                {"lastModifiedDateTime",
                 iso_time(world_->options.day - static_cast<int>(world_->seed.below(300, "site used", n)), 30000)},
                {"name", s.url.substr(s.url.rfind('/') + 1)},
                {"webUrl", s.url},
                {"siteCollection", {{"hostname", host}}}};
    if (s.root) out["root"] = Json::object();
    return out;
  }
  // As the administration interface answers; enumerations are numbers there.
  Json admin_object(std::size_t n) const {
    const auto s = site(n);
    const bool scripts =
        !s.personal && world_->seed.share("custom script", n) < world_->by_posture(0.5, 0.3, 0.1, 0.0, 0.0);
    return {{"Url", s.url},
            {"Title", s.title},
            {"Template", s.site_template},
            {"Owner", s.owner},
            {"SiteId", "/Guid(" + s.id + ")/"},
            {"GroupId", "/Guid(00000000-0000-0000-0000-000000000000)/"},
            {"Status", "Active"},
            {"LockState", "Unlock"},
            {"SharingCapability", world_->by_posture(2, 2, 1, s.personal ? 0 : 1, s.personal ? 0 : 3)},
            {"DenyAddAndCustomizePages", scripts ? 1 : 2},
            {"ConditionalAccessPolicy", world_->by_posture(0, 0, 0, 1, 2)},
            {"DefaultSharingLinkType", 0},
            {"DefaultLinkPermission", 0},
            {"SensitivityLabel", ""},
            {"StorageUsage", world_->seed.below(90000, "site size", n)},
            {"StorageMaximumLevel", 26214400},
            {"LastContentModifiedDate", "/Date(2025,11,1,9,0,0,0)/"},
            {"Lcid", 1033},
            {"IsHubSite", false},
            {"TimeZoneId", 2}};
  }

 private:
  WorldPtr world_;
  GroupsPtr groups_;
  std::size_t first_team_, teams_;
};

}  // namespace

void add_sites(Registry& registry, const WorldPtr& world, const GroupsPtr& groups) {
  const auto sites = std::make_shared<const Sites>(world, groups);
  const auto list = [sites](const Request&) {
    return made(sites->size(), [sites](std::size_t i) { return sites->graph_object(i); });
  };
  registry.add("graph", "sites", {.list = list});
  registry.add("graph", "sites/getAllSites", {.list = list});
  registry.add("graph", "sites/microsoft.graph.getAllSites()", {.list = list});
  registry.add_single("graph", "sites/root", sites->graph_object(0));
  registry.add("sharepoint", "sites", {.list = [sites](const Request&) {
                 return made(sites->size(), [sites](std::size_t i) { return sites->admin_object(i); });
               }});
}

}  // namespace assay::sim
