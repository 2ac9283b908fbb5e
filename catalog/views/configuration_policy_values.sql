-- What the assigned policies of the settings catalogue and of endpoint security set, one row a policy and setting at
-- any depth: settings that hang on a choice or stand in a group are rows of their own. `value` is the choice, which
-- repeats the name of the setting (`…_backupdirectory_1`), or the plain value; NULL for groups and collections. A policy
-- whose settings were not returned has one row with NULL for `definition_id`.
SELECT a.id AS policy_id, a.name AS policy, p.platforms, j.atom AS definition_id,
       coalesce(json_extract(s.setting_instance, j.path || '.choiceSettingValue.value'),
                json_extract(s.setting_instance, j.path || '.simpleSettingValue.value')) AS value
  FROM configuration_policies AS p
  JOIN assigned_intune_policies AS a ON a.id = p.id
  LEFT JOIN configuration_policy_settings AS s ON s.parent = p.rowid
  LEFT JOIN json_tree(s.setting_instance) AS j ON j.key = 'settingDefinitionId'
