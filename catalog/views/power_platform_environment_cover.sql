-- Which Power Platform environments a data policy covers: one row an environment, and always one for the default
-- environment, whose name follows from the tenant id when the environments were not read (NULL if that is unknown too).
-- A policy covers every environment (AllEnvironments), all but those it names (ExceptEnvironments), or those it names
-- (OnlyEnvironments, SingleEnvironment). Policies are counted per environment name, never paired with environments,
-- so that thousands of each stay cheap.
--   covering     data policies that cover the environment
--   undecidable  data policies of which that can't be said: unknown scope, or a scope by name and no name to compare
--   policies     data policies in the tenant
--   everywhere   those of them that apply to every environment
WITH environment AS (
  SELECT coalesce(name, environment_name) AS name,
         coalesce(display_name, environment_display_name) AS display_name,
         coalesce(is_default, environment_is_default, coalesce(name, environment_name) LIKE 'Default-%') AS is_default
    FROM power_platform_environments
   WHERE coalesce(name, environment_name) IS NOT NULL
), known AS (
  SELECT name, display_name, is_default FROM environment
  UNION ALL
  SELECT (SELECT 'Default-' || id FROM tenant), 'the default environment', 1
   WHERE NOT EXISTS (SELECT 1 FROM environment WHERE is_default = 1)
), total AS (
  SELECT count(*) AS policies,
         count(CASE WHEN environment_type = 'AllEnvironments' THEN 1 END) AS everywhere,
         count(CASE WHEN environment_type = 'ExceptEnvironments' THEN 1 END) AS all_but_some,
         count(CASE WHEN environment_type IN ('OnlyEnvironments', 'SingleEnvironment') THEN 1 END) AS only_some
    FROM power_platform_data_policies
), named AS (
  SELECT lower(e.name) AS name,
         count(DISTINCT CASE WHEN p.environment_type IN ('OnlyEnvironments', 'SingleEnvironment') THEN p.rowid END) AS listing,
         count(DISTINCT CASE WHEN p.environment_type = 'ExceptEnvironments' THEN p.rowid END) AS excepting
    FROM power_platform_data_policy_environments e
    JOIN power_platform_data_policies p ON p.rowid = e.parent
   GROUP BY lower(e.name)
)
SELECT k.name, coalesce(k.display_name, k.name) AS display_name, k.is_default,
       t.everywhere + CASE WHEN k.name IS NULL THEN 0
                           ELSE t.all_but_some - coalesce(n.excepting, 0) + coalesce(n.listing, 0)
                      END AS covering,
       t.policies - t.everywhere - CASE WHEN k.name IS NULL THEN 0 ELSE t.all_but_some + t.only_some END AS undecidable,
       t.policies, t.everywhere
  FROM known k
 CROSS JOIN total t
  LEFT JOIN named n ON n.name = lower(k.name)
