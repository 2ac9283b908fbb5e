-- The day on which any device of Intune was last heard of, as the number of the day: one row. It stands for the day on
-- which the tenant was read, because devices report several times a day.
SELECT day_number(max(last_sync_date_time)) AS today FROM managed_devices
