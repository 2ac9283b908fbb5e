-- What the actions of anti-spam and anti-phishing policies do with a message, in words; one row an action.
SELECT column1 AS action, column2 AS says
  FROM (VALUES ('movetojmf', 'goes to the Junk folder (MoveToJmf)'),
               ('quarantine', 'is quarantined'),
               ('redirect', 'is redirected to another address'),
               ('delete', 'is deleted'))
