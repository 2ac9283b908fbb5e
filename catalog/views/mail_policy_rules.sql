-- Which threat policies may decide about a recipient's mail (outbound-spam: a sender's), one row for each rule that is
-- in force and each policy that needs none. A rule that names a policy that does not exist applies nothing and is left out.
--   id             number of the row
--   family, tier   as in mail_policies
--   place          order of precedence: 0 Strict preset, 1 Standard preset, 2 and up custom policies by ascending
--                  priority, 1000000000 default policy and Built-in protection
--   policy         identity of the policy; NULL when a preset's rule names none and none was returned, so that
--                  Microsoft's own settings of that preset hold
--   rule           rule that applies it; NULL for the default and Built-in
--   sent_to … except_if_recipient_domain_is   whom the rule is limited to and whom it leaves out, as lists
--   everyone       1 when it takes every recipient that reaches it, 0 when only selected ones, NULL when not known
--   sure           1 when the rule is in force; 0 when its state, or the rules of its kind, were not read
--   label          how to call the policy in a sentence
-- A custom rule limited to domains takes everybody when it lists each accepted domain. Presets of Safe Links are
-- judged by their Exchange Online Protection rule where the Defender rule was not read.
WITH seen AS (
  SELECT coalesce(max("table" = 'protection_policy_rules' AND state = 'collected'), 0) AS eop,
         coalesce(max("table" = 'atp_policy_rules' AND state = 'collected'), 0) AS atp,
         coalesce(max("table" = 'malware_filter_rules' AND state = 'collected'), 0) AS malware,
         coalesce(max("table" = 'hosted_content_filter_rules' AND state = 'collected'), 0) AS spam,
         coalesce(max("table" = 'anti_phish_rules' AND state = 'collected'), 0) AS phish,
         coalesce(max("table" = 'safe_links_rules' AND state = 'collected'), 0) AS links,
         coalesce(max("table" = 'safe_attachment_rules' AND state = 'collected'), 0) AS attachments,
         coalesce(max("table" = 'hosted_outbound_spam_filter_rules' AND state = 'collected'), 0) AS outbound
    FROM coverage
),
family AS (
  SELECT 'anti-malware' AS family, eop AS presets_read, malware AS custom_read FROM seen
  UNION ALL SELECT 'anti-spam', eop, spam FROM seen
  UNION ALL SELECT 'anti-phishing', eop, phish FROM seen
  UNION ALL SELECT 'safe-links', max(atp, eop), links FROM seen
  UNION ALL SELECT 'safe-attachments', atp, attachments FROM seen
  UNION ALL SELECT 'outbound-spam', 1, outbound FROM seen
),
own AS (
  SELECT count(*) AS domains, json_group_array(lower(domain_name)) AS list
    FROM accepted_domains WHERE domain_name IS NOT NULL
),
rules AS MATERIALIZED (
  SELECT 'anti-malware' AS family, identity AS rule, malware_filter_policy AS policy, state, NULL AS priority, 1 AS preset, sent_to, sent_to_member_of, recipient_domain_is,
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
  UNION ALL
  SELECT 'outbound-spam', identity, hosted_outbound_spam_filter_policy, state, priority, 0,
         from_senders, from_member_of, sender_domain_is, except_if_from, except_if_from_member_of, except_if_sender_domain_is
    FROM hosted_outbound_spam_filter_rules
),
placed AS (
  SELECT rules.*, lower(policy) AS policy_key,
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
candidates AS (
  SELECT placed.family, tier, place, keys.policy, rule, everyone, sure, sent_to, sent_to_member_of, recipient_domain_is,
         except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM placed JOIN keys ON keys.family = placed.family AND keys.policy_key = placed.policy_key
   WHERE tier IS NOT NULL
  UNION ALL
  SELECT placed.family, placed.tier, place, mail_policies.policy, rule, everyone, sure, sent_to, sent_to_member_of,
         recipient_domain_is, except_if_sent_to, except_if_sent_to_member_of, except_if_recipient_domain_is
    FROM placed LEFT JOIN mail_policies ON mail_policies.family = placed.family AND mail_policies.tier = placed.tier
   WHERE placed.policy_key IS NULL AND preset = 1 AND placed.tier IS NOT NULL
  UNION ALL
  SELECT family, tier, 1000000000, policy, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL
    FROM mail_policies WHERE tier = 'default'
  UNION ALL
  SELECT family, tier, 1000000000, policy, NULL,
         coalesce(json_array_length(e.except_if_sent_to), 0) = 0
         AND coalesce(json_array_length(e.except_if_sent_to_member_of), 0) = 0
         AND coalesce(json_array_length(e.except_if_recipient_domain_is), 0) = 0, 1,
         NULL, NULL, NULL, e.except_if_sent_to, e.except_if_sent_to_member_of, e.except_if_recipient_domain_is
    FROM mail_policies
    LEFT JOIN (SELECT * FROM built_in_protection_rules ORDER BY rowid LIMIT 1) AS e
   WHERE tier = 'built-in'
  UNION ALL
  SELECT mail_policies.family, tier, CASE tier WHEN 'strict' THEN 0 WHEN 'standard' THEN 1 ELSE 2 END, policy,
         NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL
    FROM mail_policies JOIN family ON family.family = mail_policies.family
   WHERE (tier IN ('strict', 'standard') AND presets_read = 0) OR (tier = 'custom' AND custom_read = 0)
)
SELECT row_number() OVER () AS id, candidates.*,
       CASE tier WHEN 'strict' THEN 'Strict preset'
                 WHEN 'standard' THEN 'Standard preset'
                 WHEN 'default' THEN 'default policy `' || policy || '`'
                 WHEN 'built-in' THEN 'Built-in protection'
                 ELSE 'custom policy `' || policy || '`'
       END
       || CASE WHEN family = 'safe-links' AND tier IN ('strict', 'standard') AND seen.atp = 0
               THEN ', by its Exchange Online Protection rule' ELSE '' END AS label
  FROM candidates JOIN seen
