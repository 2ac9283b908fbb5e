-- Restrictions on secrets and certificates of applications, those for the whole tenant and those for single applications
-- together: one row a restriction.
--   policy     NULL for the policy of the whole tenant, else the name of the policy for single applications
--   scope      application, service_principal; `listed` for single applications
--   days       longest lifetime in days, NULL when the restriction is not about a lifetime or the value cannot be read
--   since      day before which applications were made that it spares, else NULL
--   hole       why it does not hold for every application: empty when it does, NULL when its state was not returned
WITH restriction AS MATERIALIZED (
  SELECT NULL AS policy, p.is_enabled, NULL AS assigned, 'application' AS scope, r.restriction_type, r.state, r.max_lifetime,
         r.restrict_for_apps_created_after_date_time AS since, r.exclude_actors
    FROM default_app_management_policy AS p JOIN default_application_password_restrictions AS r ON r.parent = p.rowid
  UNION ALL
  SELECT NULL, p.is_enabled, NULL, 'application', r.restriction_type, r.state, r.max_lifetime,
         r.restrict_for_apps_created_after_date_time, r.exclude_actors
    FROM default_app_management_policy AS p JOIN default_application_key_restrictions AS r ON r.parent = p.rowid
  UNION ALL
  SELECT NULL, p.is_enabled, NULL, 'service_principal', r.restriction_type, r.state, r.max_lifetime,
         r.restrict_for_apps_created_after_date_time, r.exclude_actors
    FROM default_app_management_policy AS p JOIN default_service_principal_password_restrictions AS r ON r.parent = p.rowid
  UNION ALL
  SELECT NULL, p.is_enabled, NULL, 'service_principal', r.restriction_type, r.state, r.max_lifetime,
         r.restrict_for_apps_created_after_date_time, r.exclude_actors
    FROM default_app_management_policy AS p JOIN default_service_principal_key_restrictions AS r ON r.parent = p.rowid
  UNION ALL
  SELECT coalesce(p.display_name, p.id, 'a policy without a name'), p.is_enabled, coalesce(r.applies_to, p.applies_to, '') <> '[]', 'listed',
         r.restriction_type, r.state, r.max_lifetime, r.restrict_for_apps_created_after_date_time, '[]'
    FROM app_management_policies AS p JOIN app_management_password_restrictions AS r ON r.parent = p.rowid
  UNION ALL
  SELECT coalesce(p.display_name, p.id, 'a policy without a name'), p.is_enabled, coalesce(r.applies_to, p.applies_to, '') <> '[]', 'listed',
         r.restriction_type, r.state, r.max_lifetime, r.restrict_for_apps_created_after_date_time, '[]'
    FROM app_management_policies AS p JOIN app_management_key_restrictions AS r ON r.parent = p.rowid)
SELECT policy, scope, restriction_type, max_lifetime, duration_days(max_lifetime) AS days, day AS since,
       CASE WHEN policy IS NULL AND is_enabled = 0 THEN 'the policy of the tenant is switched off'
            WHEN state IS NULL THEN NULL
            WHEN state <> 'enabled' THEN 'the restriction is switched off'
            WHEN day IS NOT NULL THEN 'applications made before ' || day || ' are spared'
            WHEN exclude_actors <> '[]' THEN 'some callers are exempt'
            ELSE '' END AS hole
  FROM (SELECT *, nullif(substr(since, 1, 10), '0001-01-01') AS day FROM restriction)
 WHERE policy IS NULL OR (coalesce(is_enabled, 1) = 1 AND assigned)
