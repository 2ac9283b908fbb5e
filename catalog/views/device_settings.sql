-- What Defender for Endpoint found of each security setting: one row a setting, so that a check need not pass over those
-- of all others. Only devices that reported in the last 30 days count, as in Microsoft's own figures.
--   configuration  the setting in small letters, such as `scid-2010`
--   devices        the devices that have the setting, a list of [id, name, result]: 1 as recommended, 0 not, null when
--                  that, or whether the device has the setting, was not returned
SELECT lower(configuration_id) AS configuration,
       json_group_array(json_array(device_id, coalesce(nullif(device_name, ''), device_id),
                                   CASE WHEN is_applicable = 1 THEN is_compliant END)) AS devices
  FROM secure_configuration_assessments
 WHERE (is_applicable = 1 OR is_applicable IS NULL)
   AND coalesce(device_id, '') NOT IN (SELECT id FROM device_activity WHERE silent_days > 30 AND id IS NOT NULL)
 GROUP BY lower(configuration_id)
