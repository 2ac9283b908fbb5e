-- Settings of the directory that controls judge: one row a setting, whether the tenant has set it or not.
--   name   as in the object, for example LockoutThreshold
--   value  what is in force: the tenant's own value, else the default of the template; NULL when the object is there and
--          does not hold it, or when there is no default
WITH known(template_id, name, preset) AS (
  VALUES ('5cf42378-d67d-4f36-ba46-e8b86229381d', 'EnableBannedPasswordCheck', 'True'),
         ('5cf42378-d67d-4f36-ba46-e8b86229381d', 'BannedPasswordList', ''),
         ('5cf42378-d67d-4f36-ba46-e8b86229381d', 'EnableBannedPasswordCheckOnPremises', 'True'),
         ('5cf42378-d67d-4f36-ba46-e8b86229381d', 'BannedPasswordCheckOnPremisesMode', 'Audit'),
         ('5cf42378-d67d-4f36-ba46-e8b86229381d', 'LockoutThreshold', '10'),
         ('5cf42378-d67d-4f36-ba46-e8b86229381d', 'LockoutDurationInSeconds', '60'),
         ('62375ab9-6b52-47ed-826b-58e47e0e304b', 'EnableGroupCreation', 'True'),
         ('62375ab9-6b52-47ed-826b-58e47e0e304b', 'AllowGuestsToBeGroupOwner', 'False'),
         ('dffd5d46-495d-40a9-8e21-954ff55e198a', 'EnableGroupSpecificConsent', NULL),
         ('dffd5d46-495d-40a9-8e21-954ff55e198a', 'BlockUserConsentForRiskyApps', 'True'))
SELECT k.name, CASE WHEN count(s.rowid) = 0 THEN k.preset ELSE max(v.value) END AS value
  FROM known AS k
  LEFT JOIN directory_settings AS s ON s.template_id = k.template_id
  LEFT JOIN directory_setting_values AS v ON v.parent = s.rowid AND v.name = k.name
 GROUP BY k.template_id, k.name
