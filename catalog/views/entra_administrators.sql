-- Users who hold a highly privileged directory role, by object id: one row a user.
--   is_global   1 when one of the roles is Global Administrator; NULL when the roles were not returned
--   cloud_only  1 when the account is not linked to an on-premises account and not synchronised
SELECT id, coalesce(max(display_name), id) AS display_name,
       max(has(roles, 'Global Administrator')) AS is_global,
       min(coalesce(on_premises_sync_enabled, 0) = 0 AND on_premises_immutable_id = '') AS cloud_only
  FROM privileged_users
 GROUP BY id
