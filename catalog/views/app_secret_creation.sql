-- Whether client secrets can still be added: one row each for applications and for service principals under the policy of
-- the tenant, and one for each policy that lets single applications off; each with a verdict and its reason.
SELECT t.scope AS resource, t.name,
       CASE WHEN count(CASE WHEN r.hole <> '' THEN 1 END) > 0 OR count(r.scope) = 0 THEN 'fail'
            WHEN count(r.hole) = count(r.scope) THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN count(r.scope) = 0 THEN 'nothing stops adding a secret to ' || lower(t.name)
            WHEN min(CASE WHEN r.hole <> '' THEN r.hole LIKE 'applications made before %' END) = 1
            THEN 'secrets can still be added to ' || lower(t.name) || ' made before ' || max(CASE WHEN r.hole <> '' THEN r.since END)
            WHEN count(CASE WHEN r.hole <> '' THEN 1 END) > 0 THEN 'secrets can be added to ' || lower(t.name) || ': ' || max(r.hole)
            WHEN count(r.hole) = count(r.scope) THEN 'adding a secret to ' || lower(t.name) || ' is blocked'
            ELSE 'the state of the restriction on ' || lower(t.name) || ' was not returned' END AS reason
  FROM default_app_management_policy AS d
  JOIN (SELECT 'application' AS scope, 'Applications' AS name UNION ALL SELECT 'service_principal', 'Service principals') AS t
  LEFT JOIN app_credential_restrictions AS r
         ON r.policy IS NULL AND r.scope = t.scope AND r.restriction_type = 'passwordAddition'
 GROUP BY t.scope
UNION ALL
SELECT policy, policy, CASE WHEN hole IS NULL THEN 'unknown' ELSE 'fail' END,
       CASE WHEN hole IS NULL THEN 'the state of its restriction on adding secrets was not returned'
            ELSE 'lets the applications that it is assigned to add secrets: ' || hole END
  FROM app_credential_restrictions
 WHERE policy IS NOT NULL AND restriction_type = 'passwordAddition' AND (hole <> '' OR hole IS NULL)
UNION ALL
SELECT 'app_management_policies', 'Policies for single applications', 'unknown', 'the policies for single applications were not read'
  FROM coverage WHERE "table" = 'app_management_policies' AND state IN ('denied', 'failed')
