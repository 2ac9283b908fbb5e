-- Whether somebody besides the default recipients is told when a highly privileged role is assigned (event `assignment`:
-- active and eligible) or activated (event `activation`): one row for each role, each source of its rules (the role itself
-- or a group with eligible membership) and each event, with a verdict and its reason. Where not every rule of the event was
-- returned for the source, every notification rule that was returned must have recipients.
WITH rule AS (
  SELECT r.rowid AS role, r.role_template_id, r.display_name,
         r.role_template_id = '62e90394-69f5-4237-9190-012177145e10' OR r.display_name = 'Global Administrator' AS is_global,
         coalesce(n.rule_source, r.display_name) AS source, coalesce(n.rule_source_type, 'Directory Role') AS source_type,
         CASE WHEN n.id IN ('Notification_Admin_Admin_Assignment', 'Notification_Admin_Admin_Eligibility') THEN 'assignment'
              WHEN n.id = 'Notification_Admin_EndUser_Assignment' THEN 'activation' END AS event,
         n.id AS rule, n.is_default_recipients_enabled AS by_default,
         CASE n.id WHEN 'Notification_Admin_Admin_Assignment' THEN 'new active assignments'
                   WHEN 'Notification_Admin_Admin_Eligibility' THEN 'new eligible assignments'
                   ELSE 'activation' END AS what,
         replace(replace(replace(n.notification_recipients, '["', ''), '"]', ''), '","', ', ') AS whom,
         CASE WHEN n.notification_recipients IN ('[]', '[""]', '[null]')
              THEN CASE WHEN coalesce(n.notification_type, 'Email') = 'Email' THEN 0 END
              WHEN n.notification_recipients IS NOT NULL THEN 1 END AS told
    FROM privileged_roles AS r JOIN privileged_rules AS n ON n.parent = r.rowid),
tally AS (
  SELECT t.role, t.role_template_id, t.display_name, t.is_global, t.source, t.source_type, e.event, e.rules,
         count(DISTINCT CASE WHEN t.event = e.event AND t.told = 1 THEN t.rule END) AS told,
         count(CASE WHEN t.event = e.event AND t.told = 0 THEN 1 END) AS silent,
         count(CASE WHEN t.event = e.event AND t.told IS NULL THEN 1 END) AS unread,
         count(DISTINCT CASE WHEN t.event = e.event AND t.told = 0 THEN t.what END) AS silent_kinds,
         max(CASE WHEN t.event = e.event AND t.told = 0 THEN t.what END) AS silent_about,
         count(CASE WHEN t.event = e.event AND t.told = 0 AND t.by_default = 1 THEN 1 END) AS by_default,
         count(CASE WHEN t.event = e.event AND t.told = 0 AND t.by_default = 0 THEN 1 END) AS to_nobody,
         min(CASE WHEN t.event = e.event AND t.told = 1 THEN t.whom END) AS whom,
         max(CASE WHEN t.event = e.event AND t.told = 1 THEN t.whom END) AS whom_too,
         count(CASE WHEN t.told = 1 THEN 1 END) AS any_told, count(CASE WHEN t.told = 0 THEN 1 END) AS any_silent
    FROM rule AS t
    JOIN (SELECT 'assignment' AS event, 2 AS rules UNION ALL SELECT 'activation', 1) AS e
   GROUP BY t.role, t.source, t.source_type, e.event),
judged AS (
  SELECT *, CASE WHEN silent > 0 THEN 'silent'
                 WHEN unread > 0 THEN 'unread'
                 WHEN told = rules THEN 'told'
                 WHEN any_told > 0 AND any_silent = 0 THEN 'told as far as returned' END AS state,
         iif(silent_kinds = 2, 'new assignments', silent_about) AS about, iif(event = 'activation', ' is', ' are') AS verb
    FROM tally)
SELECT role_template_id, display_name, coalesce(is_global, 0) AS is_global, source, source_type, event,
       display_name || iif(source_type = 'Directory Role', '', ' through ' || source) AS name,
       CASE WHEN state = 'silent' THEN 'fail' WHEN state IN ('told', 'told as far as returned') THEN 'pass' ELSE 'unknown' END AS verdict,
       CASE state
            WHEN 'silent' THEN CASE WHEN by_default = silent THEN about || verb || ' reported to Microsoft''s default recipients only'
                                    WHEN to_nobody = silent THEN about || verb || ' reported to nobody'
                                    ELSE 'no recipient is named for ' || about END
            WHEN 'told' THEN iif(event = 'activation', 'activation', 'new assignments') || verb || ' reported to '
                             || substr(whom || iif(whom = whom_too, '', '; ' || whom_too), 1, 200)
            WHEN 'told as far as returned' THEN 'recipients are named in every notification rule that was returned'
            ELSE 'the recipients of the notification were not returned' END AS reason
  FROM judged
