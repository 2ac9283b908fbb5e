#include "sim/server/csom.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "sim/server/jose.h"

namespace assay::sim::server {
namespace {

constexpr std::size_t kSitesAPage = 300;
constexpr std::string_view kTenantType = "{268004ae-ef6b-4e9b-8425-127220d84719}";

struct Tag {
  std::string name;  // without its prefix; `/Name` for an end
  std::map<std::string, std::string> attributes;
  std::string text;  // up to the next tag
};

// The tags of an XML text in their order: enough for the flat requests that clients send.
std::vector<Tag> tags_of(const std::string& xml) {
  std::vector<Tag> out;
  std::size_t at = 0;
  while ((at = xml.find('<', at)) != std::string::npos) {
    const auto end = xml.find('>', at);
    if (end == std::string::npos) break;
    std::string_view inside(xml.data() + at + 1, end - at - 1);
    if (inside.ends_with('/')) inside.remove_suffix(1);
    Tag tag;
    const auto blank = std::min(inside.find_first_of(" \t\r\n"), inside.size());
    tag.name = inside.substr(0, blank);
    std::size_t i = blank;
    for (;;) {
      const auto equals = inside.find('=', i);
      if (equals == std::string_view::npos || equals + 1 >= inside.size()) break;
      const char quote = inside[equals + 1];
      const auto close = inside.find(quote, equals + 2);
      if ((quote != '"' && quote != '\'') || close == std::string_view::npos) break;
      tag.attributes[std::string(text::trim(inside.substr(i, equals - i)))] =
          inside.substr(equals + 2, close - equals - 2);
      i = close + 1;
    }
    const auto next = std::min(xml.find('<', end), xml.size());
    tag.text = text::trim(std::string_view(xml).substr(end + 1, next - end - 1));
    out.push_back(std::move(tag));
    at = end + 1;
  }
  return out;
}

std::string attribute(const Tag& tag, const std::string& name) {
  const auto found = tag.attributes.find(name);
  return found == tag.attributes.end() ? std::string() : found->second;
}

Json header(const Json& error, const std::string& trace) {
  return {{"SchemaVersion", "15.0.0.0"},
          {"LibraryVersion", "16.0.26000.12000"},
          {"ErrorInfo", error},
          {"TraceCorrelationId", trace}};
}

Response failure(const std::string& message, int code, const std::string& type) {
  const auto trace = random_uuid();
  return json_response(200, Json::array({header({{"ErrorMessage", message},
                                                 {"ErrorValue", nullptr},
                                                 {"TraceCorrelationId", trace},
                                                 {"ErrorCode", code},
                                                 {"ErrorTypeName", type}},
                                                trace)}));
}

// The sites as the tenant's admin object lists them.
Json site_of(const Json& site) {
  if (site.contains("Url")) return site;
  return {{"Url", site.value("webUrl", "")}, {"Title", site.value("displayName", "")}, {"Template", "STS#3"}};
}

struct Processor {
  const Store& store;
  const std::vector<Tag>& tags;
  std::size_t page_size;
  std::string trace = random_uuid();

  const Tag* object_path(const std::string& id) const {
    for (const auto& tag : tags)
      if ((tag.name == "Constructor" || tag.name == "Method" || tag.name == "Identity" || tag.name == "Property") &&
          attribute(tag, "Id") == id)
        return &tag;
    return nullptr;
  }

  // Where the page begins: the first text parameter, or the filter's StartIndex.
  std::size_t start_index() const {
    for (const auto& tag : tags) {
      const bool parameter = tag.name == "Parameter" && attribute(tag, "Type") == "String";
      const bool property = tag.name == "Property" && attribute(tag, "Name") == "StartIndex";
      if ((parameter || property) && !tag.text.empty()) return static_cast<std::size_t>(std::atoll(tag.text.c_str()));
    }
    return 0;
  }

  Json identity(const std::string& what) const {
    return trace + "|908bed80-a04a-4433-b4a0-883d9847d110:" + store.tenant().id() + "\n" + what;
  }

  Json query(const Tag& path) const {
    if (path.name == "Constructor") {
      const auto tenant = store.find("sharepoint", "_api/SPO.Tenant");
      Json out{{"_ObjectType_", "Microsoft.Online.SharePoint.TenantAdministration.Tenant"},
               {"_ObjectIdentity_", identity("Tenant")}};
      if (tenant && tenant->size() > 0) out.update(tenant->at(0));
      return out;
    }
    auto sites = store.find("sharepoint", "sites");
    if (!sites) sites = store.find("graph/v1.0", "sites/getAllSites");
    const auto name = attribute(path, "Name");
    if (name == "GetSitePropertiesByUrl") {
      for (const auto& tag : tags) {
        if (tag.name != "Parameter" || attribute(tag, "Type") != "String") continue;
        for (std::size_t i = 0; sites && i < sites->size(); ++i) {
          auto site = site_of(sites->at(i));
          if (text::iequals(site.value("Url", ""), tag.text)) return with_type(std::move(site));
        }
      }
      return nullptr;
    }
    Json items = Json::array();
    auto at = start_index();
    const auto total = sites ? sites->size() : 0;
    const auto most = page_size > 0 ? std::min(page_size, kSitesAPage) : kSitesAPage;
    for (; at < total && items.size() < most; ++at) items.push_back(with_type(site_of(sites->at(at))));
    return {{"_ObjectType_", "Microsoft.Online.SharePoint.TenantAdministration.SPOSitePropertiesEnumerable"},
            {"NextStartIndex", -1},
            {"NextStartIndexFromSharePoint", at < total ? Json(std::to_string(at)) : Json()},
            {"_Child_Items_", items}};
  }

  Json with_type(Json site) const {
    site["_ObjectType_"] = "Microsoft.Online.SharePoint.TenantAdministration.SiteProperties";
    site["_ObjectIdentity_"] = identity("SiteProperties\n" + url_encode(site.value("Url", "")));
    return site;
  }
};

}  // namespace

Response answer_csom(const Store& store, const Request& request, bool allowed, std::size_t page_size) {
  if (request.method != "POST") return text_response(405, "");
  if (!allowed)
    return failure("Access denied. You do not have permission to perform this action or access this resource.",
                   -2147024891, "System.UnauthorizedAccessException");
  const auto tags = tags_of(request.body);
  const bool is_request = std::any_of(tags.begin(), tags.end(), [](const Tag& tag) { return tag.name == "Request"; });
  if (!is_request)
    return failure("The request is not valid.", -1, "Microsoft.SharePoint.Client.InvalidClientQueryException");

  Processor processor{store, tags, page_size};
  Json out = Json::array({header(nullptr, processor.trace)});
  for (const auto& tag : tags) {
    const bool names_path = tag.attributes.count("ObjectPathId") != 0;
    if (!names_path || (tag.name != "ObjectPath" && tag.name != "Query")) {
      if (tag.name == "SetProperty" || (tag.name == "Method" && names_path))
        return failure("This simulated tenant is only read.", -2147467259, "System.NotSupportedException");
      continue;
    }
    const auto* path = processor.object_path(attribute(tag, "ObjectPathId"));
    const bool known = path != nullptr &&
                       (path->name != "Constructor" || text::iequals(attribute(*path, "TypeId"), kTenantType)) &&
                       (path->name != "Method" || attribute(*path, "Name").starts_with("GetSiteProperties"));
    if (!known)
      return failure("Cannot find the object or method that the request names.", -1,
                     "Microsoft.SharePoint.Client.InvalidClientQueryException");
    out.push_back(std::atoi(attribute(tag, "Id").c_str()));
    out.push_back(tag.name == "ObjectPath" ? Json{{"IsNull", false}} : processor.query(*path));
  }
  return json_response(200, out, "application/json;odata=verbose;charset=utf-8");
}

}  // namespace assay::sim::server
