-- Data loss prevention rules that are enforced: the rule is on, its policy is on and in mode Enable. One row a rule.
--   rule, policy                                   names
--   block_access, block_access_scope, notify_user, notify_allow_override  as in dlp_compliance_rules
--   types                                          ids and names of the sensitive information types that it looks for
--   readable                                       0 when its conditions could not be read, so that a 0 proves nothing
-- What stands under a negated condition is not looked for. Where a type of Microsoft's is given by its name alone, its
-- id is added; a type that somebody made and called the same has another one.
-- Some exports hold the advanced rule with its line breaks cut down to `rn` and its quotes turned into apostrophes;
-- that is mended before it is parsed.
WITH rules AS (
  SELECT r.rowid AS rule_id, r.name AS rule, p.name AS policy, r.block_access, r.block_access_scope, r.notify_user, r.notify_allow_override,
         CASE WHEN r.is_advanced_rule = 1
                OR (r.is_advanced_rule IS NULL AND r.content_contains_sensitive_information IS NULL)
              THEN CASE WHEN json_valid(r.advanced_rule) THEN r.advanced_rule
                        ELSE replace(replace(replace(r.advanced_rule, '''', '"'), 'rn ', ' '), 'rn}', '}')
                   END
              ELSE r.content_contains_sensitive_information
         END AS conditions
    FROM dlp_compliance_rules r JOIN dlp_compliance_policies p ON p.name = r.parent_policy_name
   WHERE r.disabled = 0 AND p.enabled = 1 AND p.mode = 'Enable'
),
parsed AS (
  SELECT *, conditions IS NOT NULL AND json_valid(conditions) AS readable,
         CASE WHEN json_valid(conditions) THEN conditions END AS doc
    FROM rules
),
negated AS (
  SELECT rule_id, node.path AS path
    FROM parsed, json_tree(doc) AS node
   WHERE node.type = 'text' AND lower(node.key) = 'operator' AND lower(node.atom) = 'not'
),
given AS (
  SELECT rule_id,
         coalesce(json_extract(node.value, '$.Id'), json_extract(node.value, '$.id')) AS id,
         coalesce(json_extract(node.value, '$.Name'), json_extract(node.value, '$.name')) AS name
    FROM parsed, json_tree(doc) AS node
   WHERE node.type = 'object'
     AND (node.path = '$' OR lower(node.path) LIKE '%.sensitivetypes' OR lower(node.path) LIKE '%.value')
     AND NOT EXISTS (SELECT 1 FROM negated
                      WHERE negated.rule_id = parsed.rule_id
                         AND substr(node.fullkey, 1, length(negated.path) + 1) = negated.path || '.')
),
types AS (
  SELECT rule_id,
         coalesce(id, CASE lower(name)
                           WHEN 'credit card number' THEN '50842eb7-edc8-4019-85dd-5a5c1f2bb085'
                           WHEN 'u.s. individual taxpayer identification number (itin)' THEN 'e55e2a32-f92d-4985-a35d-a0b269eb687b'
                           WHEN 'u.s. social security number (ssn)' THEN 'a44669fe-0d48-453d-a9b1-2cc83f2cba77' END) AS type
    FROM given
   UNION
  SELECT rule_id, name FROM given
),
found AS (
  SELECT rule_id, json_group_array(type) AS types FROM types GROUP BY rule_id
)
SELECT parsed.rule, parsed.policy, block_access, block_access_scope, notify_user, notify_allow_override,
       coalesce(types, '[]') AS types, readable
  FROM parsed LEFT JOIN found ON found.rule_id = parsed.rule_id
