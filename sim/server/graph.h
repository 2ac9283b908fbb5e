#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sim/server/graph_model.h"
#include "sim/server/graph_options.h"
#include "sim/server/graph_path.h"
#include "sim/server/services.h"

namespace assay::sim::server {

// graph.microsoft.com: who may ask what, how often, and how lists are read page by page.
class Graph {
 public:
  explicit Graph(Services& services) : services_(services) {}

  Response handle(const Request& request);

 private:
  // A request that has passed every check.
  struct Call {
    const Request& request;
    const Caller& caller;
    GraphPath path;
    std::vector<std::string> lower;  // path.segments in lower case
    GraphOptions options;
    bool eventual = false;  // ConsistencyLevel: eventual
    std::string service() const { return "graph/" + path.version; }
  };
  using Matches = std::shared_ptr<const std::vector<std::uint32_t>>;

  Response answer(const Request& request, int depth);
  Response dispatch(Call& call);

  std::optional<Response> check_access(const Request& request, const GraphPath& path, const Caller& caller) const;
  std::optional<Response> check_limits(const Call& call, Pairs& headers);
  std::optional<Response> check_licence(const Call& call) const;
  std::optional<Response> check_query(const Call& call, const Resource& resource, const Shape* shape) const;
  std::optional<std::string> resolve_alternate_key(const GraphPath& path) const;

  Response singleton(const Call& call, const Resource& resource, const Shape* shape) const;
  Response list(const Call& call, const Resource& resource, const Shape* shape);
  Response count(const Call& call, const Resource& resource);
  Response delta(const Call& call);
  Response post(const Call& call);
  Response write(const Call& call);
  std::optional<Response> check_write(const Call& call, const Json& after) const;
  void audit(const Call& call, const std::string& verb, const Json& before, const Json& after);
  Response get_by_ids(const Call& call) const;
  Response hunting(const Call& call) const;
  Response batch(const Request& request, const std::string& version, int depth);
  Json batch_answer(const Request& outer, const std::string& version, const Json& inner, int depth);

  // Indexes of the elements that the filter lets through, in the order asked for.
  Matches matches(const Call& call, const Resource& resource);
  bool passes(const Call& call, const Json& object) const;

  Services& services_;
  std::mutex mutex_;
  std::map<std::string, Matches> known_matches_;
  bool changed_ = false;  // somebody has written: what matches may differ from one request to the next
};

}  // namespace assay::sim::server
