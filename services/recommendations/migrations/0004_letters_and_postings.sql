-- What an issued recommendation leaves behind: a numbered letter, and for foreign staff a place that is taken.

SET LOCAL lock_timeout = '5s';

-- Numbers without gaps: the row is raised in the transaction that issues, so a number is used or was never given.
CREATE TABLE letter_counter (
    kind text NOT NULL,
    year int NOT NULL,
    last_number int NOT NULL,
    PRIMARY KEY (kind, year)
);

CREATE TABLE letter (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL UNIQUE REFERENCES recommendation_request,
    kind text NOT NULL,
    year int NOT NULL,
    sequence int NOT NULL,
    number text NOT NULL UNIQUE,
    public_code text NOT NULL UNIQUE,
    issued_on date NOT NULL,
    valid_to date NOT NULL,
    legal_basis text[] NOT NULL,
    -- The text without its personal lines; they are read from `person`. The hash covers both.
    blocks jsonb NOT NULL,
    content_sha256 bytea NOT NULL,
    signed_by text NOT NULL,
    version int NOT NULL DEFAULT 1,
    superseded_by uuid REFERENCES letter,
    revoked_at timestamptz,
    revoked_by text,
    revocation_reason text,
    UNIQUE (kind, year, sequence),
    CONSTRAINT letter_is_issued_in_its_year CHECK (extract(year FROM issued_on) = year),
    CONSTRAINT letter_revocation_is_complete CHECK (
        num_nonnulls(revoked_at, revoked_by, revocation_reason) IN (0, 3))
);

CREATE TABLE posting (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL UNIQUE REFERENCES recommendation_request,
    ngo_id uuid NOT NULL,
    position text NOT NULL,
    nationality text NOT NULL,
    duty_region text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    status text NOT NULL,
    arrived_on date,
    ended_on date,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT posting_status_fits_its_dates CHECK (
        CASE status
            WHEN 'expected' THEN arrived_on IS NULL AND ended_on IS NULL
            WHEN 'in_post' THEN arrived_on IS NOT NULL AND ended_on IS NULL
            WHEN 'ended' THEN ended_on IS NOT NULL
            ELSE false
        END),
    CONSTRAINT posting_ends_after_arrival CHECK (arrived_on <= ended_on)
);
CREATE INDEX posting_of_ngo ON posting (ngo_id, id);
CREATE INDEX posting_by_region ON posting (duty_region text_pattern_ops);
