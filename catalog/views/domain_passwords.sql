-- After how many days passwords of each verified domain expire: one row a domain whose passwords Entra ID holds.
--   days  the domain's own period, or for a sub-domain without one that of the nearest parent among the verified root
--         domains, compared label by label; 0 no period is set, 2147483647 never, NULL no parent was returned
--   root  the domain whose period it is
WITH RECURSIVE parent(domain, suffix, labels) AS (
  SELECT rowid, id, 0 FROM domains
  UNION ALL
  SELECT domain, substr(suffix, instr(suffix, '.') + 1), labels + 1 FROM parent WHERE suffix LIKE '%.%'),
inherited AS (
  SELECT p.domain, min(p.labels) AS labels, r.id AS root, r.password_validity_period_in_days AS days
    FROM parent AS p JOIN domains AS r ON r.id = p.suffix AND r.is_root = 1 AND r.is_verified = 1
   GROUP BY p.domain)
SELECT d.id, coalesce(i.root, d.id) AS root,
       CASE WHEN d.password_validity_period_in_days = 0 THEN i.days ELSE d.password_validity_period_in_days END AS days
  FROM domains AS d LEFT JOIN inherited AS i ON i.domain = d.rowid AND d.password_validity_period_in_days = 0
 WHERE d.is_verified = 1 AND d.authentication_type = 'Managed'
