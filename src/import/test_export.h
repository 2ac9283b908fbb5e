#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/model.h"
#include "import/scubagear.h"
#include "snapshot/fake_source.h"
#include "snapshot/test_tables.h"

namespace assay::import {

// For tests: tables that a ScubaGear export fills in every way there is.
inline catalog::Catalogue export_catalogue() {
  return snapshot::catalogue_of({
      R"yaml(
table: policies
service: entra
about: A list.
key: [id]
columns: [{name: id}, {name: display_name, pointer: /displayName}, {name: modified, pointer: /modifiedDateTime, type: datetime}]
scubagear: {key: conditional_access_policies, command: Get-Policy}
children:
  - {table: policy_users, pointer: /conditions/users/includeUsers, columns: [{name: user, pointer: /}]}
)yaml",
      R"yaml(
table: privileged_users
service: entra
about: An object keyed by id.
key: [id]
columns: [{name: id, pointer: "@key"}, {name: display_name, pointer: /displayName}]
scubagear: {key: privileged_users, shape: map, command: Get-PrivilegedUser}
)yaml",
      R"yaml(
table: organization
service: entra
about: Rows inside the element of a member that is a fact as well.
key: [id]
columns: [{name: id}, {name: country, pointer: /countryLetterCode}]
scubagear: {key: tenant_details, rows: /AADAdditionalData}
)yaml",
      R"yaml(
table: sharing
service: sharepoint
about: An enumeration by number.
key: [url]
columns: [{name: url, pointer: /RootSiteUrl}, {name: sharing, pointer: /SharingCapability, values: {0: Disabled, 1: ExternalUserSharingOnly}}]
scubagear: {key: SPO_tenant, command: [Get-SPOTenant, Get-PnPTenant]}
)yaml",
      R"yaml(
table: domains
service: exchange
about: Under another key in exports of another age.
key: [name]
columns: [{name: name, pointer: /DomainName}]
scubagear:
  - {key: accepted_domains, command: Get-AcceptedDomain}
  - {key: all_domains, command: Get-AcceptedDomain}
)yaml",
      R"yaml(
table: data_policies
service: power-platform
about: Rows inside each element.
key: [name]
columns: [{name: name}]
scubagear: {key: dlp_policies, rows: /value, command: Get-DlpPolicy}
)yaml",
      R"yaml(
table: devices
service: intune
about: Nothing that an export holds.
key: [id]
columns: [{name: id}]
)yaml",
  });
}

struct ReadOptions {
  bool certain = true;
  const sql::Reads* only = nullptr;
  std::size_t at_a_time = snapshot::FakeSource::kAll;
};

// An export read into memory.
inline Result<snapshot::Evidence> read_export(std::string_view json, const catalog::Catalogue& catalogue,
                                              ReadOptions options = {}) {
  snapshot::Evidence evidence;
  TRY(snapshot::create_tables(evidence.db, catalogue, options.only));
  snapshot::FakeSource bytes(json, options.at_a_time);
  TRY(read_scubagear(bytes, catalogue, options.only, options.certain, evidence));
  return evidence;
}

}  // namespace assay::import
