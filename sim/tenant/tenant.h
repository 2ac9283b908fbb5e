#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json.hpp>

// A Microsoft 365 tenant that nobody owns: people, groups, roles, policies, devices, mailboxes, domains. Everything is
// worked out from a seed, so two tenants with the same options are the same to the byte, on any machine and in any
// order of asking. Nothing here knows HTTP: `sim/server` puts these objects on the wire.
namespace assay::sim {

using Json = nlohmann::json;

// How well the tenant is looked after, worst first. Each posture holds at least what the one before it holds.
enum class Posture { Neglected, SecurityDefaults, Typical, Good, Excellent };

struct TenantOptions {
  std::size_t users = 300;  // member and guest accounts; at least 10
  std::uint64_t seed = 1;
  Posture posture = Posture::Typical;
  int day = 0;                               // how many days of life since day 0; each day brings a little drift
  std::string name = "Contoso";              // the display name; the initial domain is made from it
  std::set<std::string> without_plans = {};  // service plans that the tenant does not hold, by name: `AAD_PREMIUM_P2`
};

// One list or singleton of one service, object by object, as the service spells it with ALL its properties. Objects are
// made when asked for, from the seed and their index: a million users take no memory. A Resource may outlive neither
// its Tenant nor a change of it; all calls are const and safe from several threads.
//
// Graph objects carry `@odata.type` only where their type is derived from the declared one. Navigation properties are
// not part of an object, with the exceptions that the real service makes; for `$expand=x` of the element `id` of the
// list `path` ask `find(service, path + "/" + id + "/x")`: a list, or a singleton.
class Resource {
 public:
  virtual ~Resource() = default;
  virtual std::size_t size() const = 0;
  virtual Json at(std::size_t index) const = 0;  // index < size()
  // By `id`, without case. The first call looks at every object, later ones at none.
  virtual std::optional<std::size_t> index_of(std::string_view id) const;
  virtual bool singleton() const { return false; }  // then size() is 1

 private:
  mutable std::once_flag numbered_;
  mutable std::unordered_map<std::string, std::size_t> numbers_;  // by what an object goes by, in lower case
};

// One record: a TXT record has its strings in `data`, an MX `10 host`, a CNAME its target, an A its address.
struct DnsRecord {
  std::string type;
  std::vector<std::string> data;
};
enum class DnsStatus { Found, NoData, NxDomain, ServFail };

class Tenant {
 public:
  explicit Tenant(TenantOptions options);
  ~Tenant();
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  // service: graph/v1.0 graph/beta exchange compliance sharepoint teams defender-endpoint cloud-apps power-platform
  // fabric azure.
  // path: without leading slash and options: `users`, `users/{id}` (a singleton), `groups/{id}/transitiveMembers`; for
  // exchange and compliance the cmdlet, with its parameters in `parameters`; for teams the type, or
  // `{type}/configuration/{identity}`. Lists that the service gives only with a filter (PIM's by `scopeId` or
  // `groupId`) are whole here: the server filters. Sites as the SharePoint administrator sees them are `sites` of
  // `sharepoint`; rows of an audit search are `security/auditLog/records` of Graph. Names of paths are compared without
  // case. nullptr: there is no such thing (404); what licences hide is told by `required_plan`.
  std::shared_ptr<const Resource> find(std::string_view service, std::string_view path,
                                       const Json& parameters = Json::object()) const;

  // Every list, object, cmdlet or type of a service that `find` knows, in lower case; not what belongs to one element.
  std::vector<std::string> paths(std::string_view service) const;

  // The service plan without which the service refuses this path (403, or a cmdlet that is not recognised). A property
  // with a licence of its own is asked for behind the list: `users/signInActivity`.
  std::optional<std::string> required_plan(std::string_view service, std::string_view path) const;
  bool holds(std::string_view plan) const;  // by name, without case

  // What the domain's name server says, the aliases on the way to a record before it. Names without case, with or
  // without the final dot; `type` in capitals.
  DnsStatus dns(std::string_view name, std::string_view type, std::vector<DnsRecord>& out) const;

  const std::string& id() const;              // the tenant id
  const std::string& initial_domain() const;  // contoso.onmicrosoft.com
  const TenantOptions& options() const;
  std::string today() const;  // ISO date of day N; day 0 is 2026-01-01

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay::sim
