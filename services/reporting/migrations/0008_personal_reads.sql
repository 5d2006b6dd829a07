-- The log of readings is the same in every service from now on (personal_read); what was logged before moves along.

SET LOCAL lock_timeout = '5s';

INSERT INTO personal_read (id, at, reader, role, own, owner_id, resource, fields, reason)
SELECT
    a.id, a.at, a.subject, a.role, a.role = 'ngo', v.ngo_id, '/v1/visits/' || v.id || '/guests',
    ARRAY['name', 'nationality', 'passport_number', 'institution'], 'read before reasons were asked for'
FROM access_log AS a INNER JOIN visit AS v ON v.id = a.visit_id
ON CONFLICT DO NOTHING;
