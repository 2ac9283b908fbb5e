-- The sensitive information types that rules against data loss must look for: one row a control and type.
--   title   what it is called
--   type    what `types` of dlp_active_rules holds where a rule looks for it
-- Card numbers are one everywhere. The others are those that the operator declared for the control, by name or id, as
-- what counts as personal data where the tenant is; without any, the two numbers of the United States.
WITH wants(control) AS (
  VALUES ('purview.dlp-pii'), ('purview.dlp-locations'), ('purview.dlp-block'), ('purview.dlp-notify')
),
american(title, type) AS (
  VALUES ('U.S. Individual Taxpayer Identification Number (ITIN)', 'e55e2a32-f92d-4985-a35d-a0b269eb687b'),
         ('U.S. Social Security Number (SSN)', 'a44669fe-0d48-453d-a9b1-2cc83f2cba77')
),
named AS (
  SELECT DISTINCT control, value FROM declared WHERE kind = 'sensitive_type'
)
SELECT control, 'Credit Card Number' AS title, '50842eb7-edc8-4019-85dd-5a5c1f2bb085' AS type FROM wants
 UNION ALL
SELECT control, value, value FROM named
 UNION ALL
SELECT control, title, type FROM wants, american WHERE control NOT IN (SELECT control FROM named)
