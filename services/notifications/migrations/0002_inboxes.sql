-- Inboxes, and the copies of the registry's facts that they need.

SET LOCAL lock_timeout = '5s';

CREATE TABLE ngo (
    id uuid PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE membership (
    subject text NOT NULL,
    ngo_id uuid NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (subject, ngo_id)
);

-- One row per audience, not per person: whoever joins an organisation or an office later finds what it was told.
CREATE TABLE message (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    ngo_id uuid NOT NULL,
    about_id uuid NOT NULL,
    to_ngo uuid,
    to_role text,
    to_region text,
    title_id text NOT NULL,
    title_en text NOT NULL,
    body_id text NOT NULL,
    body_en text NOT NULL,
    CONSTRAINT message_has_one_audience CHECK (num_nonnulls(to_ngo, to_role, to_region) = 1),
    CONSTRAINT message_to_an_audience_is_one UNIQUE NULLS NOT DISTINCT (event_id, to_ngo, to_role, to_region)
);
CREATE INDEX message_to_ngo ON message (to_ngo, id) WHERE to_ngo IS NOT NULL;
CREATE INDEX message_to_role ON message (to_role, id) WHERE to_role IS NOT NULL;
CREATE INDEX message_to_region ON message (to_region, id) WHERE to_region IS NOT NULL;

CREATE TABLE message_read (
    subject text NOT NULL,
    message_id uuid NOT NULL REFERENCES message,
    at timestamptz NOT NULL,
    PRIMARY KEY (subject, message_id)
);
