-- Active assignments of highly privileged roles, one row an assignment: those that an export brings with each role, and on
-- a tenant that was read itself those of Privileged Identity Management.
--   parent   rowid in privileged_roles; the other columns as in privileged_role_assignments
SELECT parent, id, principal_id, start_date_time, end_date_time FROM privileged_role_assignments
UNION ALL
SELECT r.rowid, i.id, i.principal_id, i.start_date_time, i.end_date_time
  FROM privileged_roles AS r JOIN role_assignment_schedule_instances AS i ON i.role_definition_id = r.role_template_id
