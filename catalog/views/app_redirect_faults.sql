-- What is wrong with the addresses to which tokens of applications are sent: one row an address.
--   application  rowid in applications
--   rank         0 nothing is wrong, 1 it is not known whether the host exists, the higher the worse
--   verdict      pass, unknown or fail
--   says         what was seen, with the address or host
-- A name on a shared cloud, which anyone can take when it is free, is right when its host is declared.
WITH found AS (
  SELECT host, max(status = 'found') AS found, count(*) FILTER (WHERE status = 'absent') AS absent
    FROM (SELECT host, status FROM redirect_host_addresses UNION ALL SELECT host, status FROM redirect_host_ipv6_addresses)
   GROUP BY host),
shared(domain) AS (
  VALUES ('azurewebsites.net'), ('cloudapp.net'), ('cloudapp.azure.com'), ('trafficmanager.net'), ('azureedge.net'), ('azurefd.net'),
         ('blob.core.windows.net'), ('web.core.windows.net'), ('azurestaticapps.net'), ('azurecontainerapps.io'), ('azurecontainer.io'),
         ('azure-api.net'), ('servicebus.windows.net'), ('herokuapp.com'), ('github.io'), ('s3.amazonaws.com'),
         ('elasticbeanstalk.com'), ('cloudfront.net'), ('netlify.app'), ('vercel.app'), ('ngrok.io'), ('ngrok-free.app')),
takeable AS (
  SELECT DISTINCT r.host FROM app_redirects AS r JOIN shared AS s ON r.host LIKE '%_.' || s.domain
   WHERE undeclared('entra.apps-safe-redirects', 'host', r.host) <> '[]'),
ranked AS (
  SELECT r.application, r.uri, r.host,
         CASE WHEN r.loopback = 1 THEN 0
              WHEN r.scheme <> 'https' THEN 6
              WHEN r.named = 1 THEN 5
              WHEN r.uri LIKE '%*%' THEN 4
              WHEN t.host IS NOT NULL THEN 3
              WHEN f.found = 1 THEN 0
              WHEN f.absent = 2 THEN 2
              ELSE 1 END AS rank
    FROM app_redirects AS r LEFT JOIN takeable AS t ON t.host = r.host LEFT JOIN found AS f ON f.host = r.host)
SELECT application, rank, CASE rank WHEN 0 THEN 'pass' WHEN 1 THEN 'unknown' ELSE 'fail' END AS verdict,
       CASE rank WHEN 6 THEN uri || ' is not encrypted'
                 WHEN 5 THEN uri || ' hides its host behind a name'
                 WHEN 4 THEN uri || ' is a pattern'
                 WHEN 3 THEN host || ' is a name that anyone can take when it is free'
                 WHEN 2 THEN host || ' does not exist'
                 WHEN 1 THEN 'whether ' || host || ' exists is not known'
                 ELSE 'its addresses are encrypted, named and exist' END AS says
  FROM ranked
