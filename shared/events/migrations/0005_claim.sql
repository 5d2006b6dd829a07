-- Claiming an Idempotency-Key (shared/http/writes.py).

SET LOCAL lock_timeout = '5s';

-- Takes the key's lock until the commit, and then looks for a stored answer. As one statement it would look first: its snapshot
-- would be older than its lock, and a repeat whose forerunner commits in between would hold the lock without seeing the
-- answer. In a function that is volatile each statement has a snapshot of its own.
CREATE FUNCTION claim(
    lock_name text, calling text, named text,
    OUT ours boolean, OUT halted text,
    OUT body_sha256 bytea, OUT status smallint, OUT headers jsonb, OUT body bytea
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    ours := pg_try_advisory_xact_lock(hashtextextended(lock_name, 0));
    SELECT h.reason, r.body_sha256, r.status, r.headers, r.body
    INTO halted, body_sha256, status, headers, body
    FROM (SELECT) AS one_row
    LEFT JOIN halt h ON true
    LEFT JOIN request r ON r.caller = calling AND r.idempotency_key = named;
END $$;
