#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "sim/server/certificates.h"
#include "sim/server/http_message.h"

namespace assay::sim::server {

// HTTP/1.1 over TLS with keep-alive, gzip for those who ask, and chunked bodies. Calls the handler from several threads
// at once. The destructor breaks off what is under way and waits for the threads.
class Listener {
 public:
  // Fills `method`, `path`, `query`, `headers` and `body` of the request; who is meant, the handler finds out.
  using Handler = std::function<Response(Request&)>;

  static Result<std::unique_ptr<Listener>> start(const std::string& address, std::uint16_t port,
                                                 const Identity& identity, unsigned threads, Handler handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::sim::server
