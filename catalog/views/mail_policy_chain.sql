-- Which threat policies decide about a recipient's mail, in order of precedence: Strict preset, Standard preset,
-- custom policies by ascending priority, then the default policy or Built-in protection. Per family the order ends
-- at the first policy that takes every recipient; what stands below it is never used and is left out here.
--   family, tier   as in mail_policies
--   place          position: 0 Strict, 1 Standard, 2 and up custom, 1000000000 default and Built-in
--   policy         identity of the policy; NULL when a preset's rule names none and none was returned, so that
--                  Microsoft's own settings of that preset hold
--   rule           rule that applies it; NULL for the default and Built-in
--   everyone       1 when it takes every recipient that reaches it, 0 when only selected ones, NULL when not known
--   certain        1 when it surely decides about somebody; 0 when that hangs on rules that were not read
--   label          how to call it in a sentence
-- A custom rule limited to domains takes everybody when it lists each accepted domain. A rule that names a policy
-- that does not exist applies nothing. Presets of Safe Links are judged by their Exchange Online Protection rule
-- where the Defender rule was not read.
WITH seen AS (
  SELECT coalesce(max("table" = 'protection_policy_rules' AND state = 'collected'), 0) AS eop,
         coalesce(max("table" = 'atp_policy_rules' AND state = 'collected'), 0) AS atp,
         coalesce(max("table" = 'malware_filter_rules' AND state = 'collected'), 0) AS malware,
         coalesce(max("table" = 'hosted_content_filter_rules' AND state = 'collected'), 0) AS spam,
         coalesce(max("table" = 'anti_phish_rules' AND state = 'collected'), 0) AS phish,
         coalesce(max("table" = 'safe_links_rules' AND state = 'collected'), 0) AS links,
         coalesce(max("table" = 'safe_attachment_rules' AND state = 'collected'), 0) AS attachments
    FROM coverage
),
family AS (
  SELECT 'anti-malware' AS family, eop AS presets_read, malware AS custom_read FROM seen
  UNION ALL SELECT 'anti-spam', eop, spam FROM seen
  UNION ALL SELECT 'anti-phishing', eop, phish FROM seen
  UNION ALL SELECT 'safe-links', max(atp, eop), links FROM seen
  UNION ALL SELECT 'safe-attachments', atp, attachments FROM seen
),
own AS (
  SELECT count(*) AS domains, json_group_array(lower(domain_name)) AS list
    FROM accepted_domains WHERE domain_name IS NOT NULL
),
rules AS MATERIALIZED (
  SELECT 'anti-malware' AS family, identity AS rule, malware_filter_policy AS policy, state, NULL AS priority, 1 AS preset,
         sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM protection_policy_rules
  UNION ALL
  SELECT 'anti-spam', identity, hosted_content_filter_policy, state, NULL, 1, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM protection_policy_rules
  UNION ALL
  SELECT 'anti-phishing', identity, anti_phish_policy, state, NULL, 1, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM protection_policy_rules
  UNION ALL
  SELECT 'safe-links', identity, safe_links_policy, state, NULL, 1, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM atp_policy_rules
  UNION ALL
  SELECT 'safe-links', identity, NULL, state, NULL, 1, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM protection_policy_rules WHERE (SELECT atp FROM seen) = 0
  UNION ALL
  SELECT 'safe-attachments', identity, safe_attachment_policy, state, NULL, 1, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM atp_policy_rules
  UNION ALL
  SELECT 'anti-malware', identity, malware_filter_policy, state, priority, 0, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM malware_filter_rules
  UNION ALL
  SELECT 'anti-spam', identity, hosted_content_filter_policy, state, priority, 0, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM hosted_content_filter_rules
  UNION ALL
  SELECT 'anti-phishing', identity, anti_phish_policy, state, priority, 0, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM anti_phish_rules
  UNION ALL
  SELECT 'safe-links', identity, safe_links_policy, state, priority, 0, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM safe_links_rules
  UNION ALL
  SELECT 'safe-attachments', identity, safe_attachment_policy, state, priority, 0, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM safe_attachment_rules
),
placed AS (
  SELECT family, rule, lower(policy) AS policy_key, preset,
         CASE WHEN preset = 0 THEN 'custom'
              WHEN rule LIKE 'Strict Preset Security Policy%' THEN 'strict'
              WHEN rule LIKE 'Standard Preset Security Policy%' THEN 'standard'
         END AS tier,
         CASE WHEN preset = 0 THEN 2 + coalesce(priority, 500000000)
              WHEN rule LIKE 'Strict Preset Security Policy%' THEN 0
              ELSE 1
         END AS place,
         state IS NOT NULL AS sure,
         CASE WHEN coalesce(json_array_length(sent_to), 0) > 0
                OR coalesce(json_array_length(sent_to_member_of), 0) > 0
                OR coalesce(json_array_length(except_if_sent_to), 0) > 0
                OR coalesce(json_array_length(except_if_sent_to_member_of), 0) > 0
                OR coalesce(json_array_length(except_if_recipient_domain_is), 0) > 0 THEN 0
              WHEN coalesce(json_array_length(recipient_domain_is), 0) = 0 THEN 1
              WHEN own.domains = 0 OR json_array_length(recipient_domain_is) < own.domains THEN 0
              ELSE has(recipient_domain_is, own.list)
         END AS everyone
    FROM rules, own
   WHERE state IS NULL OR state = 'Enabled' COLLATE NOCASE
),
keys AS MATERIALIZED (
  SELECT family, lower(policy) AS policy_key, policy FROM mail_policies
  UNION
  SELECT family, lower(name), policy FROM mail_policies WHERE name IS NOT NULL
),
candidates AS MATERIALIZED (
  SELECT placed.family, tier, place, keys.policy, rule, everyone, sure
    FROM placed JOIN keys ON keys.family = placed.family AND keys.policy_key = placed.policy_key
   WHERE tier IS NOT NULL
  UNION ALL
  SELECT placed.family, placed.tier, place, mail_policies.policy, rule, everyone, sure
    FROM placed LEFT JOIN mail_policies ON mail_policies.family = placed.family AND mail_policies.tier = placed.tier
   WHERE placed.policy_key IS NULL AND preset = 1 AND placed.tier IS NOT NULL
  UNION ALL
  SELECT family, tier, 1000000000, policy, NULL,
         CASE WHEN tier = 'default' THEN 1
              ELSE (SELECT count(*) = 0 FROM built_in_protection_rules
                     WHERE json_array_length(except_if_sent_to) > 0
                        OR json_array_length(except_if_sent_to_member_of) > 0
                        OR json_array_length(except_if_recipient_domain_is) > 0)
         END, 1
    FROM mail_policies WHERE tier IN ('default', 'built-in')
  UNION ALL
  SELECT mail_policies.family, tier, CASE tier WHEN 'strict' THEN 0 WHEN 'standard' THEN 1 ELSE 2 END, policy, NULL, NULL, 0
    FROM mail_policies JOIN family ON family.family = mail_policies.family
   WHERE (tier IN ('strict', 'standard') AND presets_read = 0) OR (tier = 'custom' AND custom_read = 0)
),
bounds AS (
  SELECT family,
         min(CASE WHEN sure = 1 AND everyone = 1 THEN place END) AS last_place,
         min(CASE WHEN sure = 0 THEN place END) AS first_doubt
    FROM candidates GROUP BY family
)
SELECT candidates.family, tier, place, policy, rule, everyone,
       sure = 1 AND (first_doubt IS NULL OR place <= first_doubt) AS certain,
       CASE tier WHEN 'strict' THEN 'Strict preset'
                 WHEN 'standard' THEN 'Standard preset'
                 WHEN 'default' THEN 'default policy `' || policy || '`'
                 WHEN 'built-in' THEN 'Built-in protection'
                 ELSE 'custom policy `' || policy || '`'
       END
       || CASE WHEN candidates.family = 'safe-links' AND tier IN ('strict', 'standard') AND seen.atp = 0
               THEN ', by its Exchange Online Protection rule' ELSE '' END
       || CASE WHEN everyone = 0 THEN ' (some recipients)'
               WHEN everyone IS NULL THEN ' (recipients not read)'
               WHEN place = 0 THEN ' (all recipients)'
               ELSE ' (everyone else)'
          END AS label
  FROM candidates JOIN bounds ON bounds.family = candidates.family JOIN seen
 WHERE place <= coalesce(last_place, 1000000000)
 ORDER BY candidates.family, place
