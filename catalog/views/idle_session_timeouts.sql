-- After how long idle web sessions of Microsoft 365 end, by the policy of the organisation: one row a rule. The Azure portal
-- has a rule of its own, which is not among them.
--   idle     as written, `hh:mm:ss`
--   seconds  the same as a number, a zero standing for never; NULL when it cannot be read
WITH document AS (
  SELECT CASE WHEN json_valid(definition ->> '$[0]') THEN definition ->> '$[0]' END AS text
    FROM activity_based_timeout_policies
   WHERE is_organization_default = 1 OR is_organization_default IS NULL),
rule AS (
  SELECT json_extract(a.value, '$.WebSessionIdleTimeout') AS idle
    FROM document AS d, json_each(d.text, '$.ActivityBasedTimeoutPolicy.ApplicationPolicies') AS a
   WHERE lower(json_extract(a.value, '$.ApplicationId')) = 'default')
SELECT idle, CASE WHEN idle = '00:00:00' THEN 2147483647
                  WHEN idle GLOB '[0-9][0-9]:[0-9][0-9]:[0-9][0-9]' THEN substr(idle, 1, 2) * 3600 + substr(idle, 4, 2) * 60 + substr(idle, 7, 2)
                  WHEN idle GLOB '[0-9]*.[0-9][0-9]:[0-9][0-9]:[0-9][0-9]' THEN substr(idle, 1, instr(idle, '.') - 1) * 86400 END AS seconds
  FROM rule
UNION ALL
SELECT NULL, NULL FROM document WHERE text IS NULL
