-- Which threat policies decide about a recipient's mail, in order of precedence: Strict preset, Standard preset,
-- custom policies by ascending priority, then the default policy or Built-in protection. Per family the order ends
-- at the first policy that takes every recipient; what stands below it is never used and is left out here.
--   id, family, tier, place, policy, rule, everyone   as in mail_policy_rules
--   certain        1 when it surely decides about somebody; 0 when that hangs on rules that were not read
--   label          how to call it in a sentence, and whom it takes
WITH bounds AS (
  SELECT family,
         min(CASE WHEN sure = 1 AND everyone = 1 THEN place END) AS last_place,
         min(CASE WHEN sure = 0 THEN place END) AS first_doubt
    FROM mail_policy_rules GROUP BY family
)
SELECT rules.id, rules.family, tier, place, policy, rule, everyone,
       sure = 1 AND (first_doubt IS NULL OR place <= first_doubt) AS certain,
       label
       || CASE WHEN everyone = 0 THEN ' (some recipients)'
               WHEN everyone IS NULL THEN ' (recipients not read)'
               WHEN place = 0 THEN ' (all recipients)'
               ELSE ' (everyone else)'
          END AS label
  FROM mail_policy_rules AS rules JOIN bounds ON bounds.family = rules.family
 WHERE place <= coalesce(last_place, 1000000000)
 ORDER BY rules.family, place
