-- Microsoft's own points for device settings, for a tenant of which no device assessment was read: rows of
-- microsoft_scores for `scid_…`, and one whose `control` is NULL when those were not read either. Empty as soon as there
-- is an assessment of one device.
SELECT control, resource, name, verdict,
       CASE WHEN control IS NULL
            THEN 'neither assessments of devices nor Microsoft''s own points for them were returned'
                 || coalesce(' (' || (SELECT group_concat("table" || ': ' || coalesce(nullif(detail, ''), state), '; ')
                                        FROM coverage WHERE "table" IN ('secure_configuration_assessments', 'secure_score_controls')
                                         AND state <> 'collected') || ')', '')
            ELSE reason END AS reason,
       share
  FROM microsoft_scores
 WHERE (control LIKE 'scid%' OR control IS NULL) AND NOT EXISTS (SELECT 1 FROM secure_configuration_assessments)
