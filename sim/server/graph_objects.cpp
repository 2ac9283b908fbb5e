#include "sim/server/graph_objects.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "sim/server/graph_limits.h"

namespace assay::sim::server {
namespace {

constexpr std::size_t kMostExpanded = 20;

const std::set<std::string>& user_defaults() {
  static const std::set<std::string> out{"businessPhones",    "displayName", "givenName",        "id",
                                         "jobTitle",          "mail",        "mobilePhone",      "officeLocation",
                                         "preferredLanguage", "surname",     "userPrincipalName"};
  return out;
}

const std::set<std::string>& never_by_default_of_groups() {
  static const std::set<std::string> out{"allowExternalSenders", "autoSubscribeNewMembers",
                                         "hideFromAddressLists", "hideFromOutlookClients",
                                         "isSubscribedByMail",   "unseenCount",
                                         "isArchived",           "hasMembersWithLicenseErrors",
                                         "assignedLicenses",     "licenseProcessingState",
                                         "assignedLabels",       "accessType",
                                         "isFavorite",           "isManagementRestricted"};
  return out;
}

// The type of an element of a directory list, from its own annotation or from the list's name.
std::string type_of(const Json& object, const std::vector<std::string>& lower) {
  const auto found = object.find("@odata.type");
  if (found != object.end() && found->is_string()) return found->get<std::string>();
  if (lower.empty() || lower.size() > 2) return {};
  if (lower[0] == "users") return "#microsoft.graph.user";
  if (lower[0] == "groups") return "#microsoft.graph.group";
  return {};
}

Json* member(Json& object, const std::string& name) {
  auto found = object.find(name);
  if (found != object.end()) return &*found;
  for (auto at = object.begin(); at != object.end(); ++at)
    if (text::iequals(at.key(), name)) return &*at;
  return nullptr;
}

const Json* member(const Json& object, const std::string& name) { return member(const_cast<Json&>(object), name); }

std::string spelled(const Json& object, const Shape* shape, const std::string& name) {
  if (object.contains(name)) return name;
  for (auto at = object.begin(); at != object.end(); ++at)
    if (text::iequals(at.key(), name)) return at.key();
  if (shape != nullptr)
    for (const auto& known : shape->properties)
      if (text::iequals(known, name)) return known;
  return name;
}

bool contains(const std::set<std::string>& names, const std::string& name) {
  return names.count(name) != 0 ||
         std::any_of(names.begin(), names.end(), [&](const auto& one) { return text::iequals(one, name); });
}

}  // namespace

Json default_properties(const Json& object, std::string_view type) {
  Json out = Json::object();
  const bool user = type == "#microsoft.graph.user";
  for (auto at = object.begin(); at != object.end(); ++at) {
    const bool annotation = at.key().find('@') != std::string::npos;
    const bool shown = user ? user_defaults().count(at.key()) != 0 : never_by_default_of_groups().count(at.key()) == 0;
    if (annotation || shown) out[at.key()] = at.value();
  }
  return out;
}

GraphObjects::GraphObjects(const Store& store, std::string version, std::string path, std::vector<std::string> lower,
                           const GraphOptions& options, const Shape* shape)
    : store_(store),
      version_(std::move(version)),
      path_(std::move(path)),
      lower_(std::move(lower)),
      options_(options),
      shape_(shape),
      directory_(is_directory_path(lower_)) {}

Json GraphObjects::shaped(const Json& object, const std::string& place) const {
  Json out;
  if (!options_.select.empty()) {
    auto whole = object;
    out = select(std::move(whole), options_.select, shape_);
  } else {
    const auto type = directory_ ? type_of(object, lower_) : std::string();
    const bool subset = type == "#microsoft.graph.user" || type == "#microsoft.graph.group";
    out = subset ? default_properties(object, type) : object;
  }
  expand(out, object, options_.expand, place, 0);
  return out;
}

Json GraphObjects::select(Json&& object, const std::vector<std::string>& names, const Shape* shape) const {
  Json out = Json::object();
  for (auto at = object.begin(); at != object.end(); ++at)
    if (at.key().starts_with("@odata.")) out[at.key()] = at.value();
  std::vector<std::pair<std::string, Json*>> chosen;
  for (const auto& full : names) {
    if (full == "*") return std::move(object);
    const auto name = full.substr(0, full.find('/'));
    if (auto* value = member(object, name)) {
      chosen.emplace_back(spelled(object, shape, name), value);
    } else if (shape != nullptr && contains(shape->properties, name) && !text::iequals(name, "signInActivity")) {
      out[spelled(object, shape, name)] = nullptr;
    }
  }
  for (auto& [name, value] : chosen)
    if (!out.contains(name)) out[name] = std::move(*value);
  return out;
}

void GraphObjects::expand(Json& target, const Json& object, const std::vector<Expand>& expands,
                          const std::string& place, int depth) const {
  for (const auto& one : expands) {
    if (one.name == "*" || depth > 5) continue;
    const auto below = place + '/' + one.name;
    const auto found = store_.find("graph/" + version_, below);
    if (!found) {
      const auto* inline_value = member(object, one.name);
      if (inline_value != nullptr) {
        target[one.name] = *inline_value;
      } else {
        target[one.name] = nullptr;
      }
      continue;
    }
    const auto shape_element = [&](const Json& element, const std::string& own) {
      Json out = one.select.empty() ? element : select(Json(element), one.select, nullptr);
      const auto type = element.value("@odata.type", std::string());
      if (one.select.empty() && directory_ && (type == "#microsoft.graph.user" || type == "#microsoft.graph.group"))
        out = default_properties(element, type);
      expand(out, element, one.expand, own, depth + 1);
      return out;
    };
    if (found->singleton()) {
      target[one.name] = shape_element(found->at(0), below);
      continue;
    }
    Json list = Json::array();
    const auto size = directory_ ? std::min(found->size(), kMostExpanded) : found->size();
    for (std::size_t i = 0; i < size; ++i) {
      const auto element = found->at(i);
      const auto id = element.find("id");
      list.push_back(
          shape_element(element, below + '/' + (id != element.end() && id->is_string() ? id->get<std::string>() : "")));
    }
    target[one.name] = std::move(list);
  }
}

bool GraphObjects::knows(const std::string& name, const Json& sample) const {
  if (shape_ == nullptr || shape_->type == "directoryObject") return true;  // its derived types are many
  if (name == "*" || name.starts_with("@") || name.starts_with("extension") || name.find('.') != std::string::npos)
    return true;
  if (contains(shape_->properties, name) || contains(shape_->navigation, name)) return true;
  if (shape_->open && !directory_) return true;
  return sample.is_object() && member(sample, name) != nullptr;
}

std::string GraphObjects::complaint(const Json& sample) const {
  if (shape_ == nullptr) return {};
  const auto unknown = [&](const std::string& name) {
    return "Parsing OData Select and Expand failed: Could not find a property named '" + name +
           "' on type 'microsoft.graph." + shape_->type + "'.";
  };
  for (const auto& name : options_.select)
    if (!knows(name.substr(0, name.find('/')), sample)) return unknown(name);
  for (const auto& one : options_.expand)
    if (!knows(one.name, sample)) return unknown(one.name);
  if (options_.filter)
    for (const auto& name : options_.filter->properties())
      if (!knows(name, sample))
        return "Invalid filter clause: Could not find a property named '" + name + "' on type 'microsoft.graph." +
               shape_->type + "'.";
  for (const auto& order : options_.order)
    if (const auto name = order.property.substr(0, order.property.find('/')); !knows(name, sample))
      return unknown(name);
  return {};
}

}  // namespace assay::sim::server
