-- Domains whose mail authentication is judged, one row each: the accepted domains and those whose SPF
-- record was asked for. Of the domains below onmicrosoft.com, whose zone belongs to Microsoft, only the latter.
SELECT domain FROM spf_records WHERE domain <> ''
 UNION
SELECT domain_name FROM accepted_domains WHERE domain_name <> '' AND under_domain(domain_name, 'onmicrosoft.com') = 0
