-- Client secrets of applications: one row a secret, whether it was set on the registration or on the service principal.
--   app_id           application
--   on_registration  1 set on the registration, 0 on the service principal
--   name             name of the secret, else its id
--   days             for how many days it is valid
--   end_day          last day, as a Julian day; both are NULL when the dates were not returned
WITH secret AS (
  SELECT a.app_id, 1 AS on_registration, coalesce(nullif(p.display_name, ''), p.key_id, 'a secret without a name') AS name,
         p.start_date_time AS s, p.end_date_time AS e
    FROM application_passwords AS p JOIN applications AS a ON a.rowid = p.parent
  UNION ALL
  SELECT a.app_id, 0, coalesce(nullif(p.display_name, ''), p.key_id, 'a secret without a name'), p.start_date_time, p.end_date_time
    FROM service_principal_passwords AS p JOIN service_principals AS a ON a.rowid = p.parent),
parts AS (
  SELECT app_id, on_registration, name, nullif(substr(s, 1, 4), '') + 0 AS sy, substr(s, 6, 2) + 0 AS sm, substr(s, 9, 2) + 0 AS sd,
         nullif(substr(e, 1, 4), '') + 0 AS ey, substr(e, 6, 2) + 0 AS em, substr(e, 9, 2) + 0 AS ed
    FROM secret),
numbered AS (
  SELECT app_id, on_registration, name,
         367 * sy - 7 * (sy + (sm + 9) / 12) / 4 + 275 * sm / 9 + sd + 1721013 AS start_day,
         367 * ey - 7 * (ey + (em + 9) / 12) / 4 + 275 * em / 9 + ed + 1721013 AS end_day
    FROM parts)
SELECT app_id, on_registration, name, end_day - start_day AS days, end_day FROM numbered
