// bench-scuba-generator EXPORT OUT --policies N | --privileged N | --domains N
//
// Writes a ScubaGear export again, compactly, with N objects of a kind: the real ones, and after them the same ones in
// turn under fresh ids and names, so that each stays as large and as varied as real ones are. Deterministic: the same
// arguments give the same bytes. Only the export itself is held in memory.
//   --policies    conditional_access_policies
//   --privileged  privileged_users, each with an assignment in privileged_roles for every role that it holds
//   --domains     accepted_domains and all that is known of each: spf_records, dkim_config, dkim_records,
//                 dmarc_records, domain_settings. Sub-domains stay below their parents.

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/result.h"
#include "base/text.h"

namespace {

using namespace assay;

constexpr std::array<std::string_view, 6> kDomainKeys{"accepted_domains", "spf_records",   "dkim_config",
                                                      "dkim_records",     "dmarc_records", "domain_settings"};

// A scrambled number: the same for the same seed, unlike for seeds that are neighbours (splitmix64).
std::uint64_t scramble(std::uint64_t seed) {
  seed += 0x9E3779B97F4A7C15U;
  seed = (seed ^ (seed >> 30U)) * 0xBF58476D1CE4E5B9U;
  seed = (seed ^ (seed >> 27U)) * 0x94D049BB133111EBU;
  return seed ^ (seed >> 31U);
}

// The GUID of the n-th object of a kind; `kind` keeps kinds apart.
std::string guid(std::uint64_t kind, std::uint64_t n) {
  const auto a = scramble(kind << 40U | n << 1U);
  const auto b = scramble(kind << 40U | n << 1U | 1U);
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}", a >> 32U, a >> 16U & 0xFFFFU, a & 0xFFFU,
                     8U | (b >> 62U), b >> 48U & 0xFFFU, b & 0xFFFFFFFFFFFFU);
}

bool is_guid(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().size() == 36 &&
         value.get_ref<const std::string&>()[8] == '-';
}

// A member's key in the case that this export writes it; exports of different ages differ. nullptr: there is none.
template <class Object>
auto* member(Object& object, std::string_view key) {
  using Value = std::remove_reference_t<decltype(object.front())>;
  if (object.is_object())
    for (auto field = object.begin(); field != object.end(); ++field)
      if (text::iequals(field.key(), key)) return static_cast<Value*>(&field.value());
  return static_cast<Value*>(nullptr);
}

std::string text_at(const Json& object, std::string_view key) {
  const auto* value = member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

// The elements of a list; a bare object is a list of one, and an empty one of none.
std::vector<Json> elements(const Json& document, std::string_view key) {
  const auto* value = member(document, key);
  if (value == nullptr || value->is_null() || (value->is_object() && value->empty())) return {};
  if (value->is_array()) return {value->begin(), value->end()};
  return {*value};
}

std::string dashed(std::string domain) {
  std::replace(domain.begin(), domain.end(), '.', '-');
  return domain;
}

// An object's text in which some words give way to others.
class Template {
 public:
  explicit Template(const Json& object) : text_(object.dump()) {}

  // Every occurrence of `word` is the slot, unless an earlier slot took it.
  void mark(std::string_view word, std::size_t slot) {
    if (word.empty()) return;
    for (auto at = text_.find(word); at != std::string::npos; at = text_.find(word, at + word.size())) {
      const auto end = at + word.size();
      const auto overlaps = [&](const Mark& m) { return at < m.begin + m.size && m.begin < end; };
      if (std::none_of(marks_.begin(), marks_.end(), overlaps)) marks_.push_back({at, word.size(), slot});
    }
    std::sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
  }

  void write(std::ostream& out, const std::vector<std::string>& slots) const {
    std::size_t at = 0;
    for (const auto& m : marks_) {
      out.write(text_.data() + at, static_cast<std::streamsize>(m.begin - at));
      out << slots[m.slot];
      at = m.begin + m.size;
    }
    out.write(text_.data() + at, static_cast<std::streamsize>(text_.size() - at));
  }

 private:
  struct Mark {
    std::size_t begin;
    std::size_t size;
    std::size_t slot;
  };
  std::string text_;
  std::vector<Mark> marks_;
};

// Writes a list or an object, one item after another.
class Items {
 public:
  Items(std::ostream& out, char open) : out_(out) { out_ << open; }
  std::ostream& next() {
    if (!first_) out_ << ',';
    first_ = false;
    return out_;
  }

 private:
  std::ostream& out_;
  bool first_ = true;
};

Error nothing_to_repeat(std::string_view what) {
  return invalid(fmt::format("the export holds no {}", what), "take one that does");
}

Result<void> write_policies(std::ostream& out, const Json& document, std::size_t count) {
  const auto policies = elements(document, "conditional_access_policies");
  if (policies.empty()) return nothing_to_repeat("Conditional Access policies");
  std::vector<Template> templates;
  std::vector<std::string> names;
  for (const auto& policy : policies) {
    names.push_back(Json(text_at(policy, "DisplayName")).dump());
    auto& of = templates.emplace_back(policy);
    of.mark(text_at(policy, "Id"), 0);
    of.mark(names.back(), 1);
  }
  Items items(out, '[');
  for (std::size_t i = 0; i < count; ++i) {
    const auto which = i % policies.size();
    if (i < policies.size()) {
      items.next() << policies[which].dump();
      continue;
    }
    auto name = names[which];
    name.insert(name.size() - 1, fmt::format(" - Department {:06}", i));
    templates[which].write(items.next(), {guid(1, i), name});
  }
  out << ']';
  return {};
}

// The holders of privileged roles: the real ones, then the same roles in other hands.
class Privileged {
 public:
  static Result<Privileged> create(const Json& document, std::size_t count) {
    const auto* users = member(document, "privileged_users");
    if (users == nullptr || !users->is_object() || users->empty()) return nothing_to_repeat("privileged users");
    return Privileged(*users, document, count);
  }

  void write_users(std::ostream& out) const {
    Items items(out, '{');
    for (std::size_t i = 0; i < count_; ++i) {
      const auto& user = users_[i % users_.size()];
      items.next() << Json(id(i)).dump() << ':';
      auto name = user.name;
      if (i >= users_.size()) name.insert(name.size() - 1, fmt::format(" {:06}", i));
      user.object.write(out, {name});
    }
    out << '}';
  }

  void write_roles(std::ostream& out, const Json& document) const {
    Items roles(out, '[');
    std::uint64_t made = 0;
    for (const auto& role : elements(document, "privileged_roles")) {
      roles.next();
      Items members(out, '{');
      for (auto field = role.begin(); field != role.end(); ++field) {
        members.next() << Json(field.key()).dump() << ':';
        if (text::iequals(field.key(), "Assignments")) {
          write_assignments(out, role, field.value(), made);
        } else {
          out << field.value().dump();
        }
      }
      out << '}';
    }
    out << ']';
  }

 private:
  struct User {
    std::string id;
    std::string name;  // as JSON
    std::set<std::string> roles;
    Template object;
  };

  Privileged(const Json& users, const Json& document, std::size_t count) : count_(count) {
    for (auto user = users.begin(); user != users.end(); ++user) {
      User of{user.key(), Json(text_at(user.value(), "DisplayName")).dump(), {}, Template(user.value())};
      of.object.mark(of.name, 0);
      if (const auto* roles = member(user.value(), "roles"); roles != nullptr)
        for (const auto& role : *roles) of.roles.insert(role.get<std::string>());
      users_.push_back(std::move(of));
    }
    for (const auto& role : elements(document, "privileged_roles"))
      for (const auto& assignment : elements(role, "Assignments")) all_assignments_.push_back(assignment);
  }

  std::string id(std::size_t i) const { return i < users_.size() ? users_[i].id : guid(2, i); }

  // The role's own assignments, which the real users have, and one for each other user that holds it. A role that has
  // none yet takes those of all roles as its pattern.
  void write_assignments(std::ostream& out, const Json& role, const Json& own, std::uint64_t& made) const {
    const auto role_id = text_at(role, "RoleTemplateId");
    auto patterns = own.is_array() ? std::vector<Json>(own.begin(), own.end()) : std::vector<Json>();
    Items items(out, '[');
    for (const auto& assignment : patterns) items.next() << assignment.dump();
    if (patterns.empty()) patterns = all_assignments_;
    std::vector<Template> templates;
    for (const auto& assignment : patterns) {
      auto& of = templates.emplace_back(assignment);
      of.mark(text_at(assignment, "Id"), 0);
      of.mark(text_at(assignment, "RoleAssignmentScheduleId"), 0);
      of.mark(text_at(assignment, "RoleAssignmentOriginId"), 0);
      of.mark(text_at(assignment, "PrincipalId"), 1);
      of.mark(text_at(assignment, "RoleDefinitionId"), 2);
    }
    const auto name = text_at(role, "DisplayName");
    std::size_t turn = 0;
    for (std::size_t i = users_.size(); i < count_ && !templates.empty(); ++i) {
      if (users_[i % users_.size()].roles.count(name) == 0) continue;
      templates[turn++ % templates.size()].write(items.next(), {guid(3, made++), id(i), role_id});
    }
    out << ']';
  }

  std::vector<User> users_;
  std::vector<Json> all_assignments_;
  std::size_t count_;
};

// The mail domains: the real ones, then in each further round the same ones below other organisational domains.
class Domains {
 public:
  static Result<Domains> create(const Json& document, std::size_t count) {
    Domains out(document, count);
    if (out.names_.empty()) return nothing_to_repeat("accepted domains");
    return out;
  }

  static bool is_key(std::string_view key) {
    return std::any_of(kDomainKeys.begin(), kDomainKeys.end(), [&](auto of) { return text::iequals(of, key); });
  }

  // A list with what the export says of each domain: its own words for a real one, for others those on the real ones
  // of the list, in turn.
  void write(std::ostream& out, const Json& document, std::string_view key) const {
    const auto objects = elements(document, key);
    std::vector<Template> templates;
    for (const auto& object : objects) {
      auto changed = object;
      for (const auto* of : {"Default", "InitialDomain", "IsDefault", "IsInitial", "IsCoexistenceDomain"})
        if (auto* flag = member(changed, of); flag != nullptr) *flag = false;
      if (auto* root = member(changed, "IsRoot"); root != nullptr) *root = "@root";
      if (auto* days = member(changed, "PasswordValidityPeriodInDays"); days != nullptr) *days = "@days";
      auto& made = templates.emplace_back(changed);
      made.mark(name_of(object), 0);
      made.mark(dashed(name_of(object)), 1);
      made.mark("\"@root\"", 2);
      made.mark("\"@days\"", 3);
      for (const auto* of : {"Guid", "ExchangeObjectId"})
        if (const auto* value = member(object, of); value != nullptr && is_guid(*value))
          made.mark(value->get<std::string>(), 4);
    }
    Items items(out, '[');
    std::size_t turn = 0;
    for (std::size_t i = 0; i < count_ && !templates.empty(); ++i) {
      const auto name = this->name(i);
      const auto real =
          std::find_if(objects.begin(), objects.end(), [&](const Json& o) { return text::iequals(name_of(o), name); });
      if (i < names_.size() && real != objects.end()) {
        items.next() << real->dump();
        continue;
      }
      const bool root = is_root_[i % names_.size()];
      // A sub-domain has no period of its own.
      templates[turn++ % templates.size()].write(
          items.next(), {name, dashed(name), root ? "true" : "false", root ? "2147483647" : "null", guid(4, i)});
    }
    out << ']';
  }

 private:
  Domains(const Json& document, std::size_t count) : count_(count) {
    for (const auto& domain : elements(document, "accepted_domains")) names_.push_back(name_of(domain));
    for (const auto& name : names_)
      is_root_.push_back(
          std::none_of(names_.begin(), names_.end(), [&](const auto& other) { return name.ends_with("." + other); }));
  }

  static std::string name_of(const Json& object) {
    for (const auto* key : {"DomainName", "Domain", "Id"})
      if (auto name = text_at(object, key); !name.empty()) return name;
    return {};
  }

  // `mail.contoso.com` becomes `mail.contoso-com-000012.example` in round 12.
  std::string name(std::size_t i) const {
    const auto& real = names_[i % names_.size()];
    const auto round = i / names_.size();
    if (round == 0) return real;
    const auto last = real.rfind('.');
    const auto dot = last == std::string::npos || last == 0 ? std::string::npos : real.rfind('.', last - 1);
    const auto begin = dot == std::string::npos ? 0 : dot + 1;
    return fmt::format("{}{}-{:06}.example", real.substr(0, begin), dashed(real.substr(begin)), round);
  }

  std::vector<std::string> names_;
  std::vector<bool> is_root_;
  std::size_t count_;
};

struct Arguments {
  std::string from;
  std::string to;
  std::size_t policies = 0;
  std::size_t privileged = 0;
  std::size_t domains = 0;
};

Result<void> generate(const Arguments& arguments) {
  const auto bytes = TRY(read_file(arguments.from));
  const auto document =
      Json::parse(bytes.starts_with("\xEF\xBB\xBF") ? std::string_view(bytes).substr(3) : bytes, nullptr, false);
  if (!document.is_object())
    return invalid(fmt::format("`{}`: not a JSON object", arguments.from), "give a ScubaGear export");

  std::optional<Privileged> privileged;
  if (arguments.privileged != 0) privileged = TRY(Privileged::create(document, arguments.privileged));
  std::optional<Domains> domains;
  if (arguments.domains != 0) domains = TRY(Domains::create(document, arguments.domains));

  std::ofstream out;
  std::vector<char> buffer(std::size_t{1} << 20);
  out.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  out.open(arguments.to, std::ios::binary | std::ios::trunc);
  Items members(out, '{');
  for (auto field = document.begin(); field != document.end(); ++field) {
    members.next() << Json(field.key()).dump() << ':';
    if (arguments.policies != 0 && text::iequals(field.key(), "conditional_access_policies")) {
      TRY(write_policies(out, document, arguments.policies));
    } else if (privileged && text::iequals(field.key(), "privileged_users")) {
      privileged->write_users(out);
    } else if (privileged && text::iequals(field.key(), "privileged_roles")) {
      privileged->write_roles(out, document);
    } else if (domains && Domains::is_key(field.key())) {
      domains->write(out, document, field.key());
    } else {
      out << field.value().dump();
    }
  }
  out << "}\n";
  out.close();
  if (!out) return invalid(fmt::format("`{}`: cannot be written", arguments.to), "is there room?");
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes a ScubaGear export again with many objects of one kind", "bench-scuba-generator");
  Arguments arguments;
  app.add_option("EXPORT", arguments.from, "The export to begin with")->required();
  app.add_option("OUT", arguments.to, "The file to write")->required();
  auto* what = app.add_option_group("kind");
  what->add_option("--policies", arguments.policies, "Conditional Access policies")->check(CLI::PositiveNumber);
  what->add_option("--privileged", arguments.privileged, "Privileged users with their assignments")
      ->check(CLI::PositiveNumber);
  what->add_option("--domains", arguments.domains, "Mail domains with their records")->check(CLI::PositiveNumber);
  what->require_option(1);
  CLI11_PARSE(app, argc, argv);
  if (const auto done = generate(arguments); !done) {
    fmt::print(stderr, "error: {}\n", describe(done.error()));
    return exit_code(done.error().code);
  }
  return 0;
}
