-- Pausing a source, quicker waiting, and what the relay knows of its log.

SET LOCAL lock_timeout = '5s';

-- Sources that this service does not apply for now: an operator's act, which outlives restarts.
CREATE TABLE pause (
    source text PRIMARY KEY,
    reason text NOT NULL CHECK (reason <> ''),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Each batch asks whether anything waits for what it has applied; mostly nothing does. The table is small or empty.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX parked_waiting ON parked (key) WHERE reason = 'waiting';

-- Up to where in each partition of its own topic this service knows its records: what comes after them must be its own, too.
CREATE TABLE relayed (
    partition int PRIMARY KEY,
    next_offset bigint NOT NULL
) WITH (fillfactor = 50);
