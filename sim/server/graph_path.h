#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/server/http_message.h"

namespace assay::sim::server {

// The path of a Graph request, taken apart: `/v1.0/servicePrincipals(appId='x')/appRoleAssignedTo/$count`.
struct GraphPath {
  std::string version;                       // `v1.0` or `beta`
  std::vector<std::string> segments;         // unqualified, keys as segments of their own; without what follows
  bool count = false;                        // ends with `/$count`
  bool delta = false;                        // ends with `/delta`
  std::optional<std::string> cast;           // `#microsoft.graph.user` for `…/microsoft.graph.user`
  std::optional<std::string> alternate_key;  // `appId` when the key in `segments[1]` is not the id

  std::string text() const;  // segments joined by `/`
};

GraphPath parse_graph_path(const std::vector<std::string>& wire_segments);

}  // namespace assay::sim::server
