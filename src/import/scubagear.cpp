#include "import/scubagear.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/iso8601.h"
#include "base/text.h"
#include "snapshot/json_stream.h"
#include "snapshot/loader.h"

namespace assay::import {
namespace {

using Element = simdjson::dom::element;
using snapshot::Piece;
using snapshot::Shape;

constexpr std::string_view kFramework = "scuba";

// What the export says by itself about licences, as the service plan that our controls name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kLicenceFlags{{
    {"defender_license", "ATP_ENTERPRISE"},
    {"defender_dlp_license", "EQUIVIO_DLP"},
    {"powerbi_license_found", "POWER_BI"},
}};

// ScubaGear's products and the services of ours that each sets out to read.
struct Product {
  std::string_view name;
  std::array<std::string_view, 2> services;
};
constexpr std::array<Product, 9> kProducts{{
    {"aad", {"entra", ""}},
    {"defender", {"defender-office", "purview"}},
    {"securitysuite", {"defender-office", "purview"}},
    {"exo", {"exchange", ""}},
    {"onedrive", {"sharepoint", ""}},
    {"powerbi", {"fabric", ""}},
    {"powerplatform", {"power-platform", ""}},
    {"sharepoint", {"sharepoint", ""}},
    {"teams", {"teams", ""}},
}};

// Members of a policy's configuration and the kinds of exception that they declare. An empty group: directly in the
// policy's object.
struct ConfigList {
  std::string_view group;
  std::string_view list;
  std::string_view kind;
};
constexpr std::array<ConfigList, 16> kConfigLists{{
    {"CapExclusions", "Users", "user"},
    {"CapExclusions", "Groups", "group"},
    {"CapExclusions", "Applications", "application"},
    {"CapExclusions", "GuestUserTypes", "guest_type"},
    {"RoleExclusions", "Users", "user"},
    {"RoleExclusions", "Groups", "group"},
    {"SensitiveAccounts", "IncludedUsers", "sensitive_user"},
    {"SensitiveAccounts", "IncludedGroups", "sensitive_group"},
    {"SensitiveAccounts", "IncludedDomains", "sensitive_domain"},
    {"SensitiveAccounts", "ExcludedUsers", "not_sensitive_user"},
    {"SensitiveAccounts", "ExcludedGroups", "not_sensitive_group"},
    {"SensitiveAccounts", "ExcludedDomains", "not_sensitive_domain"},
    {"", "SensitiveUsers", "sensitive_user"},
    {"", "PartnerDomains", "partner_domain"},
    {"", "AgencyDomains", "own_domain"},
    {"", "AllowedForwardingDomains", "forwarding_domain"},
}};

bool ends_with(std::string_view s, std::string_view end) {
  return s.size() >= end.size() && text::iequals(s.substr(s.size() - end.size()), end);
}

std::optional<Element> member(Element object, std::string_view key) {
  Element out;
  if (!object.is_object()) return std::nullopt;
  if (simdjson::dom::object(object).at_key_case_insensitive(key).get(out) != simdjson::SUCCESS || out.is_null())
    return std::nullopt;
  return out;
}

// Calls f for every string of a list; a bare string is a list of one.
template <class F>
void each_string(Element e, F f) {
  if (e.is_string()) f(std::string_view(e));
  if (e.is_array())
    for (const Element item : simdjson::dom::array(e))
      if (item.is_string()) f(std::string_view(item));
}

std::string string_at(Element e, std::string_view pointer) {
  const auto found = snapshot::find(e, pointer);
  return found && found->is_string() ? std::string(std::string_view(*found)) : std::string();
}

bool empty_object(Element e) { return e.is_object() && simdjson::dom::object(e).size() == 0; }

// One table's way into the export.
struct Target {
  snapshot::Loader loader;
  const catalog::Table* table;
  int present = -1;  // index of the source that was found, of several
  bool failed = false;
  std::string failed_command;
};

class Reader {
 public:
  Reader(const catalog::Catalogue& catalogue, const sql::Reads* only, snapshot::Evidence& evidence)
      : catalogue_(catalogue), only_(only), evidence_(evidence) {}

  Result<void> prepare() {
    for (const auto& table : catalogue_.tables) {
      if (table.scubagear.empty() || (only_ != nullptr && only_->count(table.name) == 0)) continue;
      targets_.push_back({TRY(snapshot::Loader::create(evidence_.db, table, only_)), &table, -1, false, {}});
    }
    for (std::size_t i = 0; i < targets_.size(); ++i)
      for (std::size_t s = 0; s < targets_[i].table->scubagear.size(); ++s)
        routes_[text::lower(targets_[i].table->scubagear[s].key)].emplace_back(i, s);
    for (const auto& table : catalogue_.tables)
      for (const auto& source : table.scubagear) known_keys_.insert(text::lower(source.key));
    return {};
  }

  Shape shape_of(std::string_view raw_key) {
    key_ = text::lower(raw_key);
    known_ = known_ || known_keys_.count(key_) != 0 || ends_with(key_, "_successful_commands") ||
             ends_with(key_, "_unsuccessful_commands") || key_ == "scuba_config" || key_ == "baseline_version";
    current_ = nullptr;
    if (const auto found = routes_.find(key_); found != routes_.end()) {
      current_ = &found->second;
      for (const auto& [target, source] : found->second)
        if (targets_[target].table->scubagear[source].map) return Shape::Entries;
      return Shape::Elements;
    }
    if (ends_with(key_, "_unsuccessful_commands") || is_fact(key_)) return Shape::Elements;
    // Seen, but only to know which products the run read.
    if (ends_with(key_, "_successful_commands"))
      add_product(key_.substr(0, key_.size() - std::string_view("_successful_commands").size()));
    return Shape::Skip;
  }

  Result<void> take(const Piece& piece) {
    if (piece.empty_container) {
      // `[]` is a list without rows; `{}` is how an export says that it has nothing.
      if (!piece.is_object) return mark_present();
      return {};
    }
    Element element;
    if (const auto error = parser_.parse(piece.json.data(), piece.json.size(), false).get(element);
        error != simdjson::SUCCESS)
      return fault(piece, error);
    if (is_fact(key_)) TRY(take_fact(element));
    if (ends_with(key_, "_unsuccessful_commands")) {
      each_string(element, [&](std::string_view command) { failed_commands_.insert(text::lower(command)); });
      return {};
    }
    if (current_ != nullptr) TRY(take_rows(piece, element));
    return {};
  }

  Result<void> finish(bool certain) {
    if (!known_ && !certain)
      return invalid("holds no member that a ScubaGear export has", "if it is a partial export, say --kind scubagear");
    for (auto& target : targets_) TRY(cover(target));
    for (const auto& table : catalogue_.tables)
      if (table.scubagear.empty() && evidence_.find(table.name) == nullptr)
        evidence_.set({table.name, snapshot::State::Absent, 0, "a ScubaGear export does not hold it"});
    auto& m = evidence_.manifest;
    if (m.cloud.empty()) m.cloud = "commercial";
    m.source = module_version_.empty() ? "ScubaGear" : "ScubaGear " + module_version_;
    if (!m.taken_at) m.taken_at = local_time_;
    m.scope = scope();
    return {};
  }

 private:
  using Route = std::vector<std::pair<std::size_t, std::size_t>>;  // target, source of it

  static bool is_fact(std::string_view key) {
    constexpr std::array<std::string_view, 6> facts{"tenant_id",      "tenant_details", "date",
                                                    "timestamp_zulu", "module_version", "scuba_config"};
    return std::find(facts.begin(), facts.end(), key) != facts.end() ||
           std::any_of(kLicenceFlags.begin(), kLicenceFlags.end(), [&](const auto& f) { return f.first == key; });
  }

  Error fault(const Piece& piece, simdjson::error_code error) const {
    std::string where(piece.key);
    if (piece.in_container)
      where +=
          piece.entry.empty() ? fmt::format("[{}]", piece.index) : fmt::format("[{}]", text::shorten(piece.entry, 60));
    return invalid(fmt::format("`{}`: not valid JSON at byte {}: {}", text::shorten(where, 120), piece.offset,
                               simdjson::error_message(error)),
                   "is the file complete?");
  }

  Result<bool> choose(std::size_t target_index, std::size_t source) {
    auto& target = targets_[target_index];
    const int wanted = static_cast<int>(source);
    if (target.present == wanted || target.present == -1) {
      target.present = wanted;
      return true;
    }
    if (target.present < wanted) return false;
    TRY(target.loader.clear());  // a better source came later in the file
    target.present = wanted;
    return true;
  }

  Result<void> mark_present() {
    if (current_ == nullptr) return {};
    for (const auto& [target, source] : *current_)
      if (targets_[target].table->scubagear[source].rows.empty()) TRY(choose(target, source));
    return {};
  }

  Result<void> take_rows(const Piece& piece, Element element) {
    // The whole value of a member: null and {} say nothing, a bare object is a list of one.
    if (!piece.in_container && (element.is_null() || empty_object(element))) return {};
    for (const auto& [index, source_index] : *current_) {
      auto& target = targets_[index];
      const auto& source = target.table->scubagear[source_index];
      const bool entries = piece.in_container && piece.is_object;
      if (entries && !source.map) {
        // The member is given by entries for another table; this one would have wanted it whole.
        continue;
      }
      // What is no object is no row, and a list of such things is no evidence.
      if (source.rows.empty()) {
        // A null or a list in a list is how PowerShell writes a command's empty answer.
        const bool nothing = piece.in_container && !entries && (element.is_null() || element.is_array());
        if (!(element.is_object() || nothing) || !TRY(choose(index, source_index))) continue;
        TRY(target.loader.add(element, piece.entry));
        continue;
      }
      const auto rows = snapshot::find(element, source.rows);
      if (!rows || !(rows->is_array() || rows->is_object())) continue;
      if (!TRY(choose(index, source_index))) continue;
      if (rows->is_array()) {
        for (const Element row : simdjson::dom::array(*rows)) TRY(target.loader.add(row));
      } else if (!empty_object(*rows)) {
        TRY(target.loader.add(*rows));
      }
    }
    return {};
  }

  Result<void> take_fact(Element e) {
    auto& m = evidence_.manifest;
    if (key_ == "tenant_id" && e.is_string()) m.tenant_id = std::string_view(e);
    if (key_ == "tenant_details") {
      if (m.tenant_name.empty()) m.tenant_name = string_at(e, "/DisplayName");
      if (m.tenant_id.empty()) m.tenant_id = string_at(e, "/TenantId");
    }
    if (key_ == "timestamp_zulu" && e.is_string()) m.taken_at = iso8601::parse_time(std::string_view(e));
    if (key_ == "date" && e.is_string()) local_time_ = iso8601::parse_time(std::string_view(e));
    if (key_ == "module_version" && e.is_string()) module_version_ = std::string_view(e);
    if (key_ == "scuba_config") take_config(e);
    for (const auto& [flag, plan] : kLicenceFlags)
      if (key_ == flag && e.is_bool()) evidence_.plans[std::string(plan)] = bool(e);
    return {};
  }

  void take_config(Element config) {
    if (!config.is_object()) return;
    if (const auto environment = member(config, "M365Environment"); environment && environment->is_string())
      evidence_.manifest.cloud = text::lower(std::string_view(*environment));
    if (const auto products = member(config, "ProductNames"))
      each_string(*products, [&](std::string_view product) { add_product(text::lower(product)); });
    for (const auto product : simdjson::dom::object(config)) {
      if (text::iequals(product.key, "OmitPolicy")) {
        take_omissions(product.value);
      } else if (product.value.is_object()) {
        for (const auto policy : simdjson::dom::object(product.value)) take_policy_config(policy.key, policy.value);
      }
    }
  }

  void take_policy_config(std::string_view policy, Element e) {
    for (const auto& list : kConfigLists) {
      const auto group = list.group.empty() ? std::optional<Element>(e) : member(e, list.group);
      if (!group) continue;
      const auto values = member(*group, list.list);
      if (!values) continue;
      each_string(*values, [&](std::string_view value) {
        if (value.empty()) return;
        evidence_.exceptions.push_back(
            {std::string(kFramework), std::string(policy), std::string(list.kind), std::string(value)});
      });
    }
  }

  void take_omissions(Element e) {
    if (!e.is_object()) return;
    for (const auto policy : simdjson::dom::object(e)) {
      snapshot::Omission omission{std::string(kFramework), std::string(policy.key), {}, {}};
      omission.reason = string_at(policy.value, "/Rationale");
      // With a date that cannot be read it is no omission: it must not last for ever by mistake.
      if (const auto expires = member(policy.value, "Expiration");
          expires && !(expires->is_string() && std::string_view(*expires).empty())) {
        omission.expires = expires->is_string() ? iso8601::parse_time(std::string_view(*expires)) : std::nullopt;
        if (!omission.expires) continue;
      }
      evidence_.omissions.push_back(std::move(omission));
    }
  }

  void add_product(std::string_view name) {
    if (const auto* known =
            std::find_if(kProducts.begin(), kProducts.end(), [&](const auto& p) { return p.name == name; });
        known != kProducts.end())
      products_.insert(known->name);
  }

  Result<void> cover(Target& target) {
    const auto& table = *target.table;
    for (const auto& source : table.scubagear) {
      for (const auto& command : source.commands) {
        if (failed_commands_.count(text::lower(command)) == 0) continue;
        TRY(target.loader.clear());
        evidence_.set(
            {table.name, snapshot::State::Failed, 0, fmt::format("{} failed when the export was made", command)});
        return {};
      }
    }
    if (target.present < 0) {
      evidence_.set({table.name, snapshot::State::Absent, 0,
                     fmt::format("the export holds no `{}`", table.scubagear.front().key)});
    } else {
      evidence_.set({table.name, snapshot::State::Collected, target.loader.rows(), {}});
    }
    return {};
  }

  // The services that the run set out to read; without any word of it, all that an export can hold.
  std::vector<std::string> scope() const {
    std::set<std::string> out;
    for (const auto& product : kProducts)
      if (products_.empty() || products_.count(product.name) != 0)
        for (const auto service : product.services)
          if (!service.empty()) out.emplace(service);
    return {out.begin(), out.end()};
  }

  const catalog::Catalogue& catalogue_;
  const sql::Reads* only_;
  snapshot::Evidence& evidence_;
  std::vector<Target> targets_;
  std::unordered_map<std::string, Route> routes_;  // by key in lower case
  std::set<std::string> known_keys_;
  std::string key_;  // of the member being read, in lower case
  const Route* current_ = nullptr;
  bool known_ = false;
  simdjson::dom::parser parser_;
  std::set<std::string> failed_commands_;
  std::set<std::string_view> products_;
  std::string module_version_;
  std::optional<Timestamp> local_time_;
};

}  // namespace

Result<void> read_scubagear(snapshot::ByteSource& bytes, const catalog::Catalogue& catalogue, const sql::Reads* only,
                            bool certain, snapshot::Evidence& evidence) {
  Reader reader(catalogue, only, evidence);
  TRY(reader.prepare());
  snapshot::Utf8Source utf8(bytes);
  snapshot::JsonStream stream(utf8, [&](std::string_view key) { return reader.shape_of(key); });
  for (Piece piece; TRY(stream.next(piece));) TRY(reader.take(piece));
  return reader.finish(certain);
}

}  // namespace assay::import
