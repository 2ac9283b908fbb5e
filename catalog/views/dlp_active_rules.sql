-- Data loss prevention rules that are enforced: the rule is on, its policy is on and in mode Enable. One row a rule.
--   rule, policy                                   names
--   block_access, block_access_scope, notify_user, notify_allow_override  as in dlp_compliance_rules
--   card, itin, ssn                                1 when the rule looks for credit card numbers, U.S. Individual
--                                                  Taxpayer Identification Numbers, U.S. Social Security Numbers
--   readable                                       0 when its conditions could not be read, so that a 0 proves nothing
-- Information types count by their fixed id, by name only where no id is given, and never under a negated condition.
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
  SELECT *, coalesce(json_valid(conditions), 0) AS readable,
         CASE WHEN json_valid(conditions) THEN conditions ELSE '[]' END AS doc
    FROM rules
),
negated AS (
  SELECT rule_id, node.path AS path
    FROM parsed, json_tree(doc) AS node
   WHERE node.type = 'text' AND lower(node.key) = 'operator' AND lower(node.atom) = 'not'
),
types AS (
  SELECT rule_id,
         lower(coalesce(json_extract(node.value, '$.Id'), json_extract(node.value, '$.id'))) AS type_id,
         lower(coalesce(json_extract(node.value, '$.Name'), json_extract(node.value, '$.name'))) AS type_name
    FROM parsed, json_tree(doc) AS node
   WHERE node.type = 'object'
     AND (node.path = '$' OR lower(node.path) LIKE '%.sensitivetypes' OR lower(node.path) LIKE '%.value')
     AND NOT EXISTS (SELECT 1 FROM negated
                      WHERE negated.rule_id = parsed.rule_id
                         AND substr(node.fullkey, 1, length(negated.path) + 1) = negated.path || '.')
),
found AS (
  SELECT rule_id,
         max(coalesce(type_id = '50842eb7-edc8-4019-85dd-5a5c1f2bb085', type_name = 'credit card number', 0)) AS card,
         max(coalesce(type_id = 'e55e2a32-f92d-4985-a35d-a0b269eb687b',
                      type_name = 'u.s. individual taxpayer identification number (itin)', 0)) AS itin,
         max(coalesce(type_id = 'a44669fe-0d48-453d-a9b1-2cc83f2cba77',
                      type_name = 'u.s. social security number (ssn)', 0)) AS ssn
    FROM types GROUP BY rule_id
)
SELECT parsed.rule, parsed.policy, block_access, block_access_scope, notify_user, notify_allow_override,
       coalesce(card, 0) AS card, coalesce(itin, 0) AS itin, coalesce(ssn, 0) AS ssn, readable
  FROM parsed LEFT JOIN found ON found.rule_id = parsed.rule_id
