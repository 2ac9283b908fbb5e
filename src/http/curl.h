#pragma once

#include <map>
#include <memory>
#include <string>

#include "http/client.h"

// The real world: libcurl's multi interface in the loop's own thread, with HTTP/2 where the other side speaks it,
// connections kept and shared, gzip, a proxy and other certificate authorities. libcurl is loaded when the first of
// these is made: a program that only judges snapshots starts without it.
namespace assay::http {

struct CurlOptions {
  std::string user_agent{};
  std::string proxy{};            // empty: as HTTPS_PROXY and NO_PROXY say
  std::string ca_file{};          // PEM; empty: the system's
  std::string connect_to{};       // HOST:PORT that every connection goes to, whatever its URL says (a simulator)
  long connections_per_host = 4;  // HTTP/2 puts many requests on each
};

// Other sockets that the same thread waits for, such as a resolver's.
class Watched {
 public:
  struct Socket {
    int fd;
    bool read;
    bool write;
  };
  virtual ~Watched() = default;
  virtual std::vector<Socket> sockets() = 0;
  virtual std::optional<std::chrono::milliseconds> longest() = 0;  // until it wants to be called whatever happens
  virtual void happened() = 0;
  virtual bool busy() = 0;
};

class CurlClient final : public Client, public World {
 public:
  static Result<std::unique_ptr<CurlClient>> create(CurlOptions options);
  ~CurlClient() override;

  void attach(Loop& loop);  // before the first request
  Task<Result<Response>> send(Request request) override;
  TimePoint now() override;
  bool wait(std::optional<TimePoint> until) override;

  // Another client in the same world: its requests wait beside this one's, with options of its own except for the
  // number of connections. It may not outlive this one.
  std::unique_ptr<Client> with(CurlOptions options);

  void watch(Watched* others);
  void unwatch(Watched* others);

  struct State;
  struct Route;

 private:
  CurlClient(std::unique_ptr<State> state, std::shared_ptr<const Route> route);
  std::unique_ptr<State> state_;
  std::shared_ptr<const Route> route_;
};

}  // namespace assay::http
