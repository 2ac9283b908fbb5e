-- Whom each enforced Conditional Access policy includes and excludes: one row for each user, group, role and kind of guest
-- that it mentions.
--   policy    rowid in conditional_access_policies
--   side      in, out
--   kind, id  user, group or role with its id; guest with the kind of guest; all
--   mention   a number, the same wherever the same is mentioned
-- Guests of some tenants only are never taken for included, and always for excluded: which tenant a guest is from is not
-- known.
WITH enforced AS (
  SELECT p.rowid AS policy, p.* FROM conditional_access_policies AS p WHERE p.state = 'enabled'),
guest AS (
  SELECT column1 AS id FROM (VALUES ('internalguest'), ('b2bcollaborationguest'), ('b2bcollaborationmember'))),
listed AS (
  SELECT policy, 'in' AS side, 'user' AS kind, lower(j.value) AS id FROM enforced, json_each(include_users) AS j
  UNION ALL SELECT policy, 'out', 'user', lower(j.value) FROM enforced, json_each(exclude_users) AS j
  UNION ALL SELECT policy, 'in', 'group', lower(j.value) FROM enforced, json_each(include_groups) AS j
  UNION ALL SELECT policy, 'out', 'group', lower(j.value) FROM enforced, json_each(exclude_groups) AS j
  UNION ALL SELECT policy, 'in', 'role', lower(j.value) FROM enforced, json_each(include_roles) AS j
  UNION ALL SELECT policy, 'out', 'role', lower(j.value) FROM enforced, json_each(exclude_roles) AS j
  UNION ALL SELECT policy, 'in', 'guest', lower(j.value) FROM enforced, json_each(split(include_guest_types, ',')) AS j
             WHERE coalesce(include_guest_tenants, 'all') = 'all'
  UNION ALL SELECT policy, 'out', 'guest', lower(j.value) FROM enforced, json_each(split(exclude_guest_types, ',')) AS j),
mentioned AS (
  SELECT DISTINCT l.policy, l.side, CASE WHEN l.id = 'all' THEN 'all' WHEN l.id = 'guestsorexternalusers' THEN 'guest' ELSE l.kind END AS kind,
         CASE WHEN l.id = 'guestsorexternalusers' THEN g.id ELSE l.id END AS id
    FROM listed AS l LEFT JOIN guest AS g ON l.id = 'guestsorexternalusers')
SELECT policy, side, kind, id, dense_rank() OVER (ORDER BY kind, id) AS mention FROM mentioned
