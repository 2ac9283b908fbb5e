-- Enabled accounts that hold an administrative role (admin_roles), actively or eligibly, directly or through a group: one
-- row an account.
--   id, name    object id and sign-in name
--   roles       names of the administrative roles, comma-separated
--   enabled     1; NULL when it was not returned whether the account may sign in
SELECT u.id, coalesce(u.user_principal_name, u.display_name, u.id) AS name, group_concat(DISTINCT a.role) AS roles, u.account_enabled AS enabled
  FROM role_holders AS h
  JOIN admin_roles AS a ON h.role_template_id = a.role_template_id
  JOIN users AS u ON u.id = h.id
 WHERE h.type = 'user' AND coalesce(u.account_enabled, 1) = 1
 GROUP BY u.id
