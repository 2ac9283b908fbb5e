#pragma once

#include "catalog/example.h"

namespace assay::catalog {

// For tests: the example catalogue with a setting, two profiles, and a control that reads the setting through a view.
class SettingsExample : public Example {
 public:
  static constexpr auto kSettingsFile = "settings.yaml";
  static constexpr auto kStrict = "profiles/strict.yaml";
  static constexpr auto kStricter = "profiles/stricter.yaml";
  static constexpr auto kDays = "controls/sharepoint/link-days.yaml";

  SettingsExample() {
    write(kSettingsFile, R"(settings:
  - {setting: days_most, type: integer, about: Days that a link lives, default: 30}
  - {setting: levels, type: list, about: Levels of sharing that are narrow, default: [disabled]}
)");
    write(kStrict, "id: example\ntitle: Example\nsettings: {days_most: 15}\n");
    write(kStricter, "id: stricter\ntitle: Stricter\nbase: example\nsettings: {levels: []}\n");
    write("views/link_limit.sql", "-- The longest life of a link.\nSELECT days_most AS most FROM settings;\n");
    write(kDays, R"(id: spo.link-days
title: Links end
service: sharepoint
category: data
points: 2
scoring: binary
unit: tenant
why: Links outlive their reason.
user_impact: {level: low, notice: Links end.}
effort: {level: low, hours: 1}
needs: [sharing_settings]
none: {verdict: unknown, reason: no settings were returned}
check: |
  SELECT tenant_id AS resource,
         CASE WHEN days IS NULL THEN 'unknown'
              WHEN days <= most THEN 'pass'
              WHEN has((SELECT levels FROM settings), sharing) = 1 THEN 'pass'
              ELSE 'fail' END AS verdict,
         days || ' of ' || most AS reason
    FROM sharing_settings, link_limit
remediation: {steps: Set it.}
cases:
  - {case: short, given: {sharing_settings: [{tenant_id: t, days: 30}]}, expect: pass}
  - {case: long, given: {sharing_settings: [{tenant_id: t, days: 31}]}, expect: fail}
  - {case: long and closed, given: {sharing_settings: [{tenant_id: t, sharing: disabled, days: 31}]}, expect: pass}
  - {case: denied, given: {sharing_settings: denied}, expect: unknown}
  - {case: short for the profile, profile: example, given: {sharing_settings: [{tenant_id: t, days: 15}]}, expect: pass}
  - {case: long for the profile, profile: example, given: {sharing_settings: [{tenant_id: t, days: 16}]}, expect: fail}
  - {case: short for both, profile: stricter, given: {sharing_settings: [{tenant_id: t, days: 15}]}, expect: pass}
  - case: closed does not help
    profile: stricter
    settings: {days_most: 15}
    given: {sharing_settings: [{tenant_id: t, sharing: disabled, days: 16}]}
    expect: {verdict: fail, reason: 16 of 15}
)");
  }
};

}  // namespace assay::catalog
