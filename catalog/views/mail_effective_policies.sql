-- The threat policy that decides about each class of recipients (mail_recipients), one row for each family and class.
-- The order is that of mail_policy_chain. Where rules or members of groups were not read there are several rows, one for
-- each policy that may be the one. For the class `everyone`, where mailboxes were not read, there is a row for each policy
-- that decides about somebody.
--   family, class, tier, policy
--   certain    1 when the policy surely decides, for `everyone`: about somebody
--   settled    what a control may conclude without the policy's settings: 1 under a preset whose policy was not returned,
--              because Microsoft's own settings hold; 0 under no policy; else NULL
--   label      how to begin the reason
--   remark     how to go on, where settled is not NULL; else what was seen in the policy's settings goes there
-- A domain in a rule takes the domains below it as well. Conditions of different kinds must all hold; one exception is enough.
WITH rules AS MATERIALIZED (
  SELECT r.*, coalesce(json_array_length(r.sent_to), 0) > 0 AS to_people,
         coalesce(json_array_length(r.sent_to_member_of), 0) > 0 AS to_groups,
         coalesce(json_array_length(r.recipient_domain_is), 0) > 0 AS to_domains
    FROM mail_policy_rules AS r WHERE r.id IN (SELECT c.id FROM mail_policy_chain AS c)
),
atoms AS MATERIALIZED (
  SELECT rules.id, 'people' AS kind, 'p:' || lower(entry.value) AS atom FROM rules, json_each(rules.sent_to) AS entry
   UNION
  SELECT rules.id, 'groups', 'g:' || lower(entry.value) FROM rules, json_each(rules.sent_to_member_of) AS entry
   UNION
  SELECT rules.id, 'domains', 'd:' || lower(entry.value) FROM rules, json_each(rules.recipient_domain_is) AS entry
   UNION
  SELECT rules.id, 'exception', 'p:' || lower(entry.value) FROM rules, json_each(rules.except_if_sent_to) AS entry
   UNION
  SELECT rules.id, 'exception', 'g:' || lower(entry.value) FROM rules, json_each(rules.except_if_sent_to_member_of) AS entry
   UNION
  SELECT rules.id, 'exception', 'd:' || lower(entry.value) FROM rules, json_each(rules.except_if_recipient_domain_is) AS entry
),
unread AS (
  SELECT id, max(kind = 'groups') AS groups, max(kind = 'exception') AS exceptions
    FROM atoms
   WHERE atom LIKE 'g:%'
     AND (atom NOT IN (SELECT 'g:' || lower(identity) FROM mail_policy_group_objects WHERE external_directory_object_id <> '')
          OR NOT EXISTS (SELECT * FROM coverage WHERE "table" = 'mail_policy_group_members' AND state = 'collected'))
   GROUP BY id
),
classes AS MATERIALIZED (
  SELECT DISTINCT class FROM mail_recipients WHERE class <> 'everyone'
),
traits(class, atom) AS MATERIALIZED (
  SELECT class, entry.value FROM classes, json_each(class) AS entry
   UNION
  SELECT class, 'd:' || substr(atom, instr(atom, '.') + 1) FROM traits WHERE atom LIKE 'd:%.%'
),
hits AS MATERIALIZED (
  SELECT traits.class, atoms.id, max(kind = 'people') AS people, max(kind = 'groups') AS groups,
         max(kind = 'domains') AS domains, max(kind = 'exception') AS exceptions
    FROM atoms JOIN traits ON traits.atom = atoms.atom
   GROUP BY traits.class, atoms.id
),
-- A rule without conditions is compared with every class, one with conditions only with the classes that meet one of them.
open_rules AS MATERIALIZED (
  SELECT rules.*, coalesce(unread.groups, 0) AS groups_unread, coalesce(unread.exceptions, 0) AS exceptions_unread,
         to_people = 0 AND to_domains = 0 AND (to_groups = 0 OR coalesce(unread.groups, 0) = 1) AS anyone
    FROM rules LEFT JOIN unread ON unread.id = rules.id
),
matched AS MATERIALIZED (
  SELECT classes.class, r.id, r.family, r.place,
         r.sure = 1 AND exceptions_unread = 0 AND (to_groups = 0 OR hits.groups IS 1) AS certain
    FROM classes CROSS JOIN open_rules AS r
    LEFT JOIN hits ON hits.class = classes.class AND hits.id = r.id
   WHERE r.anyone AND coalesce(hits.exceptions, 0) = 0
   UNION ALL
  SELECT hits.class, r.id, r.family, r.place,
         r.sure = 1 AND exceptions_unread = 0 AND (to_groups = 0 OR hits.groups = 1)
    FROM hits JOIN open_rules AS r ON r.id = hits.id
   WHERE NOT r.anyone AND hits.exceptions = 0
     AND (to_people = 0 OR hits.people = 1)
     AND (to_domains = 0 OR hits.domains = 1)
     AND (to_groups = 0 OR hits.groups = 1 OR groups_unread = 1)
),
first AS MATERIALIZED (
  SELECT class, family, min(CASE WHEN certain = 1 THEN place END) AS place FROM matched GROUP BY class, family
),
candidates AS (
  SELECT m.class, m.family, m.id,
         first.place IS NOT NULL AND count(*) OVER (PARTITION BY m.class, m.family) = 1 AS alone
    FROM matched AS m JOIN first ON first.class = m.class AND first.family = m.family
   WHERE m.place <= first.place OR first.place IS NULL
),
titles(family, title) AS (
  VALUES ('anti-malware', 'anti-malware'), ('anti-spam', 'anti-spam'), ('anti-phishing', 'anti-phishing'),
         ('safe-links', 'Safe Links'), ('safe-attachments', 'Safe Attachments'), ('outbound-spam', 'outbound anti-spam')
)
SELECT c.family, c.class, rules.tier, rules.policy,
       c.alone AS certain,
       CASE WHEN rules.policy IS NULL THEN 1 END AS settled,
       rules.label || CASE WHEN c.alone THEN '' ELSE ' (if it is the one that applies, which is not known)' END || ': ' AS label,
       CASE WHEN rules.policy IS NULL THEN 'Microsoft''s settings of this preset hold' END AS remark
  FROM candidates AS c JOIN rules ON rules.id = c.id
 UNION ALL
SELECT titles.family, classes.class, 'none', NULL, first.class IS NULL, 0, 'no ' || title || ' policy ',
       CASE WHEN first.class IS NULL THEN 'applies' ELSE 'may apply' END
  FROM classes CROSS JOIN titles
  LEFT JOIN first ON first.class = classes.class AND first.family = titles.family
 WHERE first.place IS NULL
 UNION ALL
SELECT chain.family, r.class, chain.tier, chain.policy, chain.certain,
       CASE WHEN chain.policy IS NULL THEN 1 END,
       chain.label || CASE WHEN chain.certain = 1 THEN '' ELSE ' (if it applies, which is not known)' END || ': ',
       CASE WHEN chain.policy IS NULL THEN 'Microsoft''s settings of this preset hold' END
  FROM mail_recipients AS r CROSS JOIN mail_policy_chain AS chain
 WHERE r.class = 'everyone'
 UNION ALL
SELECT gaps.family, r.class, 'none', NULL, 1, CASE gaps.verdict WHEN 'fail' THEN 0 END, gaps.reason, ''
  FROM mail_recipients AS r CROSS JOIN mail_policy_gaps AS gaps
 WHERE r.class = 'everyone'
