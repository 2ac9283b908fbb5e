#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/server/server.h"

namespace assay::sim::server {

// Time that stands still until a test moves it.
class TestTime {
 public:
  WallTime now() const { return WallTime(WallTime::duration(ticks_.load())); }
  void advance(WallTime::duration by) { ticks_ += by.count(); }
  std::function<WallTime()> function() {
    return [this] { return now(); };
  }

 private:
  std::atomic<WallTime::rep> ticks_{std::chrono::system_clock::now().time_since_epoch().count()};
};

struct Reply {
  int status = 0;                              // 0: there was no whole answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string error;  // what the client says of the connection

  Json json() const;
  std::string header(const std::string& lower_name) const;
};

// A real client for tests: libcurl over TLS, with the simulator's authority and its address for every host.
class TestClient {
 public:
  explicit TestClient(const Server& server);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  Reply get(const std::string& url, std::vector<std::string> headers = {});
  Reply post(const std::string& url, const std::string& body, std::vector<std::string> headers = {});
  Reply send(const std::string& method, const std::string& url, const std::string& body,
             std::vector<std::string> headers = {});

  // Asks for a token by the application's certificate; `token` is then sent with every request.
  void sign_in(const std::string& scope = "https://graph.microsoft.com/.default");
  void sign_in_by_secret(const std::string& scope = "https://graph.microsoft.com/.default");
  std::string assertion(const std::string& algorithm = "PS256") const;
  std::string token_address() const;

  std::string token;

 private:
  const ClientAccess& access_;
  void* curl_;
};

}  // namespace assay::sim::server
