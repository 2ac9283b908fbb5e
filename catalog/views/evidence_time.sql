-- When the evidence was read, as near as the evidence itself tells: one row.
--   day  the newest day, as a Julian day, on which anything happened of which a table keeps the time: sign-ins of users and
--        applications, synchronisations, Microsoft's daily look at its own score; never after the reading. NULL without any
WITH newest AS (
  SELECT max(at) AS at FROM (
    SELECT max(last_sign_in_date_time) AS at FROM service_principal_sign_in_activities
    UNION ALL SELECT max(last_non_interactive_sign_in_date_time) FROM user_sign_in_activity
    UNION ALL SELECT max(last_sign_in_date_time) FROM user_sign_in_activity
    UNION ALL SELECT max(last_successful_sign_in_date_time) FROM user_sign_in_activity
    UNION ALL SELECT max(on_premises_last_sync_date_time) FROM organization
    UNION ALL SELECT max(last_synced) FROM secure_score_controls
    UNION ALL SELECT max(created_date_time) FROM applications
    UNION ALL SELECT max(created_date_time) FROM users)),
parts AS (
  SELECT substr(at, 1, 4) + 0 AS y, substr(at, 6, 2) + 0 AS m, substr(at, 9, 2) + 0 AS d FROM newest WHERE at IS NOT NULL)
SELECT (SELECT 367 * y - 7 * (y + (m + 9) / 12) / 4 + 275 * m / 9 + d + 1721013 FROM parts) AS day
