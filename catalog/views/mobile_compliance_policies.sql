-- Compliance policies for phones and tablets that somebody gets, one row a policy, the settings of both platforms under
-- one name. Where Android has no such setting the column is NULL: `simple_blocked` everywhere, `history` and `threat_…`
-- for devices without Google services (aospDeviceOwnerCompliancePolicy). `history`, `minimum_length` and
-- `expiration_days` are 0 when not set, `lock_minutes` is NULL then.
SELECT c.id, a.name, c.type,
       iif(c.type = 'iosCompliancePolicy', 'iOS', 'Android') AS platform,
       iif(c.type = 'iosCompliancePolicy', c.passcode_required, c.password_required) AS required,
       iif(c.type = 'iosCompliancePolicy', c.passcode_minimum_length, c.password_minimum_length) AS minimum_length,
       iif(c.type = 'iosCompliancePolicy', c.passcode_required_type, c.password_required_type) AS password_type,
       iif(c.type = 'iosCompliancePolicy', c.passcode_block_simple, NULL) AS simple_blocked,
       CASE c.type WHEN 'iosCompliancePolicy' THEN c.passcode_previous_passcode_block_count
                   WHEN 'androidDeviceOwnerCompliancePolicy' THEN c.password_previous_password_count_to_block
                   WHEN 'aospDeviceOwnerCompliancePolicy' THEN NULL
                   ELSE c.password_previous_password_block_count END AS history,
       iif(c.type = 'iosCompliancePolicy', c.passcode_expiration_days, c.password_expiration_days) AS expiration_days,
       iif(c.type = 'iosCompliancePolicy', c.passcode_minutes_of_inactivity_before_lock, c.password_minutes_of_inactivity_before_lock) AS lock_minutes,
       c.storage_require_encryption AS encryption,
       c.security_block_jailbroken_devices AS jailbroken_blocked,
       c.device_threat_protection_enabled AS threat_enabled,
       c.device_threat_protection_required_security_level AS threat_level,
       c.advanced_threat_protection_required_security_level AS defender_level
  FROM device_compliance_policies AS c
  JOIN assigned_intune_policies AS a ON a.id = c.id
 WHERE c.type IN ('iosCompliancePolicy', 'androidCompliancePolicy', 'androidDeviceOwnerCompliancePolicy',
                  'androidForWorkCompliancePolicy', 'androidWorkProfileCompliancePolicy', 'aospDeviceOwnerCompliancePolicy')
