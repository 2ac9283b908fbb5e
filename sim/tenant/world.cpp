#include "sim/tenant/world.h"

#include <algorithm>
#include <cctype>

namespace assay::sim {
namespace {

// The first label of the tenant's domains: letters and digits of its name.
std::string label_of(const std::string& name) {
  std::string out;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out.empty() ? "contoso" : out.substr(0, 20);
}

std::vector<Domain> domains_of(const std::string& label, std::size_t users) {
  std::vector<Domain> out = {{.name = label + ".com", .primary = true},
                             {.name = label + ".onmicrosoft.com", .initial = true},
                             {.name = label + ".co.uk"},
                             {.name = label + "-events.com", .parked = true}};
  static constexpr std::string_view kMore[] = {".de", ".fr", ".es", ".ca", ".sg", ".com.au", ".in", ".eu"};
  // A big organisation has a domain for each country and brand.
  for (std::size_t i = 0; i < std::size(kMore) && users > 500 * (i + 1); ++i)
    out.push_back({.name = label + std::string(kMore[i])});
  for (std::size_t i = 0; i < users / 25000; ++i)
    out.push_back({.name = "brand" + std::to_string(i + 1) + "." + label + ".com"});
  return out;
}

}  // namespace

World::World(TenantOptions given)
    : options(std::move(given)),
      seed(options.seed),
      id(seed.guid("tenant")),
      label(label_of(options.name)),
      domains(domains_of(label, options.users)),
      people(options, seed),
      licences(options) {}

const std::string& World::primary_domain() const { return domains[0].name; }
const std::string& World::initial_domain() const { return domains[1].name; }

}  // namespace assay::sim
