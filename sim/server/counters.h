#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace assay::sim::server {

// What was asked of one path, `graph.microsoft.com/v1.0/users`.
struct PathCount {
  std::size_t requests = 0;
  std::size_t answered = 0;     // with a 2xx
  std::size_t first_pages = 0;  // of those, without a page token: how often the list was begun
  std::size_t throttled = 0;    // 429
  std::size_t faults = 0;       // injected
};

// Lets a test say what a client did: that it never asks twice for what it has, that it waits when told to.
class Counters {
 public:
  // Counts the request in and says the how-many-eth of its path it is, beginning with 0.
  std::size_t begin(const std::string& path);
  void end(const std::string& path, int status, bool has_page_token, bool fault);

  PathCount of(const std::string& path) const;
  PathCount total() const;
  std::map<std::string, PathCount> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, PathCount> paths_;
};

}  // namespace assay::sim::server
