-- High risks that nobody has closed: one row for each user, detection and application.
--   id, name   the thing at risk; of a detection its own id and the user's name
--   what       the thing in words
--   at, days   when the risk was last seen to change, and for how many days it has waited; NULL when that cannot be told
WITH item AS (
  SELECT id, coalesce(user_principal_name, user_display_name, id) AS name, 'the user ' AS kind, risk_last_updated_date_time AS at
    FROM risky_users WHERE risk_level = 'high' AND coalesce(is_deleted, 0) = 0
  UNION ALL
  SELECT id, coalesce(user_principal_name, user_display_name, user_id, id), 'a detection (' || coalesce(risk_event_type, 'of an unnamed kind') || ') for ', detected_date_time
    FROM risk_detections WHERE risk_level = 'high'
  UNION ALL
  SELECT id, coalesce(display_name, id), 'the application ', risk_last_updated_date_time
    FROM risky_service_principals WHERE risk_level = 'high')
SELECT i.id, i.name, i.kind || i.name AS what, i.at, t.day - day_number(at) AS days
  FROM item AS i, evidence_time AS t
