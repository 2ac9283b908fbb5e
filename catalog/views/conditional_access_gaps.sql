-- Why a Conditional Access policy that does what a control asks for still does not count: a number that controls give to
-- each policy (0 counts, the lower the nearer to counting) and the words for it. For 1, an exclusion that is not declared,
-- the control names what would have to be declared.
SELECT column1 AS gap, column2 AS says
  FROM (VALUES (1, 'excludes what is not declared'),
               (2, 'is in report-only mode, which enforces nothing'),
               (3, 'excludes holders of directory roles'),
               (4, 'does not include all apps'),
               (5, 'does not include all users'),
               (6, 'is limited to some locations, platforms, devices or apps'),
               (7, 'applies only when risk is detected'),
               (8, 'applies only to some authentication flows'),
               (9, 'lets people in with a weaker control instead'),
               (10, 'does not include every highly privileged role'),
               (11, 'does not cover all client apps'),
               (12, 'does not include all agents'),
               (13, 'allows sessions that are longer or sets no limit to them'),
               (14, 'does not include every administrative role'),
               (15, 'shuts out administrators as well'),
               (16, 'does not include Exchange Online and SharePoint Online'),
               (17, 'does not include every kind of guest'),
               (18, 'does not spare exactly the known platforms'))
