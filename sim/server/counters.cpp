#include "sim/server/counters.h"

namespace assay::sim::server {

std::size_t Counters::begin(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return paths_[path].requests++;
}

void Counters::end(const std::string& path, int status, bool has_page_token, bool fault) {
  const std::lock_guard lock(mutex_);
  auto& count = paths_[path];
  const bool answered = status >= 200 && status < 300 && !fault;
  if (answered) ++count.answered;
  if (answered && !has_page_token) ++count.first_pages;
  if (status == 429 && !fault) ++count.throttled;
  if (fault) ++count.faults;
}

PathCount Counters::of(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = paths_.find(path);
  return found == paths_.end() ? PathCount{} : found->second;
}

PathCount Counters::total() const {
  const std::lock_guard lock(mutex_);
  PathCount out;
  for (const auto& [path, count] : paths_) {
    out.requests += count.requests;
    out.answered += count.answered;
    out.first_pages += count.first_pages;
    out.throttled += count.throttled;
    out.faults += count.faults;
  }
  return out;
}

std::map<std::string, PathCount> Counters::all() const {
  const std::lock_guard lock(mutex_);
  return paths_;
}

}  // namespace assay::sim::server
