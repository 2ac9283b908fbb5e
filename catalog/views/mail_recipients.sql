-- User and shared mailboxes, one row each, with the class of recipients that it belongs to: all of a class are alike to
-- every rule of mail_policy_rules, so that rules are compared with classes and not with a million people.
--   resource   id of the user in Entra
--   name       sign-in name
--   class      JSON list of what rules can tell them apart by: `d:` and the domain of the address, then `g:` and each group
--              and `p:` and each address of theirs that a rule names
-- Where mailboxes were not read, there is one row, of the class `everyone`, that stands for all recipients.
WITH lists AS MATERIALIZED (
  SELECT sent_to AS list FROM mail_policy_rules
   UNION ALL
  SELECT except_if_sent_to FROM mail_policy_rules
),
people AS MATERIALIZED (
  SELECT DISTINCT lower(entry.value) AS address FROM lists, json_each(list) AS entry
),
-- Aliases are looked at only when a rule names somebody by one.
aliases AS MATERIALIZED (
  SELECT address FROM people
  EXCEPT
  SELECT lower(primary_smtp_address) FROM mailboxes
),
named AS (
  SELECT m.rowid AS id, 'p:' || lower(primary_smtp_address) AS atom
    FROM mailboxes AS m WHERE lower(primary_smtp_address) IN (SELECT address FROM people)
   UNION
  SELECT m.rowid, 'p:' || lower(substr(alias.value, 6))
    FROM (SELECT 1 WHERE EXISTS (SELECT * FROM aliases)) CROSS JOIN mailboxes AS m CROSS JOIN json_each(m.email_addresses) AS alias
   WHERE alias.value LIKE 'smtp:%' AND lower(substr(alias.value, 6)) IN (SELECT address FROM aliases)
   UNION
  SELECT m.rowid, 'g:' || lower(o.identity)
    FROM mail_policy_group_objects AS o
    JOIN mail_policy_group_members AS g ON g.group_id = o.external_directory_object_id
    JOIN mailboxes AS m ON m.external_directory_object_id = g.id
),
atoms AS MATERIALIZED (
  SELECT id, json_group_array(atom) AS list FROM (SELECT id, atom FROM named ORDER BY id, atom) GROUP BY id
)
SELECT coalesce(nullif(m.external_directory_object_id, ''), m.guid) AS resource,
       coalesce(m.user_principal_name, m.primary_smtp_address, m.display_name) AS name,
       '[' || json_quote('d:' || lower(substr(m.primary_smtp_address, instr(m.primary_smtp_address, '@') + 1)))
           || coalesce(',' || substr(atoms.list, 2), ']') AS class
  FROM mailboxes AS m LEFT JOIN atoms ON atoms.id = m.rowid
 WHERE coalesce(m.recipient_type_details, 'UserMailbox') IN ('UserMailbox', 'SharedMailbox')
 UNION ALL
SELECT 'tenant', 'tenant', 'everyone'
 WHERE NOT EXISTS (SELECT * FROM coverage WHERE "table" = 'mailboxes' AND state = 'collected')
