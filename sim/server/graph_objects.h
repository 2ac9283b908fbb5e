#pragma once

#include <string>
#include <vector>

#include "sim/server/graph_model.h"
#include "sim/server/graph_options.h"
#include "sim/server/store.h"

namespace assay::sim::server {

// Puts objects of the tenant into the form that a request asked for.
class GraphObjects {
 public:
  // `path` is the list (or singleton) that the objects come from, `lower` its segments in lower case.
  GraphObjects(const Store& store, std::string version, std::string path, std::vector<std::string> lower,
               const GraphOptions& options, const Shape* shape);

  // $select, default properties and $expand done. `place` is the object's own path.
  Json shaped(const Json& object, const std::string& place) const;

  // What is wrong with the names in $select, $filter, $orderby and $expand; empty: nothing. `sample` is an object of
  // the list, or null.
  std::string complaint(const Json& sample) const;

 private:
  // Takes the values out of the object.
  Json select(Json&& object, const std::vector<std::string>& names, const Shape* shape) const;
  void expand(Json& target, const Json& object, const std::vector<Expand>& expands, const std::string& place,
              int depth) const;
  bool knows(const std::string& name, const Json& sample) const;

  const Store& store_;
  std::string version_;
  std::string path_;
  std::vector<std::string> lower_;
  const GraphOptions& options_;
  const Shape* shape_;
  bool directory_;
};

// The properties that a directory object shows when nothing is selected; `type` such as `#microsoft.graph.user`.
Json default_properties(const Json& object, std::string_view type);

}  // namespace assay::sim::server
