-- Addresses to which tokens of applications are sent, web and single-page ones and those of public clients that begin with
-- http: one row an address.
--   application  rowid in applications
--   loopback     1 when it leads to the user's own computer
--   host         name of the host, empty when there is none
--   named        1 when a name stands before the host, as in name@host
WITH uri AS (
  SELECT a.rowid AS application, j.value AS uri FROM applications AS a, json_each(a.web_redirect_uris) AS j
  UNION ALL
  SELECT a.rowid, j.value FROM applications AS a, json_each(a.spa_redirect_uris) AS j
  UNION ALL
  SELECT a.rowid, j.value FROM applications AS a, json_each(a.public_client_redirect_uris) AS j WHERE lower(j.value) LIKE 'http%'),
split_up AS (
  SELECT application, uri, lower(substr(uri, 1, instr(uri, '://') - 1)) AS scheme,
         replace(replace(lower(substr(uri, instr(uri, '://') + 3)), '?', '/'), '#', '/') || '/' AS rest
    FROM uri),
authority AS (
  SELECT application, uri, scheme, substr(rest, 1, instr(rest, '/') - 1) AS authority FROM split_up)
SELECT application, uri, scheme,
       authority IN ('localhost', '127.0.0.1', '[::1]') OR authority LIKE 'localhost:%' OR authority LIKE '127.0.0.1:%'
         OR authority LIKE '[::1]:%' AS loopback,
       substr(authority, 1, instr(authority || ':', ':') - 1) AS host, authority LIKE '%@%' AS named
  FROM authority
