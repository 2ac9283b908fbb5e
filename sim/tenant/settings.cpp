#include "sim/tenant/settings.h"

#include <charconv>

#include "base/result.h"
#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/data.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

int number(std::string_view digits) {
  int out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

}  // namespace

std::size_t Settings::user(std::string_view kind_and_number) const {
  const auto parts = text::split(kind_and_number, ':');
  const auto n = parts.size() > 1 ? static_cast<std::size_t>(number(parts[1])) : 0;
  const auto& people = world_->people;
  const auto of_kind = [&](PersonKind kind) {
    return people.count(kind) == 0 ? people.staff_index(n) : people.first(kind) + n % people.count(kind);
  };
  if (parts[0] == "emergency") return of_kind(PersonKind::BreakGlass);
  if (parts[0] == "admin") return of_kind(PersonKind::Admin);
  if (parts[0] == "service") return of_kind(PersonKind::Service);
  for (std::size_t d = 0; d < People::departments(); ++d)
    if (text::iequals(People::department(d).name, parts[0]) && people.department_size(d) > 0)
      return people.staff_index(people.department_member(d, n % people.department_size(d)));
  return people.staff_index(n % people.staff());
}

std::string Settings::placeholder(std::string_view name) const {
  const auto colon = name.find(':');
  const auto key = name.substr(0, colon);
  const auto rest = colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
  if (key == "tenant") return world_->id;
  if (key == "name") return world_->options.name;
  if (key == "label") return world_->label;
  if (key == "domain") return world_->primary_domain();
  if (key == "initial") return world_->initial_domain();
  if (key == "time") return iso_time(number(rest), 36000 + static_cast<std::int64_t>(Topic(rest).hash() % 7000));
  if (key == "date") return iso_date(number(rest));
  if (key == "now") return iso_time(world_->options.day, number(rest));
  if (key == "group") return groups_->id_of(rest);
  if (key == "guid") return world_->seed.guid(rest);
  if (key == "role") return roles_->id_of(rest);
  if (key == "user") return world_->people.id(user(rest));
  if (key == "upn") return user_principal_name(*world_, world_->people.person(user(rest)));
  if (key == "person") return world_->people.person(user(rest)).display_name;
  CHECK(!"a placeholder that nobody knows");
  return {};
}

std::string Settings::expand(std::string_view text) const {
  std::string out;
  while (true) {
    const auto open = text.find("${");
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = text.find('}', open);
    CHECK(close != std::string_view::npos);
    out += placeholder(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 1);
  }
}

Json Settings::directive(std::string_view name, const Json& value) const {
  if (name == "$p") return expand(value.at(static_cast<std::size_t>(world_->posture())));
  Json out = Json::array();
  if (name == "$users") {
    const auto kind = value == "emergency" ? PersonKind::BreakGlass
                      : value == "service" ? PersonKind::Service
                                           : PersonKind::Admin;
    for (std::size_t i = 0; i < world_->people.count(kind); ++i)
      out.push_back(world_->people.id(world_->people.first(kind) + i));
  } else if (name == "$roles") {
    for (const auto& role : roles_->definitions())
      if (value == "all" || role.privileged || text::iequals(role.name, "Exchange Administrator") ||
          text::iequals(role.name, "SharePoint Administrator") || text::iequals(role.name, "Billing Administrator"))
        out.push_back(role.id);
  } else if (name == "$domains") {
    for (const auto& domain : world_->domains)
      if (value == "all" || (!domain.parked && !domain.initial)) out.push_back(domain.name);
  } else {
    CHECK(!"a directive that nobody knows");
  }
  return out;
}

Json Settings::expand(const Json& written) const {
  if (written.is_string()) return expand(std::string_view(written.get_ref<const std::string&>()));
  if (written.is_array()) {
    Json out = Json::array();
    for (const auto& element : written) {
      if (element.is_object() && (element.contains("$from") || element.contains("$until"))) {
        const auto posture = world_->posture();
        if (posture < element.value("$from", 0) || posture > element.value("$until", 4)) continue;
      }
      out.push_back(expand(element));
    }
    return out;
  }
  if (!written.is_object()) return written;
  if (written.size() == 1 && written.begin().key().starts_with("$") && written.begin().key() != "$id")
    return directive(written.begin().key(), written.begin().value());
  Json out = Json::object();
  for (const auto& [key, value] : written.items()) {
    if (key == "$from" || key == "$until") continue;
    if (key == "$id") {
      out["id"] = world_->seed.guid(value.get<std::string>());
    } else {
      out[key] = expand(value);
    }
  }
  return out;
}

void Settings::add(Registry& registry, std::string_view file, Drift& drift) const {
  const Json content = data(file);
  for (const auto& [service, entries] : content.items()) {
    const bool cmdlets = service == "exchange" || service == "compliance";
    for (const auto& [written_path, entry] : entries.items()) {
      const auto path = expand(std::string_view(written_path));
      const auto plan = entry.value("plan", std::string());
      const auto only_beta = entry.value("only_beta", false);
      if (entry.contains("object")) {
        Json object = expand(entry["object"]);
        if (cmdlets) complete_cmdlet_object(*world_, path, object);
        drift.apply(service, path, object, world_->options.day);
        // A cmdlet always answers with a list.
        if (cmdlets) {
          registry.add_rows(service, path, {std::move(object)}, plan);
        } else if (entry.value("beta_list", false)) {
          registry.add(service, path,
                       {.list = [one = single(object),
                                 list = rows({object})](const Request& request) { return request.beta ? list : one; },
                        .plan = plan});
        } else {
          registry.add_single(service, path, std::move(object), plan, only_beta);
        }
        continue;
      }
      const Json defaults = entry.contains("defaults") ? expand(entry["defaults"]) : Json::object();
      std::vector<Json> rows;
      for (auto& own : expand(entry["rows"])) {
        Json row = defaults;
        row.update(own);
        if (cmdlets) complete_cmdlet_object(*world_, path, row);
        drift.apply(service, path, row, world_->options.day);
        rows.push_back(std::move(row));
      }
      registry.add_rows(service, path, std::move(rows), plan, only_beta);
    }
  }
}

void complete_cmdlet_object(const World& world, std::string_view cmdlet, Json& object) {
  const auto name = object.contains("Name")       ? object["Name"].get<std::string>()
                    : object.contains("Identity") ? object["Identity"].get<std::string>()
                                                  : std::string(cmdlet.substr(4));
  std::string key(cmdlet);
  key.append("/").append(name);
  const auto guid = world.seed.guid(key);
  const auto changed = iso_time(-20 - static_cast<int>(world.seed.below(600, Topic(key))), 43200);
  const auto created = iso_time(-900 - static_cast<int>(world.seed.below(900, Topic(key), 1)), 43200);
  const auto distinguished = "CN=" + name + ",CN=Configuration,CN=" + world.initial_domain() +
                             ",CN=ConfigurationUnits,DC=EURPR05A004,DC=PROD,DC=OUTLOOK,DC=COM";
  const auto organization =
      "EURPR05A004.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/" + world.initial_domain();
  Json common = {{"Name", name},
                 {"Identity", name},
                 {"Guid", guid},
                 {"DistinguishedName", distinguished},
                 {"OrganizationId", organization},
                 {"WhenChanged", changed},
                 {"IsValid", true},
                 {"ObjectState", "Unchanged"}};
  // Rules are kept apart from the directory's objects and have no more than that.
  const bool rule = object.contains("RuleVersion");
  if (!rule)
    common.update({{"Id", name},
                   {"ExchangeObjectId", guid},
                   {"OrganizationalUnitRoot", organization},
                   {"OriginatingServer", "AM6PR05A04DC001.EURPR05A004.PROD.OUTLOOK.COM"},
                   {"ExchangeVersion", "0.20 (15.0.0.0)"},
                   {"WhenChangedUTC", changed},
                   {"WhenCreated", created},
                   {"WhenCreatedUTC", created}});
  for (const auto& [property, value] : common.items())
    if (!object.contains(property)) object[property] = value;
}

}  // namespace assay::sim
