#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay::sim::server {

enum class Fault {
  None,
  TooMany,         // 429 with Retry-After, outside every limit
  ServerError,     // 500
  BadGateway,      // 502 with a page of HTML
  Unavailable,     // 503 with Retry-After
  GatewayTimeout,  // 504 with an empty body
  Reset,
  Truncated,
  Slow,
};

// Which trouble the n-th request of a path meets. The same seed, path and number give the same fault, whatever else is
// asked in between; no path meets more than three in a row, so that every client with patience gets through.
Fault fault_of(std::uint64_t seed, double rate, std::string_view path, std::size_t number);

std::string_view name(Fault fault);

}  // namespace assay::sim::server
