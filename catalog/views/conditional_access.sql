-- What each Conditional Access policy does, worked out once for all controls: one row for each policy that is on or
-- report-only. `policy` is the rowid in conditional_access_policies, where names and lists of exclusions stand; the rest are
-- small numbers. What a policy asks for:
--   controls        sum of 1 block, 2 MFA, 4 compliant device, 8 hybrid-joined device, 16 anything else
--   strength        authentication strength: 0 none, 4 phishing-resistant combinations only, 2 multifactor combinations only,
--                   some of them not phishing-resistant, 1 weaker
--   either          1: one of the controls will do (operator OR); 2: and accepted terms or a control of another vendor too
-- When:
--   clients         2 every client app, 1 Exchange ActiveSync and other legacy clients, 0 other
--   user_risk, sign_in_risk   0 whatever the risk, 2 at high risk (perhaps at lower risk too), 1 at other levels only. A policy
--                   about one of the two is a rule for risky cases; one about both, which Microsoft advises against, is
--                   taken by its other conditions
--   agent_risk      2 every AI agent at high risk, 1 some agents at high risk, 0 not about that
--   flows           0 every authentication flow, 2 the device-code flow (perhaps others too), 1 others only
--   user_action     1 about an action of a user (registering sign-in methods or a device), not about applications
--   registers_security_info   1 when sign-in methods are registered
-- For whom:
--   enforced        1 on, 0 report-only, which enforces nothing
--   all_users, all_apps       1 everybody, every application
--   excludes_roles  1 holders of some directory role are left out
--   narrowed        1 only some locations, platforms, devices, client apps, applications or users under suspicion of insider
--                   risk. Policies for legacy clients show in `clients` alone
--   has_exclusions  1 users, groups, applications, kinds of guest or agents are left out
-- A tenant may have very many policies: common values are compared before a list is searched, and CASE is used where AND
-- and OR would evaluate both sides.
SELECT rowid AS policy,
       CASE built_in_controls WHEN '["block"]' THEN 1 WHEN '["mfa"]' THEN 2 WHEN '[]' THEN 0
            ELSE has(built_in_controls, 'block') + 2 * has(built_in_controls, 'mfa')
                 + 4 * has(built_in_controls, 'compliantDevice') + 8 * has(built_in_controls, 'domainJoinedDevice')
                 + 16 * NOT within(built_in_controls, 'block', 'mfa', 'compliantDevice', 'domainJoinedDevice', '')
       END AS controls,
       CASE authentication_strength_id
            WHEN '00000000-0000-0000-0000-000000000004' THEN 4
            WHEN '00000000-0000-0000-0000-000000000002' THEN 2
            WHEN '00000000-0000-0000-0000-000000000003' THEN 2
            ELSE CASE WHEN allowed_combinations = '[]' THEN 0
                      WHEN within(allowed_combinations, 'windowsHelloForBusiness', 'fido2', 'x509CertificateMultiFactor') THEN 4
                      WHEN within(allowed_combinations, 'windowsHelloForBusiness', 'fido2', 'x509CertificateMultiFactor',
                             'deviceBasedPush', 'temporaryAccessPassOneTime', 'temporaryAccessPassMultiUse', 'federatedMultiFactor',
                             'password,microsoftAuthenticatorPush', 'password,softwareOath', 'password,hardwareOath',
                             'password,sms', 'password,voice',
                             'microsoftAuthenticatorPush,federatedSingleFactor', 'softwareOath,federatedSingleFactor',
                             'hardwareOath,federatedSingleFactor', 'sms,federatedSingleFactor', 'voice,federatedSingleFactor',
                             'federatedSingleFactor,microsoftAuthenticatorPush', 'federatedSingleFactor,softwareOath',
                             'federatedSingleFactor,hardwareOath', 'federatedSingleFactor,sms', 'federatedSingleFactor,voice') THEN 2
                      ELSE 1 END
       END AS strength,
       CASE WHEN grant_operator = 'OR'
            THEN CASE WHEN custom_authentication_factors <> '[]' OR terms_of_use <> '[]' THEN 2 ELSE 1 END
            ELSE 0 END AS either,
       CASE client_app_types WHEN '["all"]' THEN 2 WHEN '["exchangeActiveSync","other"]' THEN 1
            ELSE CASE WHEN has(client_app_types, 'all') THEN 2
                      WHEN has(client_app_types, 'exchangeActiveSync', 'other') THEN 1 ELSE 0 END
       END AS clients,
       CASE user_risk_levels WHEN '[]' THEN 0 WHEN '["high"]' THEN 2 ELSE 1 + has(user_risk_levels, 'high') END AS user_risk,
       CASE sign_in_risk_levels WHEN '[]' THEN 0 WHEN '["high"]' THEN 2 ELSE 1 + has(sign_in_risk_levels, 'high') END AS sign_in_risk,
       CASE WHEN agent_id_risk_levels IS NULL THEN 0
            WHEN has(split(agent_id_risk_levels, ','), 'high') THEN 1 + has(include_agents, 'All')
            ELSE 0 END AS agent_risk,
       CASE WHEN transfer_methods IS NULL THEN 0 WHEN transfer_methods IN ('none', '') THEN 0
            ELSE 1 + has(split(transfer_methods, ','), 'deviceCodeFlow') END AS flows,
       CASE include_user_actions WHEN '[]' THEN 0 ELSE 1 END AS user_action,
       CASE include_user_actions WHEN '[]' THEN 0
            ELSE has(include_user_actions, 'urn:user:registersecurityinfo') END AS registers_security_info,
       CASE state WHEN 'enabled' THEN 1 ELSE 0 END AS enforced,
       CASE include_users WHEN '["All"]' THEN 1 WHEN '[]' THEN 0 ELSE has(include_users, 'All') END AS all_users,
       CASE include_applications WHEN '["All"]' THEN 1 WHEN '[]' THEN 0 ELSE has(include_applications, 'All') END AS all_apps,
       CASE exclude_roles WHEN '[]' THEN 0 ELSE 1 END AS excludes_roles,
       CASE WHEN exclude_locations <> '[]' OR exclude_platforms <> '[]' OR device_filter_mode IS NOT NULL
                 OR insider_risk_levels <> '' OR application_filter_mode = 'exclude' THEN 1
            WHEN include_locations <> '[]' AND include_locations <> '["All"]' AND NOT has(include_locations, 'All') THEN 1
            WHEN include_platforms <> '[]' AND include_platforms <> '["all"]' AND NOT has(include_platforms, 'all') THEN 1
            WHEN client_app_types = '["all"]' OR client_app_types = '[]' THEN 0
            WHEN has(client_app_types, 'all') OR has(client_app_types, 'browser', 'mobileAppsAndDesktopClients') THEN 0
            WHEN has(client_app_types, 'exchangeActiveSync', 'other') THEN 0
            WHEN client_app_types IS NOT NULL THEN 1
            ELSE 0 END AS narrowed,
       CASE WHEN exclude_users <> '[]' OR exclude_groups <> '[]' OR exclude_applications <> '[]'
                 OR exclude_agents <> '[]' OR exclude_guest_types NOT IN ('none', '') THEN 1 ELSE 0 END AS has_exclusions
  FROM conditional_access_policies
 WHERE state = 'enabled' OR state = 'enabledForReportingButNotEnforced'
