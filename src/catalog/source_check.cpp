#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/check.h"
#include "catalog/source.h"
#include "sql/database.h"

namespace assay::catalog {
namespace {

bool is_service(const Catalogue& catalogue, const std::string& name) {
  return std::any_of(catalogue.services.begin(), catalogue.services.end(), [&](const auto& service) {
    return service.is_object() && service.value("service", Json()) == Json(name);
  });
}

// The id by which an app registration names a permission must be known, or nobody can be told what to grant.
void check_permissions(const Catalogue& catalogue, const Table& table, const Source& source,
                       std::vector<Problem>& problems) {
  if (source.delegated) return;
  for (const auto& service : catalogue.services) {
    if (!service.is_object() || service.value("service", Json()) != Json(source.service)) continue;
    const auto roles = service.value("roles", Json::object());
    for (const auto& permission : source.permissions)
      if (!roles.contains(permission))
        problems.push_back({table.place, fmt::format("source.permission: services.yaml has no id of `{}` for `{}`",
                                                     permission, source.service)});
  }
}

void check_each(const Catalogue& catalogue, const Table& table, const Source& source, std::vector<Problem>& problems) {
  const auto* parent = catalogue.table_or_child(source.each->table);
  if (parent == nullptr || parent == &table) {
    problems.push_back({table.place, fmt::format("source.each: there is no other table `{}`", source.each->table)});
    return;
  }
  for (const auto& column : source.each->columns)
    if (parent->column(column) == nullptr)
      problems.push_back(
          {table.place, fmt::format("source.each: `{}` has no column `{}`", source.each->table, column)});
}

void check_given(const Table& table, const Table& of, const std::optional<Each>& each, std::vector<Problem>& problems) {
  for (const auto& column : of.columns) {
    if (!column.pointer.starts_with('@') || column.pointer == "@key") continue;
    const auto name = column.pointer.substr(1);
    if (!each || std::find(each->columns.begin(), each->columns.end(), name) == each->columns.end())
      problems.push_back({table.place, fmt::format("column `{}`: `{}` is no column of the source's `each`", column.name,
                                                   column.pointer)});
  }
}

}  // namespace

void check_sources(const Catalogue& catalogue, std::vector<Problem>& problems) {
  for (const auto& table : catalogue.tables) {
    auto source = read_source(table.source);
    if (!source) {
      problems.push_back({table.place, source.error().message});
      continue;
    }
    if (!source->service.empty() && !catalogue.services.empty() && !is_service(catalogue, source->service))
      problems.push_back({table.place, fmt::format("source.service: there is no service `{}`", source->service)});
    check_permissions(catalogue, table, *source, problems);
    if (source->each) check_each(catalogue, table, *source, problems);
    check_given(table, table, source->each, problems);
    for (const auto& child : table.children) check_given(table, child, source->each, problems);
  }
}

}  // namespace assay::catalog
