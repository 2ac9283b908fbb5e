-- What enforced Conditional Access policies ask of each class of accounts (user_classes) at every sign-in to every app: one
-- row a class, policy and demand.
--   demand      mfa           a second factor, with no weaker control beside it
--               user_risk     a block or a new password at high user risk
--               risk_high     a block or MFA at high sign-in risk; risk_medium at medium sign-in risk
--   policy      name of the policy
--   at_rest     0 when it is asked only once a role has been activated
--   covered     1 when nothing excludes the class; out_users, out_groups, out_roles, out_guests and hole say what does
--   apps        applications that the policy leaves out, as a list of ids
-- A policy that is limited to places, platforms, devices, flows or client apps asks for nothing at every sign-in.
WITH strict AS MATERIALIZED (
  SELECT c.*, x.built_in_controls, x.sign_in_risk_levels, x.exclude_applications,
         coalesce(x.display_name, x.id, 'a policy without a name') AS name,
         (c.controls & 2 OR c.strength IN (2, 4))
           AND NOT (c.either = 2 OR (c.either = 1 AND (c.controls & 28 OR c.strength = 1))) AS second_factor
    FROM conditional_access AS c JOIN conditional_access_policies AS x ON x.rowid = c.policy
   WHERE c.enforced = 1 AND c.all_apps = 1 AND c.narrowed = 0 AND c.flows = 0 AND c.agent_risk = 0
     AND (c.clients = 2 OR has(x.client_app_types, 'browser', 'mobileAppsAndDesktopClients') = 1)),
demanded AS MATERIALIZED (
  SELECT policy, name, exclude_applications, 'mfa' AS demand FROM strict
   WHERE second_factor = 1 AND user_risk = 0 AND sign_in_risk = 0
  UNION ALL
  SELECT policy, name, exclude_applications, 'user_risk' FROM strict
   WHERE user_risk = 2 AND sign_in_risk = 0
     AND (controls & 1 OR has(built_in_controls, 'riskRemediation') = 1
          OR (has(built_in_controls, 'passwordChange') = 1 AND (controls & 2 OR strength IN (2, 4)) AND either = 0))
  UNION ALL
  SELECT s.policy, s.name, s.exclude_applications, 'risk_' || l.column1
    FROM strict AS s JOIN (VALUES ('high'), ('medium')) AS l ON has(s.sign_in_risk_levels, l.column1) = 1
   WHERE s.user_risk = 0 AND (s.controls & 1 OR s.second_factor = 1))
SELECT c.class, d.demand, d.name AS policy, c.covered, c.at_rest, d.exclude_applications AS apps,
       c.out_users, c.out_groups, c.out_roles, c.out_guests, c.hole
  FROM demanded AS d JOIN class_policies AS c ON c.policy = d.policy
