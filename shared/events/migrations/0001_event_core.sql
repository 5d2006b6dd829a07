-- The event core's tables, the same in every service's schema. docs/event-core.md explains them.

SET LOCAL lock_timeout = '5s';

-- One row per key. Its lock makes the writers of one key take turns.
CREATE TABLE stream (
    key text PRIMARY KEY,
    last_sequence bigint NOT NULL,
    previous_hash bytea NOT NULL,
    last_hash bytea NOT NULL
) WITH (fillfactor = 70);

-- All that ever happened here. Append-only: the service's role may neither update nor delete. `after`: what this
-- service had applied for the key from others then, the causes that a reader must have seen first: registry=17,...
CREATE TABLE event (
    key text NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL UNIQUE,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    after text,
    headers json NOT NULL,
    payload bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (key, sequence)
);

-- What the relay still has to send; empty when idle.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    after text,
    headers json NOT NULL,
    payload bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Answers to repeat, written in the transaction of their effect.
CREATE TABLE request (
    caller text NOT NULL,
    idempotency_key text NOT NULL,
    body_sha256 bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (caller, idempotency_key)
);

-- How far this service has applied each key of each source.
CREATE TABLE watermark (
    key text NOT NULL,
    source text NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    parked boolean NOT NULL DEFAULT false,
    applied_at timestamptz,
    PRIMARY KEY (key, source)
) WITH (fillfactor = 70);

-- Where to read on. Checked when a partition is taken, not trusted.
CREATE TABLE bookmark (
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    last_id uuid,
    cluster_id text NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Retry queue and dead letters in one: the records of a key that cannot be applied yet, in order.
CREATE TABLE parked (
    source text NOT NULL,
    key text NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    headers jsonb NOT NULL,
    payload bytea NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('failed', 'behind', 'gap', 'waiting', 'fork')),
    fingerprint text,
    error text,
    attempts int NOT NULL DEFAULT 0,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_attempt_at timestamptz,
    dead boolean NOT NULL DEFAULT false,
    PRIMARY KEY (key, source, sequence),
    CONSTRAINT parked_dead_is_not_retried CHECK (NOT dead OR next_attempt_at IS NULL)
);
CREATE INDEX parked_due ON parked (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- Records that are not events of ours and so belong to no key. They block nothing.
CREATE TABLE quarantine (
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    error text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, "offset")
);

-- A row here stops all writing: the log knows more than this database. An operator reconciles and removes it.
CREATE TABLE halt (
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX halt_has_one_row ON halt ((true));

-- Records ahead of the database whose loss was accepted: the relay no longer halts at them.
CREATE TABLE halt_accepted (
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (topic, partition, "offset")
);

-- What operators did, and why. Append-only.
CREATE TABLE operator_act (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    act text NOT NULL,
    target jsonb NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    result jsonb NOT NULL
);

-- A settable clock for demonstrations and tests; no row means the real time.
CREATE TABLE clock (ahead interval NOT NULL);
CREATE UNIQUE INDEX clock_has_one_row ON clock ((true));

CREATE FUNCTION chain_hash(previous bytea, id uuid, sequence bigint, type text, payload bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256(previous || uuid_send(id) || int8send(sequence) || convert_to(type, 'UTF8') || payload);

-- Appends an event: raises its key's sequence under the row lock, chains the hashes, fills the outbox. Returns the sequence.
-- Called last in a transaction, key by key in order: so no two writers can deadlock.
-- Its limits stand here and not in CHECKs, whose texts PostgreSQL would take apart again at each statement.
CREATE FUNCTION append(
    key_ text, id_ uuid, type_ text, occurred_at_ timestamptz, attributes json, payload_ bytea
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    halted text;
    genesis constant bytea := decode(repeat('00', 32), 'hex');
    appended bigint;
BEGIN
    IF octet_length(key_) NOT BETWEEN 1 AND 200 OR octet_length(payload_) > 262144 THEN
        RAISE EXCEPTION 'a key has 1 to 200 bytes, and a payload at most 256 KiB' USING ERRCODE = 'check_violation';
    END IF;
    LOOP  -- an upsert would do it in one statement, but costs twice as much for a key that is there
        WITH head AS (
            UPDATE stream s SET
                last_sequence = s.last_sequence + 1,
                previous_hash = s.last_hash,
                last_hash = chain_hash(s.last_hash, id_, s.last_sequence + 1, type_, payload_)
            WHERE s.key = key_ AND NOT EXISTS (SELECT FROM halt)
            RETURNING s.last_sequence AS sequence, s.previous_hash, s.last_hash AS hash, (
                SELECT string_agg(w.source || '=' || w.sequence, ',' ORDER BY w.source)
                FROM watermark w WHERE w.key = key_ AND w.sequence > 0
            ) AS after
        ), kept AS (
            INSERT INTO event (key, sequence, id, type, occurred_at, after, headers, payload, previous_hash, hash)
            SELECT key_, sequence, id_, type_, occurred_at_, after, attributes, payload_, previous_hash, hash FROM head
        )
        INSERT INTO outbox (key, sequence, id, type, after, headers, payload, previous_hash, hash)
        SELECT key_, sequence, id_, type_, after, attributes, payload_, previous_hash, hash FROM head
        RETURNING sequence INTO appended;
        IF FOUND THEN
            RETURN appended;
        END IF;
        SELECT reason INTO halted FROM halt;
        IF FOUND THEN
            RAISE EXCEPTION 'writing is halted: %', halted USING ERRCODE = 'SG001';
        END IF;
        INSERT INTO stream (key, last_sequence, previous_hash, last_hash) VALUES (key_, 0, genesis, genesis)
        ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Sends a key's events again from a sequence on. Readers drop what they have; those that miss something get it.
CREATE FUNCTION republish(key_ text, from_sequence bigint) RETURNS bigint
LANGUAGE sql AS $$
    WITH again AS (
        INSERT INTO outbox (key, sequence, id, type, after, headers, payload, previous_hash, hash)
        SELECT key, sequence, id, type, after, headers, payload, previous_hash, hash FROM event
        WHERE key = key_ AND sequence >= from_sequence ORDER BY sequence
        RETURNING 1
    )
    SELECT count(*) FROM again;
$$;
