#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/tenant/tenant.h"

namespace assay::sim::server {

// What a name server knows, in the words of Tenant::dns.
using LookUp = std::function<DnsStatus(std::string_view name, std::string_view type, std::vector<DnsRecord>& out)>;

// Answers for every name that `look_up` knows over UDP and TCP on one port. A CNAME is followed to its end within the
// answer.
class DnsServer {
 public:
  static Result<std::unique_ptr<DnsServer>> start(const std::string& address, std::uint16_t port, LookUp look_up);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::uint16_t port() const;

 private:
  struct State;
  explicit DnsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The answer to one packet; empty: not a question. `limit` as for write_answer, 0 for TCP.
std::string answer_dns(const LookUp& look_up, std::string_view packet, bool udp);

}  // namespace assay::sim::server
