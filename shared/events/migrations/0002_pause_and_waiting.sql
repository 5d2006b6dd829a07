-- Sources that this service does not apply for now: an operator's act, which outlives restarts. And quicker waiting.

SET LOCAL lock_timeout = '5s';

CREATE TABLE pause (
    source text PRIMARY KEY,
    reason text NOT NULL CHECK (reason <> ''),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Each batch asks whether anything waits for what it has applied; mostly nothing does. The table is small or empty.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX parked_waiting ON parked (key) WHERE reason = 'waiting';
