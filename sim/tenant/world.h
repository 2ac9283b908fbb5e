#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/licences.h"
#include "sim/tenant/people.h"
#include "sim/tenant/registry.h"
#include "sim/tenant/seed.h"
#include "sim/tenant/tenant.h"

namespace assay::sim {

// A domain of the tenant. The parked one sends no mail.
struct Domain {
  std::string name;
  bool initial = false;
  bool primary = false;
  bool parked = false;
};

// What every part of the tenant is made from. Made once, never changed afterwards.
struct World {
  explicit World(TenantOptions given);

  TenantOptions options;
  Seed seed;
  std::string id;     // tenant id
  std::string label;  // `contoso`
  std::vector<Domain> domains;
  People people;
  Licences licences;

  int posture() const { return static_cast<int>(options.posture); }
  bool at_least(Posture posture) const { return options.posture >= posture; }
  // The value of this posture out of five, worst first.
  template <class T>
  T by_posture(T neglected, T defaults, T typical, T good, T excellent) const {
    const T all[] = {neglected, defaults, typical, good, excellent};
    return all[posture()];
  }
  const std::string& primary_domain() const;
  const std::string& initial_domain() const;
};

using WorldPtr = std::shared_ptr<const World>;

}  // namespace assay::sim
