-- The DMARC policy of each mail domain, its tags read once for all controls; one row a domain.
--   state    found; absent (DNS has answered: no record); failed (no server answered); unasked (never looked
--            up); routing (*.mail.onmicrosoft.com, the hybrid routing domain, where a tenant can publish nothing)
--   records  number of DMARC records; receivers that find two or more use none of them
--   record   the record, when there is exactly one
--   p, sp    what receivers do with failing mail of the domain and of domains below it; lower case
--   rua, ruf addresses for aggregate and failure reports, as the record gives them
--   source   organisational domain that the record was inherited from, so that sp holds; looked for only when
--            there is an sp, else NULL
--   pct      share of failing mail that the policy is applied to, in per cent; NULL when it is not a number
--   cut      1 when the record may have been cut after 255 bytes, so that its last tags may be missing
-- LIMIT has SQLite work out a column once and not wherever it is used.
WITH looked AS (
  SELECT domain, status, found_at, asked, results, rdata IS NULL AS unread,
         coalesce(mail_records(rdata, 'DMARC1'), 0) AS records, mail_record(rdata, 'DMARC1') AS record
    FROM dmarc_records
   WHERE domain <> ''
   LIMIT -1 OFFSET 0
),
parsed AS (
  SELECT *, lower(tag(record, 'p')) AS p, lower(tag(record, 'sp')) AS sp, tag(record, 'pct') AS pct FROM looked
   LIMIT -1 OFFSET 0
)
SELECT domain,
       CASE WHEN under_domain(domain, 'mail.onmicrosoft.com') = 1 THEN 'routing'
            WHEN records > 0 THEN 'found'
            WHEN status = 'failed' OR unread THEN 'failed'
            -- Every answer in the log, also an empty one, begins with these words.
            WHEN status IS NULL AND results <> '[]' AND instr(results, '"Query returned') = 0 THEN 'failed'
            ELSE 'absent' END AS state,
       records, record, p, sp, tag(record, 'rua') AS rua, tag(record, 'ruf') AS ruf,
       CASE WHEN sp IS NOT NULL
            THEN (SELECT CASE WHEN o.held_by COLLATE NOCASE <> '_dmarc.' || domain THEN substr(o.held_by, 8) END
                    FROM (SELECT coalesce(found_at,
                                          (SELECT n.value FROM json_each(asked) AS n
                                             JOIN json_each(results) AS r ON r.key = n.key
                                            WHERE r.value LIKE 'Query returned%txt record%'
                                            ORDER BY n.key DESC LIMIT 1)) AS held_by) AS o) END AS source,
       CASE WHEN pct IS NULL THEN 100
            WHEN pct <> '' AND pct NOT GLOB '*[^0-9]*' THEN CAST(pct AS INTEGER) END AS pct,
       length(record) = 255 AS cut
  FROM parsed
 UNION ALL
SELECT domain,
       CASE WHEN under_domain(domain, 'mail.onmicrosoft.com') = 1 THEN 'routing' ELSE 'unasked' END,
       0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0
  FROM mail_domains
 WHERE domain COLLATE NOCASE NOT IN (SELECT domain FROM dmarc_records WHERE domain IS NOT NULL)
