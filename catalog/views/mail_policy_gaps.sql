-- Families of threat policies in which no policy takes every recipient, one row a family, with the verdict that
-- follows: fail, or unknown when rules that were not read might close the gap. No row for a family without a gap.
SELECT family.family,
       CASE WHEN coalesce(min(certain), 1) = 1 THEN 'fail' ELSE 'unknown' END AS verdict,
       CASE WHEN coalesce(min(certain), 1) = 0
            THEN 'whether ' || title || ' policies take every recipient is not known: their rules were not read'
            WHEN count(label) = 0 THEN 'no ' || title || ' policy is in force'
            ELSE 'no ' || title || ' policy takes every recipient; in force: ' || min(label)
                 || CASE WHEN count(label) > 1 THEN ' and ' || (count(label) - 1) || ' more' ELSE '' END
       END AS reason
  FROM (SELECT 'anti-malware' AS family, 'anti-malware' AS title
        UNION ALL SELECT 'anti-spam', 'anti-spam'
        UNION ALL SELECT 'anti-phishing', 'anti-phishing'
        UNION ALL SELECT 'safe-links', 'Safe Links'
        UNION ALL SELECT 'safe-attachments', 'Safe Attachments'
        UNION ALL SELECT 'outbound-spam', 'outbound anti-spam') AS family
  LEFT JOIN mail_policy_chain ON mail_policy_chain.family = family.family
 GROUP BY family.family, title
HAVING coalesce(max(everyone), 0) = 0
