-- The numbers of days, so that the days between two dates are a subtraction: one row for each date (`2026-05-04`) that
-- occurs among the times of devices, of Apple's certificates and tokens, of cloud discovery and of Microsoft Secure
-- Score. Good from 1901 to 2099. A year is counted from March, so that the day of a leap year comes last.
WITH dates AS (
  SELECT substr(last_sync_date_time, 1, 10) AS date FROM managed_devices
  UNION SELECT substr(expiration_date_time, 1, 10) FROM apple_push_certificate
  UNION SELECT substr(token_expiration_date_time, 1, 10) FROM apple_enrollment_tokens
  UNION SELECT substr(expiration_date_time, 1, 10) FROM apple_vpp_tokens
  UNION SELECT substr(last_data_received_date_time, 1, 10) FROM cloud_discovery_streams
  UNION SELECT substr(last_synced, 1, 10) FROM secure_score_controls),
parts AS (
  SELECT date, CAST(substr(date, 1, 4) AS INTEGER) AS year, CAST(substr(date, 6, 2) AS INTEGER) AS month,
         CAST(substr(date, 9, 2) AS INTEGER) AS day
    FROM dates
   WHERE date IS NOT NULL)
SELECT date, 1461 * (year - (month < 3)) / 4 + (306 * ((month + 9) % 12) + 5) / 10 + day AS day FROM parts
