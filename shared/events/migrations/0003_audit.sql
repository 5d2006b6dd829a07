-- What is kept beside the events so that every change and every reading of personal data has its who, when and why.

SET LOCAL lock_timeout = '5s';

-- Changes that are nobody else's business yet, so no event tells of them: drafts, reviews taken up, marks. Append-only.
CREATE TABLE unpublished_change (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    roles text[] NOT NULL,
    act text NOT NULL,      -- the route: POST /v1/work-plans/{plan_id}/review
    target text NOT NULL,   -- the address
    correlation_id text NOT NULL
);

-- Who read personal data, whose, which, when and why. Append-only; the owner of the data can list it.
CREATE TABLE personal_read (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reader text NOT NULL,
    role text NOT NULL,
    own boolean NOT NULL,   -- read by the owner's own people
    owner_id uuid NOT NULL,
    resource text NOT NULL,
    fields text[] NOT NULL,
    person_id uuid,         -- where rows of one human are known to be his
    reason text,
    CONSTRAINT personal_read_by_others_says_why CHECK (own OR reason IS NOT NULL)
);
CREATE INDEX personal_read_of_owner ON personal_read (owner_id, id);

-- Answers that are kept for repeats are forgotten after a while; see docs/adr/0008. A BRIN of rows in order of time is tiny.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX request_by_time ON request USING brin (at);
