-- Which accounts every enforced Conditional Access policy treats alike: one row an account.
--   user    object id
--   class   list of the mentions (policy_mentions) that mean this account, as its own name, a group that it belongs to,
--           a role that it holds or a kind of guest; the same list, the same class. A role that its holder has yet to
--           activate stands there as the negative number
-- A role for an administrative unit alone does not count, since policies pass it over.
WITH mention AS MATERIALIZED (
  SELECT DISTINCT kind, id, mention FROM policy_mentions),
named AS (
  SELECT u.id AS user, m.mention FROM mention AS m JOIN users AS u ON u.id = m.id WHERE m.kind = 'user'
  UNION
  SELECT g.id, m.mention FROM group_members AS g JOIN mention AS m ON m.kind = 'group' AND g.group_id = m.id
  UNION
  SELECT h.id, iif(h.is_active = 0, -m.mention, m.mention) FROM role_holders AS h JOIN mention AS m ON m.kind = 'role' AND h.role_template_id = m.id WHERE h.is_tenant_wide = 1
  UNION
  SELECT u.id, m.mention
    FROM users AS u
    JOIN mention AS m ON m.kind = 'guest'
                     AND m.id = CASE WHEN u.user_principal_name LIKE '%#EXT#@%'
                                     THEN iif(u.user_type = 'Guest', 'b2bcollaborationguest', 'b2bcollaborationmember')
                                     ELSE 'internalguest' END
   WHERE u.user_type = 'Guest' OR u.user_principal_name LIKE '%#EXT#@%'),
gathered AS (
  SELECT user, json_group_array(mention) AS class FROM (SELECT user, mention FROM named ORDER BY user, mention) GROUP BY user)
SELECT u.id AS user, coalesce(g.class, '[]') AS class
  FROM users AS u LEFT JOIN gathered AS g ON g.user = u.id
