-- Whether the tenant lies in a United States government cloud, where Teams offers neither contact with
-- personal accounts nor channel e-mail; one row. `government` is 1 when the tenant's cloud says so or a
-- service plan of Teams does: their names have the part GCC, GCCHIGH, DOD or GOV, as in TEAMS_AR_DOD.
SELECT EXISTS (SELECT 1 FROM tenant WHERE lower(cloud) IN ('gcc', 'gcchigh', 'dod'))
    OR EXISTS (SELECT 1 FROM teams_tenant AS t, json_each(t.assigned_plan) AS p
                WHERE has_any(split(p.value, '_'), 'GCC', 'GCCHIGH', 'DOD', 'GOV') = 1) AS government
