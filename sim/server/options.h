#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/tenant/tenant.h"

namespace assay::sim::server {

using WallTime = std::chrono::system_clock::time_point;

enum class Throttling {
  Off,        // nothing is refused for its number
  Published,  // the limits that the services publish
};

// How the simulated services behave. What they serve is in `tenant`.
struct ServerOptions {
  TenantOptions tenant;
  std::size_t tenants = 1;  // so many beside each other, told apart by their tokens and names; changes to any but the
                            // first are forgotten when it was not asked for long

  std::string address = "127.0.0.1";
  std::uint16_t port = 0;        // 0: a free one
  std::string dns_address;       // empty: as `address`
  std::uint16_t dns_port = 0;    // 0: a free one
  std::filesystem::path state;   // keys, certificates, client configuration; empty: a new temporary folder
  std::filesystem::path record;  // empty: nothing is written down (recorder.h)
  unsigned threads = 2;

  Throttling throttling = Throttling::Off;
  double limit_share = 1;                     // how much of each published limit there is
  double fault_rate = 0;                      // 0 to 1: how many of the requests go wrong in some way
  std::chrono::milliseconds slow{1500};       // how long a slow answer takes
  std::chrono::seconds token_lifetime{3599};  // of access tokens
  std::chrono::seconds page_token_lifetime{3600};
  std::size_t page_size = 0;         // at most so many elements a page, whatever is asked; 0: as published
  std::size_t empty_page_every = 0;  // each n-th page of a list is empty and has a nextLink; 0: never
  std::size_t scan_limit = 20'000;   // a filtered list ends its page after looking at so many elements

  std::chrono::milliseconds write_delay{0};  // how long a write is not seen by reads
  std::chrono::milliseconds audit_delay{0};  // how much longer until the audit log tells of it

  // What the reading application holds. Empty `permissions`: everything that a reading application asks for.
  std::vector<std::string> permissions;
  std::set<std::string> without_permissions;
  std::vector<std::string> directory_roles{"Global Reader"};

  // The time of tokens and limits; tests set their own so that nothing has to be waited for.
  std::function<WallTime()> now = [] { return std::chrono::system_clock::now(); };
};

}  // namespace assay::sim::server
