#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/tenant.h"

// The wire form of DNS (RFC 1035, EDNS of RFC 6891), as far as a name server that answers with authority needs it.
namespace assay::sim::server {

struct DnsQuestion {
  std::uint16_t id = 0;
  bool recursion_desired = false;
  std::string name;  // lower case, without the final dot
  std::uint16_t type = 0;
  std::string raw;         // the question section, as it came
  std::size_t most = 512;  // bytes that fit into an answer over UDP
  bool edns = false;
};

std::optional<DnsQuestion> read_question(std::string_view packet);

struct DnsAnswer {
  std::string name;
  std::uint16_t type = 0;
  std::string data;
};

inline constexpr std::uint16_t kTypeA = 1;
inline constexpr std::uint16_t kTypeCname = 5;

// The number of a type by its name (`TXT`), 0 for one that is not known, and the other way round.
std::uint16_t dns_type(std::string_view name);
std::string_view dns_type_name(std::uint16_t type);

// The data of a record on the wire; nothing when the text is not what such a record holds.
std::optional<std::string> record_data(const DnsRecord& record);

// `limit` 0: no limit (TCP). An answer that does not fit is cut to none and says so (TC).
std::string write_answer(const DnsQuestion& question, int rcode, const std::vector<DnsAnswer>& answers,
                         std::size_t limit);

}  // namespace assay::sim::server
