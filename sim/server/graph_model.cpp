#include "sim/server/graph_model.h"

#include <map>

#include "base/result.h"
#include "sim/server/path_table.h"

// Laid out by embed.S.
extern "C" const char assay_sim_permissions_begin[];
extern "C" const char assay_sim_permissions_end[];
extern "C" const char assay_sim_shapes_begin[];
extern "C" const char assay_sim_shapes_end[];

namespace assay::sim::server {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

std::vector<std::vector<std::string_view>> rows(std::string_view table) {
  std::vector<std::vector<std::string_view>> out;
  for (const auto line : text::split(table, '\n'))
    if (!line.empty() && line.front() != '#') out.push_back(text::split(line, '\t'));
  return out;
}

struct Model {
  std::map<std::string, PathTable<OperationAccess>, std::less<>> access;  // by method
  PathTable<Shape> shapes;
  std::map<std::pair<std::string, std::string>, Shape> types;  // by version and name

  Model() {
    for (const auto& row : rows(between(assay_sim_permissions_begin, assay_sim_permissions_end))) {
      CHECK(row.size() == 4);
      OperationAccess access_of_row;
      access_of_row.delegated_only = row[3] == "delegated";
      access_of_row.any_token = row[3] == "any";
      if (!access_of_row.delegated_only && !access_of_row.any_token)
        for (const auto permission : text::split(row[3], ' ')) access_of_row.permissions.emplace_back(permission);
      access[std::string(row[1])].add(row[2], row[0], std::move(access_of_row));
    }
    for (const auto& row : rows(between(assay_sim_shapes_begin, assay_sim_shapes_end))) {
      CHECK(row.size() == 5);
      if (row[0] == "type") {
        add_type(row);
      } else {
        add_path(row);
      }
    }
  }

  void add_type(const std::vector<std::string_view>& row) {
    Shape shape;
    shape.type = row[2];
    shape.open = row[3] == "open";
    for (auto name : text::split(row[4], ' ')) {
      if (name.empty()) continue;
      const bool navigation = name.front() == '+';
      if (navigation) name.remove_prefix(1);
      (navigation ? shape.navigation : shape.properties).emplace(name);
    }
    shape.properties.emplace("id");
    types[{std::string(row[1]), shape.type}] = std::move(shape);
  }

  void add_path(const std::vector<std::string_view>& row) {
    const std::string name(row[3]);
    for (const std::string version : {"v1.0", "beta"}) {
      if (row[1] != "*" && row[1] != version) continue;
      const auto* type = find_type(version, name);
      CHECK(type != nullptr);
      auto shape = *type;
      shape.list = row[4] == "list";
      shapes.add(row[2], version, std::move(shape));
    }
  }

  const Shape* find_type(std::string_view version, const std::string& name) const {
    for (const auto& key : {std::string(version), std::string("*")})
      if (const auto found = types.find({key, name}); found != types.end()) return &found->second;
    return nullptr;
  }
};

const Model& model() {
  static const Model out;
  return out;
}

}  // namespace

const OperationAccess* operation_access(std::string_view version, std::string_view method,
                                        const std::vector<std::string>& segments) {
  const auto table = model().access.find(method);
  return table == model().access.end() ? nullptr : table->second.find(segments, version);
}

const Shape* shape_of(std::string_view version, const std::vector<std::string>& segments) {
  return model().shapes.find(segments, version);
}

const Shape* shape_of_type(std::string_view version, const std::string& type) {
  return model().find_type(version, type);
}

}  // namespace assay::sim::server
