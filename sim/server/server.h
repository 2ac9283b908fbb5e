#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/server/counters.h"
#include "sim/server/http_message.h"
#include "sim/server/options.h"
#include "sim/server/sign_in.h"
#include "sim/server/throttle.h"

namespace assay::sim::server {

// What a client needs to know to reach the simulated tenant.
struct ClientAccess {
  std::string tenant_id;
  std::string initial_domain;
  std::string client_id;
  std::string client_secret;
  std::string writer_id;  // a second application, which may change what the first reads
  std::string writer_secret;
  std::filesystem::path client_certificate;  // PEM, with its key
  std::filesystem::path federated_token;     // a token of another party that proves the same application
  std::filesystem::path ca;                  // PEM
  std::string address;                       // 127.0.0.1:8443: where all hosts are
  std::string dns;                           // 127.0.0.1:8453, UDP and TCP
  std::vector<std::string> hosts;            // the names that the certificate knows
};

// The whole simulated Microsoft 365: one address with TLS for every service, told apart by the Host header or, for
// simple tools, by the first segment of the path (`https://127.0.0.1:8443/graph.microsoft.com/v1.0/users`), and a name
// server. Runs on threads of its own until it is destroyed.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::uint16_t dns_port() const;
  const std::filesystem::path& state() const;  // ca.pem, client.pem, client.json, …
  const ClientAccess& access() const;
  const Tenant& tenant() const;  // the first, if there are several
  // The answer to a request without sockets; `host` stands in its headers.
  Response answer(Request request);
  // What was taken from which limit, with throttling on.
  const Throttle& throttle() const;
  // By `host/path` without the query: `graph.microsoft.com/v1.0/users`. Requests inside a batch are counted as well.
  // A cmdlet that the headers name stands behind its path.
  const Counters& counters() const;

  // How device codes end from now on, and how often a client is told to go on asking before.
  void set_device_sign_in(DeviceSignIn what, int pending_polls);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::sim::server

// What those outside this folder name.
namespace assay::sim {
using server::ClientAccess;
using server::Counters;
using server::DeviceSignIn;
using server::PathCount;
using server::Server;
using server::ServerOptions;
using server::Throttling;
}  // namespace assay::sim
