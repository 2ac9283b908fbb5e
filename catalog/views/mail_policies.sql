-- Threat policies of the six kinds that Defender for Office 365 and Exchange Online Protection know, one row a policy.
--   family    anti-malware, anti-spam, anti-phishing, safe-links, safe-attachments or outbound-spam
--   policy    identity of the policy
--   name      its name, where that is not the identity
--   tier      strict and standard (presets), custom, default (whoever no rule reaches), built-in (Built-in protection)
-- The service says what kind a policy is; its name decides only where an export lacks those properties.
SELECT family, identity AS policy, name,
       CASE WHEN built_in = 1 OR (built_in IS NULL AND identity = 'Built-In Protection Policy' COLLATE NOCASE) THEN 'built-in'
            WHEN kind = 'Strict' COLLATE NOCASE
              OR (kind IS NULL AND identity LIKE 'Strict Preset Security Policy%') THEN 'strict'
            WHEN kind = 'Standard' COLLATE NOCASE
              OR (kind IS NULL AND identity LIKE 'Standard Preset Security Policy%') THEN 'standard'
            WHEN is_default = 1
              OR (is_default IS NULL AND lower(identity) IN ('default', 'office365 antiphish default')) THEN 'default'
            ELSE 'custom'
       END AS tier
  FROM (SELECT 'anti-malware' AS family, identity, name, recommended_policy_type AS kind, is_default, 0 AS built_in
          FROM malware_filter_policies
        UNION ALL
        SELECT 'anti-spam', identity, name, recommended_policy_type, is_default, 0 FROM hosted_content_filter_policies
        UNION ALL
        SELECT 'anti-phishing', identity, name, recommended_policy_type, is_default, 0 FROM anti_phish_policies
        UNION ALL
        SELECT 'safe-links', identity, name, recommended_policy_type, 0, is_built_in_protection FROM safe_links_policies
        UNION ALL
        SELECT 'safe-attachments', identity, name, recommended_policy_type, 0, is_built_in_protection
          FROM safe_attachment_policies
        UNION ALL
        SELECT 'outbound-spam', identity, name, 'Custom', is_default, 0 FROM hosted_outbound_spam_filter_policies)
 WHERE identity IS NOT NULL
