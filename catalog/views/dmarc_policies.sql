-- The DMARC policy of each mail domain, its tags read once for all controls; one row a domain.
--   state    found; absent (DNS has answered: no record); failed (no server answered); unasked (never looked
--            up); routing (*.mail.onmicrosoft.com, the hybrid routing domain, where a tenant can publish nothing)
--   records  number of DMARC records; receivers that find two or more use none of them
--   record   the record, when there is exactly one
--   p, sp    what receivers do with failing mail of the domain and of domains below it; lower case
--   source   organisational domain that the record was inherited from, so that sp holds; looked for only when
--            there is an sp, else NULL
--   pct      share of failing mail that the policy is applied to, in per cent; NULL when it is not a number
--   cut      1 when the record may have been cut after 255 bytes, so that its last tags may be missing
WITH looked AS MATERIALIZED (
  SELECT d.rowid AS id, count(r.value) AS records, CASE count(r.value) WHEN 1 THEN min(r.value) END AS record
    FROM dmarc_records AS d
    LEFT JOIN json_each(d.rdata) AS r ON r.value GLOB 'v[= ]*' AND tag(r.value, 'v') = 'DMARC1'
   WHERE d.domain <> ''
   GROUP BY d.rowid
),
parsed AS MATERIALIZED (
  SELECT *, lower(tag(record, 'p')) AS p, lower(tag(record, 'sp')) AS sp, tag(record, 'pct') AS pct FROM looked
)
SELECT d.domain,
       CASE WHEN d.domain LIKE '%.mail.onmicrosoft.com' THEN 'routing'
            WHEN p.records > 0 THEN 'found'
            WHEN d.status = 'failed' OR d.rdata IS NULL THEN 'failed'
            -- Every answer in the log, also an empty one, begins with these words.
            WHEN d.status IS NULL AND d.lookups <> '[]' AND instr(d.lookups, '"Query returned') = 0 THEN 'failed'
            ELSE 'absent' END AS state,
       p.records, p.record, p.p, p.sp,
       CASE WHEN p.sp IS NOT NULL
            THEN (SELECT CASE WHEN o.held_by COLLATE NOCASE <> '_dmarc.' || d.domain THEN substr(o.held_by, 8) END
                    FROM (SELECT coalesce(d.found_at,
                                          (SELECT json_extract(l.value, '$.query_name') FROM json_each(d.lookups) AS l
                                            WHERE json_extract(l.value, '$.query_result') LIKE 'Query returned%txt record%'
                                            ORDER BY l.key DESC LIMIT 1)) AS held_by) AS o) END AS source,
       CASE WHEN p.pct IS NULL THEN 100
            WHEN p.pct NOT GLOB '*[^0-9]*' THEN CAST(p.pct AS INTEGER) END AS pct,
       length(p.record) = 255 AS cut
  FROM parsed AS p
  JOIN dmarc_records AS d ON d.rowid = p.id
 UNION ALL
SELECT domain,
       CASE WHEN domain LIKE '%.mail.onmicrosoft.com' THEN 'routing' ELSE 'unasked' END,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM mail_domains
 WHERE domain COLLATE NOCASE NOT IN (SELECT domain FROM dmarc_records WHERE domain IS NOT NULL)
