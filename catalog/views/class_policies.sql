-- Which enforced Conditional Access policies include which class of accounts (user_classes): one row a class and policy
-- that includes it.
--   covered     1 when nothing excludes the class again
--   at_rest     1 when it is included by more than roles that have yet to be activated; such a role counts for excluding
--   out_users, out_groups, out_roles, out_guests   what excludes it, as lists of ids
--   hole        the same in words, empty when covered
WITH class AS MATERIALIZED (
  SELECT DISTINCT class FROM user_classes),
part AS (
  SELECT c.class, abs(j.value) AS mention, j.value > 0 AS at_rest FROM class AS c, json_each(c.class) AS j
  UNION ALL
  SELECT c.class, m.mention, 1 FROM class AS c, (SELECT DISTINCT mention FROM policy_mentions WHERE kind = 'all') AS m),
named AS MATERIALIZED (
  SELECT m.policy, m.side, m.kind, m.id, m.mention,
         CASE m.kind WHEN 'user' THEN 'by name'
              WHEN 'group' THEN 'through the group ' || coalesce(g.display_name, m.id)
              WHEN 'role' THEN 'as ' || coalesce(r.display_name, 'holder of role ' || m.id)
              WHEN 'guest' THEN 'as guest' END AS says
    FROM policy_mentions AS m
    LEFT JOIN groups AS g ON m.kind = 'group' AND g.id = m.id
    LEFT JOIN role_definitions AS r ON m.kind = 'role' AND r.template_id = m.id)
SELECT p.class, n.policy, max(n.side = 'out') = 0 AS covered, max(n.side = 'in' AND p.at_rest) AS at_rest,
       json_group_array(n.id) FILTER (WHERE n.side = 'out' AND n.kind = 'user') AS out_users,
       json_group_array(n.id) FILTER (WHERE n.side = 'out' AND n.kind = 'group') AS out_groups,
       json_group_array(n.id) FILTER (WHERE n.side = 'out' AND n.kind = 'role') AS out_roles,
       json_group_array(n.id) FILTER (WHERE n.side = 'out' AND n.kind = 'guest') AS out_guests,
       coalesce(group_concat(n.says, ' and ') FILTER (WHERE n.side = 'out'), '') AS hole
  FROM part AS p JOIN named AS n ON n.mention = p.mention
 GROUP BY p.class, n.policy
HAVING max(n.side = 'in') = 1
