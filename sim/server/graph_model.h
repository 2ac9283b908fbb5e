#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

// What is known of Microsoft Graph before any object is looked at: which permission an operation takes
// (permissions.tsv) and which properties a type has (shapes.tsv).
namespace assay::sim::server {

struct OperationAccess {
  std::vector<std::string> permissions;  // any one suffices
  bool delegated_only = false;           // no application can do this
  bool any_token = false;
};

struct Shape {
  std::string type;  // `user`
  std::set<std::string> properties;
  std::set<std::string> navigation;
  bool open = false;  // other properties may occur
  bool list = false;
};

// `segments` of the path below the version; the keys in it are any text. nullptr: not in the tables.
const OperationAccess* operation_access(std::string_view version, std::string_view method,
                                        const std::vector<std::string>& segments);
const Shape* shape_of(std::string_view version, const std::vector<std::string>& segments);
// By the name of a type: `user`.
const Shape* shape_of_type(std::string_view version, const std::string& type);

}  // namespace assay::sim::server
