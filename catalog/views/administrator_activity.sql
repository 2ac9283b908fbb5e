-- When each administrator (administrators) was last here: one row an account.
--   known      1 when the account is in the answer on sign-ins
--   used       last successful sign-in, where the service keeps it, else the last one; NULL for never
--   days       days since then, or since the account was made when it was never used; NULL when that cannot be told
SELECT a.id, a.name, a.roles, a.known, a.used,
       t.day - day_number(at) AS days
  FROM (SELECT a.id, a.name, a.roles, s.id IS NOT NULL AS known, coalesce(s.last_successful_sign_in_date_time, s.last_sign_in_date_time) AS used,
               coalesce(s.last_successful_sign_in_date_time, s.last_sign_in_date_time, u.created_date_time) AS at
          FROM administrators AS a
          JOIN users AS u ON u.id = a.id
          LEFT JOIN user_sign_in_activity AS s ON s.id = a.id) AS a, evidence_time AS t
