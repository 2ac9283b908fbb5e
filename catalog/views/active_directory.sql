-- Whether there is an on-premises Active Directory to look after: one row. `used` is 1 when Defender for Identity has a
-- sensor or a directory is synchronised, 0 when both were read and there is neither, NULL when it cannot be told.
-- `sensors` is the number of sensors.
SELECT CASE WHEN s.sensors > 0 OR o.synced > 0 THEN 1
            WHEN o.tenants > 0 AND (SELECT count(*) FROM coverage WHERE "table" = 'identity_sensors' AND state = 'collected') > 0 THEN 0
       END AS used, s.sensors
  FROM (SELECT count(*) AS sensors FROM identity_sensors) AS s
  JOIN (SELECT count(*) AS tenants, count(CASE WHEN on_premises_sync_enabled = 1 THEN 1 END) AS synced FROM organization) AS o
