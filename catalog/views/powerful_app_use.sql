-- When the applications that hold powerful permissions used them last: one row a service principal.
--   app_id, owner  NULL when the service principal was not returned
--   permission     one of its powerful permissions, by name
--   used           when it last signed in by itself; NULL for never
--   days           days from that to the reading, or for one that was never used from the first grant of a powerful
--                  permission; NULL when that or the time of the reading is not known
WITH held AS (
  SELECT id, max(display_name) AS display_name, min(permission) AS permission,
         CASE WHEN count(granted) = count(*) THEN min(granted) END AS granted
    FROM powerful_app_permissions
   GROUP BY id),
moment AS (
  SELECT h.id, s.app_id, s.app_owner_organization_id AS owner, coalesce(s.display_name, h.display_name, h.id) AS name, h.permission,
         a.last_app_only_sign_in_date_time AS used, coalesce(a.last_app_only_sign_in_date_time, h.granted) AS at
    FROM held AS h
    LEFT JOIN service_principals AS s ON s.id = h.id
    LEFT JOIN service_principal_sign_in_activities AS a ON a.app_id = s.app_id)
SELECT id, app_id, owner, name, permission, used, t.day - day_number(at) AS days
  FROM moment, evidence_time AS t
