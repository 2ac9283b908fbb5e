-- What Microsoft Secure Score says of its own controls: one row a control that it scores in this tenant, and several
-- where an app is connected several times. When it has scored nothing yet, one row, whose `control` is NULL.
--   control   Microsoft's id, without the number of a connected app before it
--   resource  the id as it came
--   verdict   pass: all points; fail: fewer; unknown: points that were not returned, and all points that somebody
--             claimed in Microsoft's portal by marking the control as solved elsewhere
--   share     where some points are given and nobody claimed any: what part of all, 0 to less than 1
WITH states AS (  -- the newest mark of each profile
  SELECT parent, state, max(updated_date_time) AS updated FROM secure_score_control_states GROUP BY parent
),
profiles AS (
  SELECT p.id, nullif(p.max_score, 0) AS max_score,
         CASE WHEN lower(s.state) IN ('thirdparty', 'reviewed', 'alternatemitigation', 'resolvedbyalternatemitigation')
              THEN s.state END AS claim
    FROM secure_score_control_profiles AS p LEFT JOIN states AS s ON s.parent = p.rowid
),
scores AS (
  SELECT id, CASE WHEN id GLOB '[0-9]*.*' THEN substr(id, instr(id, '.') + 1) ELSE id END AS control, score,
         nullif(max_score, 0) AS max_score, score_in_percentage AS percentage, count, total,
         CASE WHEN instr(implementation_status, '<') = 0 THEN nullif(trim(implementation_status), '') END AS status
    FROM secure_score_controls
   WHERE rowid IN (SELECT min(rowid) FROM secure_score_controls GROUP BY id)  -- the newest day, should there be several
),
joined AS (
  SELECT s.id, s.control, s.score, s.percentage, s.count, s.total, s.status,
         coalesce(s.max_score, own.max_score, shared.max_score) AS possible, coalesce(own.claim, shared.claim) AS claim
    FROM scores AS s
    LEFT JOIN profiles AS own ON own.id = s.id
    LEFT JOIN profiles AS shared ON shared.id = s.control
),
judged AS (
  SELECT *, CASE WHEN possible IS NULL THEN percentage >= 100 ELSE score >= possible END AS achieved
    FROM joined
)
SELECT control, id AS resource, id AS name,
       CASE WHEN achieved = 1 AND claim IS NULL THEN 'pass' WHEN achieved = 0 THEN 'fail' ELSE 'unknown' END AS verdict,
       CASE WHEN achieved IS NULL THEN 'Microsoft returned `' || id || '` without its points'
            WHEN achieved = 1 AND claim IS NOT NULL
            THEN 'Microsoft gives all points only because somebody marked `' || id || '` as ' || claim
            ELSE 'Microsoft gives `' || id || '` '
                 || CASE WHEN possible IS NULL THEN printf('%g per cent of its points', percentage)
                         ELSE printf('%g of %g points', score, possible) END
                 || CASE WHEN control LIKE 'scid%' AND achieved = 0 AND count IS NOT NULL AND total IS NOT NULL
                         THEN ': ' || count || ' of ' || total || ' devices are not as recommended'
                         ELSE coalesce(': ' || rtrim(substr(status, 1, 300), '. '), '') END
       END AS reason,
       CASE WHEN achieved = 0 AND claim IS NULL
            THEN CASE WHEN possible IS NULL THEN percentage / 100.0 ELSE score * 1.0 / possible END END AS share
  FROM judged
UNION ALL
SELECT NULL, 'tenant', 'tenant', 'unknown', 'Microsoft Secure Score has no result for this tenant yet', NULL
 WHERE NOT EXISTS (SELECT 1 FROM secure_score_controls)
