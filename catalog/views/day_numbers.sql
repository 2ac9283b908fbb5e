-- The numbers of days, so that the days between two dates are a subtraction: one row for each date (`2026-05-04`) that
-- occurs among the times of devices, of Apple's certificates and tokens, of cloud discovery and of Microsoft Secure
-- Score.
WITH dates AS (
  SELECT substr(last_sync_date_time, 1, 10) AS date FROM managed_devices
  UNION SELECT substr(expiration_date_time, 1, 10) FROM apple_push_certificate
  UNION SELECT substr(token_expiration_date_time, 1, 10) FROM apple_enrollment_tokens
  UNION SELECT substr(expiration_date_time, 1, 10) FROM apple_vpp_tokens
  UNION SELECT substr(last_data_received_date_time, 1, 10) FROM cloud_discovery_streams
  UNION SELECT substr(last_synced, 1, 10) FROM secure_score_controls)
SELECT date, day_number(date) AS day FROM dates WHERE date IS NOT NULL
