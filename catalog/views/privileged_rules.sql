-- Rules under which highly privileged roles are assigned and activated, one row a rule: those that an export brings with
-- each role, and on a tenant that was read itself those of Privileged Identity Management, for the role and for each group
-- that holds it and whose membership can be activated.
--   parent   rowid in privileged_roles; the other columns as in privileged_role_rules
WITH held AS (
  SELECT role_definition_id, principal_id FROM role_assignment_schedule_instances
  UNION
  SELECT role_definition_id, principal_id FROM role_eligibility_schedule_instances)
SELECT parent, id, rule_source, rule_source_type, is_approval_required, approval_stages, notification_type, notification_recipients,
       is_default_recipients_enabled
  FROM privileged_role_rules
UNION ALL
SELECT r.rowid, n.id, r.display_name, 'Directory Role', n.is_approval_required, n.approval_stages, n.notification_type, n.notification_recipients,
       n.is_default_recipients_enabled
  FROM privileged_roles AS r
  JOIN role_management_policies AS p ON p.role_definition_id = r.role_template_id
  JOIN role_management_policy_rules AS n ON n.parent = p.rowid
UNION ALL
SELECT r.rowid, n.id, coalesce(g.display_name, p.group_id), 'PIM Group', n.is_approval_required, n.approval_stages, n.notification_type,
       n.notification_recipients, n.is_default_recipients_enabled
  FROM privileged_roles AS r
  JOIN held AS h ON h.role_definition_id = r.role_template_id
  JOIN group_management_policies AS p ON p.group_id = h.principal_id AND p.role_definition_id = 'member'
  JOIN group_management_policy_rules AS n ON n.parent = p.rowid
  LEFT JOIN groups AS g ON g.id = p.group_id
 WHERE p.group_id IN (SELECT group_id FROM group_eligibility_schedule_instances)
