-- How long each device of Defender for Endpoint has been silent, one row a device.
--   silent_days  whole days between its last report and the newest report of any device, which stands for the time of
--                the reading; NULL when its last report was not returned
SELECT id, (SELECT day_number(max(last_seen)) FROM machines) - day_number(last_seen) AS silent_days FROM machines
