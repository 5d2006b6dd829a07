-- Sources that this service does not apply for now: an operator's act, which outlives restarts.

SET LOCAL lock_timeout = '5s';

CREATE TABLE pause (
    source text PRIMARY KEY,
    reason text NOT NULL CHECK (reason <> ''),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
