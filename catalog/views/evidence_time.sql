-- When the evidence was read, as near as the evidence itself tells: one row.
--   day  the number of the newest day on which anything happened of which a table keeps the time: sign-ins of users and
--        applications, synchronisations, Microsoft's daily look at its own score; never after the reading. NULL without any
SELECT day_number(max(at)) AS day
  FROM (SELECT max(last_sign_in_date_time) AS at FROM service_principal_sign_in_activities
        UNION ALL SELECT max(last_non_interactive_sign_in_date_time) FROM user_sign_in_activity
        UNION ALL SELECT max(last_sign_in_date_time) FROM user_sign_in_activity
        UNION ALL SELECT max(last_successful_sign_in_date_time) FROM user_sign_in_activity
        UNION ALL SELECT max(on_premises_last_sync_date_time) FROM organization
        UNION ALL SELECT max(last_synced) FROM secure_score_controls
        UNION ALL SELECT max(created_date_time) FROM applications
        UNION ALL SELECT max(created_date_time) FROM users)
