-- For whom each Power BI and Fabric tenant setting is on: one row a setting.
--   enabled      1, 0, or NULL when the answer did not say
--   group_count  security groups to which an enabled setting is limited; 0 means the whole organisation
--   group_names  their names, comma-separated
SELECT s.setting_name, coalesce(s.title, s.setting_name) AS title, s.enabled,
       count(g.name) AS group_count, group_concat(g.name, ', ') AS group_names
  FROM fabric_tenant_settings s
  LEFT JOIN (SELECT t.rowid AS setting,
                    CASE e.type WHEN 'object' THEN coalesce(json_extract(e.value, '$.name'), json_extract(e.value, '$.graphId'))
                                WHEN 'text' THEN nullif(e.value, '')
                    END AS name
               FROM fabric_tenant_settings t, json_each(t.enabled_security_groups) e) g ON g.setting = s.rowid
 GROUP BY s.rowid
