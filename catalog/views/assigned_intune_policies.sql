-- Policies of Intune that somebody gets, of whatever kind, one row a policy with its id and name: those with at least
-- one assignment that is not an exclusion.
WITH assigned AS (
  SELECT 'compliance' AS kind, parent, target_type FROM device_compliance_policy_assignments
  UNION ALL SELECT 'configuration', parent, target_type FROM device_configuration_assignments
  UNION ALL SELECT 'settings', parent, target_type FROM configuration_policy_assignments
  UNION ALL SELECT 'intent', parent, target_type FROM intune_intent_assignments
  UNION ALL SELECT 'enrolment', parent, target_type FROM device_enrollment_configuration_assignments
  UNION ALL SELECT 'ios app', parent, target_type FROM ios_app_protection_policy_assignments
  UNION ALL SELECT 'android app', parent, target_type FROM android_app_protection_policy_assignments
  UNION ALL SELECT 'feature update', parent, target_type FROM windows_feature_update_profile_assignments),
policies AS (
  SELECT 'compliance' AS kind, rowid AS policy_row, id, display_name AS name FROM device_compliance_policies
  UNION ALL SELECT 'configuration', rowid, id, display_name FROM device_configurations
  UNION ALL SELECT 'settings', rowid, id, name FROM configuration_policies
  UNION ALL SELECT 'intent', rowid, id, display_name FROM intune_intents
  UNION ALL SELECT 'enrolment', rowid, id, display_name FROM device_enrollment_configurations
  UNION ALL SELECT 'ios app', rowid, id, display_name FROM ios_app_protection_policies
  UNION ALL SELECT 'android app', rowid, id, display_name FROM android_app_protection_policies
  UNION ALL SELECT 'feature update', rowid, id, display_name FROM windows_feature_update_profiles)
SELECT id, coalesce(name, id) AS name
  FROM policies
 WHERE (kind, policy_row) IN (SELECT kind, parent FROM assigned
                               WHERE target_type IN ('allDevices', 'allLicensedUsers', 'group'))
