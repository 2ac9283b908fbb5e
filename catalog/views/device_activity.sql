-- How long each device of Defender for Endpoint has been silent, one row a device.
--   silent_days  whole days between its last report and the newest report of any device, which stands for the time of
--                the reading; NULL when its last report was not returned
WITH parts AS (
  SELECT id, CAST(substr(last_seen, 1, 4) AS INTEGER) AS y, CAST(substr(last_seen, 6, 2) AS INTEGER) AS m,
         CAST(substr(last_seen, 9, 2) AS INTEGER) AS d
    FROM machines
),
numbered AS (  -- the Julian day
  SELECT id, 1461 * (y + 4800 + (m - 14) / 12) / 4 + 367 * (m - 2 - 12 * ((m - 14) / 12)) / 12
             - 3 * ((y + 4900 + (m - 14) / 12) / 100) / 4 + d AS day
    FROM parts
)
SELECT id, (SELECT max(day) FROM numbered) - day AS silent_days FROM numbered
