#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "catalog/directory.h"
#include "import/graph.h"

namespace assay::import {

// For tests: tables that Graph gives in every way there is.
inline catalog::Catalogue graph_catalogue() {
  constexpr std::string_view kTables[] = {
      R"yaml(
table: users
service: entra
about: A list whose members are asked for by name.
key: [id]
source: {service: graph, path: /users, query: {$select: [id, displayName, accountEnabled, onPremisesSyncEnabled]}}
columns:
  - {name: id}
  - {name: display_name, pointer: /displayName}
  - {name: account_enabled, pointer: /accountEnabled, type: boolean}
  - {name: on_premises_sync_enabled, pointer: /onPremisesSyncEnabled, type: boolean, "null": false}
)yaml",
      R"yaml(
table: user_activity
service: entra
about: The same path with other members.
key: [id]
source: {service: graph, path: /users, query: {$select: [id, signInActivity]}}
columns: [{name: id}, {name: last, pointer: /signInActivity/lastSignInDateTime}]
)yaml",
      R"yaml(
table: groups
service: entra
about: A list.
key: [id]
source: {service: graph, path: /groups}
columns: [{name: id}, {name: display_name, pointer: /displayName}, {name: group_types, pointer: /groupTypes, type: list}]
children: [{table: group_tags, about: Tags., pointer: /tags, columns: [{name: tag, pointer: /}]}]
)yaml",
      R"yaml(
table: group_members
service: entra
about: One request for each group that is used.
key: [group_id, id]
source: {service: graph, path: "/groups/{id}/transitiveMembers", each: {table: groups_in_use, columns: [id]}}
columns: [{name: group_id, pointer: "@id"}, {name: id}]
)yaml",
      R"yaml(
table: group_policies
service: entra
about: One request for each group, which stands in the filter.
key: [id]
source: {service: graph, path: /policies/assignments, query: {$filter: "scopeId eq '{id}' and scopeType eq 'Group'"}, each: {table: groups, columns: [id]}}
columns: [{name: group_id, pointer: "@id"}, {name: id}]
)yaml",
      R"yaml(
table: groups_in_use
service: entra
about: Worked out from others.
key: [id]
source:
  needs: [groups, conditional_access_policies]
  sql: SELECT g.id FROM groups AS g WHERE g.id IN (SELECT j.value FROM conditional_access_policies AS p, json_each(p.include_groups) AS j)
columns: [{name: id}]
)yaml",
      R"yaml(
table: conditional_access_policies
service: entra
about: A path of three segments.
key: [id]
source: {service: graph, version: beta, path: /identity/conditionalAccess/policies}
columns:
  - {name: id}
  - {name: display_name, pointer: /displayName}
  - {name: state}
  - {name: include_groups, pointer: /conditions/users/includeGroups, type: list, absent: []}
)yaml",
      R"yaml(
table: sharing
service: sharepoint
about: One object.
key: [id]
source: {service: graph, path: /admin/sharepoint/settings, list: /}
columns: [{name: id}, {name: sharing, pointer: /sharingCapability}, {name: domains, pointer: /domains, type: list}]
)yaml",
      R"yaml(
table: methods
service: entra
about: Rows inside one object.
key: [id]
source: {service: graph, path: /policies/authenticationMethodsPolicy, list: /, rows: /authenticationMethodConfigurations}
columns: [{name: id}, {name: state}]
)yaml",
      R"yaml(
table: risky_users
service: entra
about: Some objects of a path.
key: [id]
licence: [P2]
source: {service: graph, path: /identityProtection/riskyUsers, query: {$filter: "riskState eq 'atRisk' or riskState eq 'confirmedCompromised'"}}
columns: [{name: id}, {name: risk_state, pointer: /riskState}]
)yaml",
      R"yaml(
table: assignments
service: entra
about: An expanded member.
key: [id]
source: {service: graph, path: /roleManagement/directory/roleAssignments, query: {$expand: principal}}
columns: [{name: id}, {name: principal_type, pointer: "/principal/@odata.type"}]
)yaml",
      R"yaml(
table: scores
service: m365
about: The newest alone.
key: [id]
source: {service: graph, path: /security/secureScores, query: {$top: 1}, pages: 1, rows: /controlScores}
columns: [{name: id, pointer: /controlName}]
)yaml",
      R"yaml(
table: transport_rules
service: exchange
about: Of another service.
key: [id]
source: {service: exchange, cmdlet: Get-TransportRule}
columns: [{name: id}]
)yaml",
  };
  const TemporaryFolder folder;
  int number = 0;
  for (const auto table : kTables) folder.write("tables/entra/" + std::to_string(number++) + ".yaml", table);
  std::vector<catalog::Problem> problems;
  auto catalogue = catalog::read_directories({folder.path()}, problems);
  CHECK(catalogue.has_value());
  for (const auto& problem : problems) ADD_FAILURE() << describe(problem);
  return std::move(catalogue).take();
}

// Files in memory: name and bytes.
using TestFile = std::pair<std::string, std::string>;
inline std::vector<GraphFile> files_of(const std::vector<TestFile>& files) {
  std::vector<GraphFile> out;
  for (const auto& [name, bytes] : files)
    out.push_back({name, name, [&bytes = bytes]() -> Result<std::unique_ptr<snapshot::ByteSource>> {
                     return std::unique_ptr<snapshot::ByteSource>(std::make_unique<snapshot::MemorySource>(bytes));
                   }});
  return out;
}

}  // namespace assay::import
