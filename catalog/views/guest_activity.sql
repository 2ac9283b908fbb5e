-- When guests were here last: one row a guest.
--   enabled  1 or 0; NULL when it was not returned
--   used     last sign-in of any kind; NULL for never
--   days     days from that to the reading, or for one who was never here from the invitation; NULL when the sign-ins, that
--            time or the time of the reading is not known
WITH guest AS (
  SELECT u.id, coalesce(u.user_principal_name, u.display_name, u.id) AS name, u.account_enabled AS enabled, s.id AS known,
         nullif(max(coalesce(s.last_sign_in_date_time, ''), coalesce(s.last_non_interactive_sign_in_date_time, ''),
                    coalesce(s.last_successful_sign_in_date_time, '')), '') AS used, u.created_date_time AS created
    FROM users AS u LEFT JOIN user_sign_in_activity AS s ON s.id = u.id
   WHERE u.user_type = 'Guest')
SELECT id, name, enabled, used,
       CASE WHEN known IS NOT NULL THEN t.day - day_number(coalesce(used, created)) END AS days
  FROM guest, evidence_time AS t
