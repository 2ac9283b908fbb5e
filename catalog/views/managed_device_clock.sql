-- The day on which any device of Intune was last heard of, as the number of `day_numbers`: one row, none without such a
-- device. It stands for the day on which the tenant was read, because devices report several times a day. What is on or
-- after the date `since` happened at most 30 days before.
WITH newest AS (
  SELECT day AS today FROM day_numbers
   WHERE date = (SELECT max(substr(last_sync_date_time, 1, 10)) FROM managed_devices))
SELECT today, (SELECT min(date) FROM day_numbers WHERE day >= today - 30) AS since FROM newest
