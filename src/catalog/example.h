#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "catalog/check.h"
#include "catalog/directory.h"

namespace assay::catalog {

// For tests: a small catalogue without a mistake, as files that a test can change before they are read.
class Example {
 public:
  static constexpr auto kControl = "controls/sharepoint/sharing-off.yaml";
  static constexpr auto kOwners = "controls/sharepoint/sites-owned.yaml";
  static constexpr auto kManual = "controls/sharepoint/training.yaml";
  static constexpr auto kSettings = "tables/sharepoint/sharing_settings.yaml";
  static constexpr auto kSites = "tables/sharepoint/sites.yaml";
  static constexpr auto kView = "views/owned_sites.sql";
  static constexpr auto kFramework = "frameworks/example/framework.yaml";
  static constexpr auto kRequirements = "frameworks/example/more.yaml";
  static constexpr auto kTopics = "topics.yaml";  // these two only after add_topics
  static constexpr auto kBroad = "frameworks/broad/framework.yaml";

  Example() {
    write("catalogue.yaml", "version: 2026.1\n");
    write("licences.yaml", R"(plans:
  - {plan: SHAREPOINT, title: SharePoint, offered_by: [Office], also: [SHAREPOINT_GOV]}
)");
    write("tables/entra/service_plans.yaml", R"(table: service_plans
service: entra
about: Service plans of the tenant.
columns:
  - {name: name}
  - {name: status}
)");
    write(kSettings, R"(table: sharing_settings
service: sharepoint
about: Settings of external sharing.
key: [tenant_id]
columns:
  - {name: tenant_id, about: The tenant.}
  - {name: sharing, pointer: /sharingCapability, values: {"0": disabled, "2": anyone}}
  - {name: days, type: integer, absent: 30, null: 0}
source: {service: graph, path: /admin/sharepoint/settings, permission: SharePointTenantSettings.Read.All}
scubagear: {key: SPO_tenant, command: Get-SPOTenant}
)");
    write(kSites, R"(table: sites
service: sharepoint
about: Sites.
columns:
  - {name: id}
  - {name: created, type: datetime}
children:
  - table: site_owners
    pointer: /owners
    rows: map
    columns:
      - {name: name, pointer: '@key'}
licence: [SHAREPOINT]
scubagear: [{key: sites_new, rows: /value}, {key: sites_old, shape: map}]
)");
    write(kView, R"(-- Sites with the number
-- of their owners.
SELECT s.id, count(o.name) AS owners FROM sites s LEFT JOIN site_owners o ON o.parent = s.rowid GROUP BY s.rowid;
)");
    write(kFramework, R"(id: example
title: Example
publisher: Nobody
version: "1"
source: https://example.org/
about: For tests.
unlicensed: fail
requirements:
  - {id: EX.1, title: Sharing is off, level: shall, nist: [AC-3, AC-4]}
)");
    write(kRequirements, R"(requirements:
  - {id: EX.2, title: Sites have owners, level: should}
  - {id: EX.3, title: People are trained}
)");
    write(kControl, R"(id: spo.sharing-off
version: 2
title: External sharing is switched off
service: sharepoint
category: data
points: 6
rubric: {likelihood: 3, blast_radius: 2, exploited: 1}
scoring: binary
unit: tenant
why: Files leave the tenant with a link.
user_impact: {level: high, notice: Links for outsiders stop working.}
effort: {level: low, hours: 0.5}
licence: [SHAREPOINT]
needs: [sharing_settings]
microsoft: [SharingOff]
frameworks: {example: [EX.1]}
none: {verdict: unknown, reason: no settings were returned}
check: |
  SELECT tenant_id AS resource,
         CASE WHEN sharing = 'disabled' THEN 'pass'
              WHEN sharing IS NULL THEN 'unknown'
              ELSE 'fail'
         END AS verdict,
         'external sharing is ' || coalesce(sharing, 'not readable') AS reason
    FROM sharing_settings
remediation:
  steps: Switch it off.
  change: [{service: graph, method: PATCH, path: /admin/sharepoint/settings, body: {sharingCapability: disabled}}]
cases:
  - case: it is off
    given: {sharing_settings: [{tenant_id: t, sharing: disabled}]}
    expect: pass
  - case: anyone with the link
    given: {sharing_settings: [{tenant_id: t, sharing: anyone}]}
    expect: {verdict: fail, reason: external sharing is anyone, good: 0, total: 1}
  - case: we were not allowed to look
    given: {sharing_settings: denied}
    expect: unknown
  - case: the tenant has no SharePoint
    given: {licences: {missing: [SHAREPOINT]}}
    expect: not_licensed
)");
    write(kOwners, R"(id: spo.sites-owned
title: Every site has two owners
service: sharepoint
category: data
points: 4
scoring: proportional
unit: site
why: A site without owners is nobody's.
user_impact: {level: low, notice: None.}
effort: {level: moderate, hours: 4}
needs: [sites]
frameworks: {example: [EX.2]}
none: {verdict: not_applicable, reason: there are no sites}
check: |
  SELECT id AS resource, id AS name,
         CASE WHEN undeclared('spo.sites-owned', 'site', id) = '[]' THEN 'not_applicable'
              WHEN owners >= 2 THEN 'pass'
              WHEN owners < 2 THEN 'fail'
         END AS verdict,
         owners || ' owners' AS reason
    FROM owned_sites
remediation: {steps: Add owners.}
cases:
  - case: two owners
    given: {sites: [{id: a, site_owners: [{name: x}, {name: y}]}]}
    expect: pass
  - case: one owner
    given: {sites: [{id: a, site_owners: [{name: x}]}, {id: b, site_owners: [{name: x}, {name: y}]}]}
    expect: {verdict: fail, good: 1, total: 2}
  - case: the site is declared
    given: {declared: {site: [a]}, sites: [{id: a}]}
    expect: not_applicable
  - case: sites were not read
    given: {sites: absent}
    expect: unknown
)");
    write(kManual, R"(id: spo.training
title: People are trained
service: sharepoint
category: data
points: 1
scoring: binary
unit: tenant
why: People click.
user_impact: {level: low, notice: An hour of training.}
effort: {level: high, hours: 20}
frameworks: {example: [EX.3]}
manual: {look: the list of trainings, attest: Everybody was trained this year.}
remediation: {steps: Train.}
)");
  }

  // Topics, at the end of every control, and a framework that its controls answer through them.
  void add_topics() const {
    write(kTopics, R"(topics:
  - {id: sharing, title: Sharing, about: What leaves the tenant by links.}
  - {id: ownership, title: Ownership, about: Who answers for what is there.}
)");
    write(kBroad, R"(id: broad
title: Broad
publisher: Nobody
version: "2"
source: https://example.org/
requirements:
  - {id: B.1, title: Data is kept in, topics: [sharing, ownership]}
  - {id: B.2, title: Owners are known, topics: [ownership], manual: Ask the owners every year.}
  - {id: B.3, title: There is a policy, manual: Write one.}
)");
    append(kControl, "topics: [sharing]\n");
    append(kOwners, "topics: [sharing, ownership]\n");
    append(kManual, "topics: ownership\n");
    replace(kOwners, "frameworks: {example: [EX.2]}", "frameworks: {example: [EX.2], broad: [B.1]}");
  }

  void append(const std::string& file, const std::string& text) const {
    std::ofstream(folder_.path() / file, std::ios::app) << text;
  }
  void write(const std::string& file, const std::string& text) const { folder_.write(file, text); }
  void remove(const std::string& file) const { CHECK(std::filesystem::remove(folder_.path() / file)); }
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::ostringstream text;
    text << std::ifstream(folder_.path() / file).rdbuf();
    auto changed = text.str();
    const auto at = changed.find(from);
    CHECK(at != std::string::npos);
    write(file, changed.replace(at, from.size(), to));
  }

  const std::filesystem::path& path() const { return folder_.path(); }

  Catalogue read(std::vector<Problem>& problems) const {
    auto catalogue = read_directories({path()}, problems);
    CHECK(catalogue.has_value());
    resolve_sql(*catalogue, problems);
    check_rules(*catalogue, problems);
    return std::move(*catalogue);
  }

  // What its author is told, as `assay catalog check` prints it.
  std::vector<std::string> problems() const {
    std::vector<Problem> found;
    read(found);
    std::vector<std::string> out;
    out.reserve(found.size());
    for (const auto& problem : found) out.push_back(folder_.without(describe(problem)));
    return out;
  }

  // The catalogue, which must be without a mistake.
  Catalogue load() const {
    std::vector<Problem> found;
    auto catalogue = read(found);
    for (const auto& problem : found) ADD_FAILURE() << describe(problem);
    return catalogue;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace assay::catalog
