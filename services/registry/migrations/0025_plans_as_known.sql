-- Plans as they were known before an instant; without one, as they are. What was amended since is read as it was approved then.

SET LOCAL lock_timeout = '5s';

CREATE FUNCTION plans_known(
    before timestamptz,
    OUT agreement_id uuid, OUT sectors text[], OUT priorities text[], OUT words tsvector
) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.agreement_id, s.sectors, s.priorities, s.words
    FROM master_plan p JOIN master_plan_summary s ON s.master_plan_id = p.id
    WHERE before IS NULL OR p.approved_at < before
    UNION ALL
    SELECT p.agreement_id, said.sectors, said.priorities, said.words
    FROM master_plan p
    CROSS JOIN LATERAL (
        SELECT v.activities FROM master_plan_version v
        WHERE v.master_plan_id = p.id AND v.approved_at < before ORDER BY v.version DESC LIMIT 1
    ) AS then_valid
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT a.sector) AS sectors, array_agg(DISTINCT a.priority) AS priorities,
               to_tsvector('indonesian', string_agg(a.title || ' ' || a.detail, ' ')) AS words
        FROM jsonb_to_recordset(then_valid.activities) AS a (sector text, priority text, title text, detail text)
    ) AS said
    WHERE before IS NOT NULL AND p.approved_at >= before;
END;
