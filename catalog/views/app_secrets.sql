-- Client secrets of applications: one row a secret, whether it was set on the registration or on the service principal.
--   app_id           application
--   on_registration  1 set on the registration, 0 on the service principal
--   name             of one on the registration: its name, else its id
--   days             for how many days it is valid
--   end_day          number of its last day; both are NULL when the dates were not returned
WITH secret AS (
  SELECT a.app_id, 1 AS on_registration, coalesce(nullif(p.display_name, ''), p.key_id, 'a secret without a name') AS name,
         p.start_date_time AS s, p.end_date_time AS e
    FROM application_passwords AS p JOIN applications AS a ON a.rowid = p.parent
  UNION ALL
  SELECT a.app_id, 0, NULL, p.start_date_time, p.end_date_time
    FROM service_principal_passwords AS p JOIN service_principals AS a ON a.rowid = p.parent)
SELECT app_id, on_registration, name, day_number(e) - day_number(s) AS days, day_number(e) AS end_day FROM secret
