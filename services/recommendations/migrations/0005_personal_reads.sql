-- The log of readings is the same in every service from now on (personal_read); what was logged before moves along.

SET LOCAL lock_timeout = '5s';

INSERT INTO personal_read (id, at, reader, role, own, owner_id, resource, fields, person_id, reason)
SELECT
    a.id, a.at, a.subject, a.role, starts_with(a.role, 'ngo_'), r.ngo_id,
    CASE a.opened
        WHEN 'request' THEN '/v1/foreign-staff-requests/'
        WHEN 'posting' THEN '/v1/foreign-staff/'
        ELSE '/v1/letters/'
    END || a.opened_id,
    ARRAY['person'], a.identity_id, 'read before reasons were asked for'
FROM access_log AS a
LEFT JOIN posting AS p ON a.opened = 'posting' AND p.id = a.opened_id
LEFT JOIN letter AS l ON a.opened = 'letter' AND l.id = a.opened_id
INNER JOIN recommendation_request AS r ON r.id = coalesce(p.request_id, l.request_id, a.opened_id)
ON CONFLICT DO NOTHING;
