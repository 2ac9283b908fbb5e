-- The newest time among records of what has already happened (changes, synchronisation): one row, `at`, NULL when none was
-- returned. The tenant was read after it, so what ended before it had ended by then, and what began before it had begun.
SELECT max(at) AS at
  FROM (SELECT max(when_changed) AS at FROM transport_rules
        UNION ALL SELECT max(when_changed) FROM sharing_policies
        UNION ALL SELECT max(on_premises_last_sync_date_time) FROM organization
        UNION ALL SELECT max(modified_date_time) FROM conditional_access_policies)
