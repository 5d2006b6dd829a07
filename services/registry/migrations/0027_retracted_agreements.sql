-- An agreement that was recorded by mistake is taken back: the row stays, and its number is free. Its programme directions (AP),
-- which are part of it, go with it.

SET LOCAL lock_timeout = '5s';

ALTER TABLE agreement
    ADD COLUMN retraction_reason text,
    ADD COLUMN retracted_at timestamptz,
    ADD COLUMN retracted_by text,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT agreement_status_is_known;
ALTER TABLE programme_direction ADD COLUMN retracted_at timestamptz;

-- Wider than before: what holds of the old rows still does.
ALTER TABLE agreement
    ADD CONSTRAINT agreement_status_is_known
        CHECK (status IN ('signed', 'passed_on', 'terminated', 'expired', 'extended', 'retracted')) NOT VALID,
    ADD CONSTRAINT agreement_retracted_says_when_and_why CHECK (
        num_nonnulls(retraction_reason, retracted_at, retracted_by) = CASE status WHEN 'retracted' THEN 3 ELSE 0 END
    ) NOT VALID;

-- Code of before finds no index for what it records now: that fails until it is replaced, and can be repeated. Some hundred
-- rows: an index is made in less time than a lock is waited for.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX agreement_number_is_used_once;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX agreement_number_is_used_once ON agreement (lower(number)) WHERE status <> 'retracted';
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX programme_direction_number_is_used_once;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX programme_direction_number_is_used_once ON programme_direction (lower(number))
WHERE retracted_at IS NULL;

-- As before, and without what was taken back until then.
CREATE OR REPLACE FUNCTION agreements_known(
    before timestamptz,
    OUT agreement_id uuid, OUT ngo_id uuid, OUT number text, OUT title text, OUT regions text[],
    OUT starts_on date, OUT until date
) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE known AS MATERIALIZED (
        SELECT k.ngo_id, k.status, k.known_from, k.successor_id, k.merged_on FROM organisations_known(before) k
    ), passed AS (
        SELECT k.ngo_id AS signed_by, k.successor_id AS by_ngo, k.merged_on AS from_day
        FROM known k WHERE k.status = 'merged'
        UNION ALL
        SELECT p.signed_by, k.successor_id, greatest(p.from_day, k.merged_on)
        FROM passed p JOIN known k ON k.ngo_id = p.by_ngo WHERE k.status = 'merged'
    ), kept AS (
        SELECT a.id, a.ngo_id, a.number, a.title, a.regions, a.starts_on, a.ends_on, a.ended_on, a.ended_at, a.signed_at
        FROM agreement a WHERE a.retracted_at IS NULL OR a.retracted_at >= before
    )
    SELECT held.id, held.by_ngo, held.number, held.title, held.regions, held.from_day, until.day
    FROM (
        SELECT a.id, a.number, a.title, a.regions, a.ends_on, a.ended_on, a.ended_at, a.signed_at,
               a.ngo_id AS by_ngo, a.starts_on AS from_day
        FROM kept a
        UNION ALL
        SELECT a.id, a.number, a.title, a.regions, a.ends_on, a.ended_on, a.ended_at, a.signed_at,
               p.by_ngo, greatest(a.starts_on, p.from_day)
        FROM kept a JOIN passed p ON p.signed_by = a.ngo_id
    ) AS held
    JOIN known h ON h.ngo_id = held.by_ngo
    CROSS JOIN LATERAL (
        SELECT CASE WHEN before IS NULL OR held.ended_at < before THEN coalesce(held.ended_on, held.ends_on)
               ELSE held.ends_on END AS day
    ) AS last
    CROSS JOIN LATERAL (
        SELECT CASE h.status
            WHEN 'merged' THEN least(last.day, h.merged_on - 1)
            WHEN 'closed' THEN least(last.day, (h.known_from AT TIME ZONE 'Asia/Jakarta')::date)
            ELSE last.day END AS day
    ) AS until
    WHERE (before IS NULL OR held.signed_at < before) AND held.from_day <= until.day;
END;
