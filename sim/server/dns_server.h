#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "sim/tenant/tenant.h"

namespace assay::sim::server {

// Answers for every name of the tenant over UDP and TCP on one port. A CNAME is followed to its end within the answer.
class DnsServer {
 public:
  static Result<std::unique_ptr<DnsServer>> start(const std::string& address, std::uint16_t port, const Tenant& tenant);
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
std::string answer_dns(const Tenant& tenant, std::string_view packet, bool udp);

}  // namespace assay::sim::server
