-- Subscriptions of other systems, and their feed.

SET LOCAL lock_timeout = '5s';

CREATE TABLE subscription (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    name text NOT NULL,
    types text[] NOT NULL CONSTRAINT subscription_has_types CHECK (cardinality(types) > 0),
    -- Region codes as asked for; none means all.
    regions text[] NOT NULL,
    status text NOT NULL CONSTRAINT subscription_status_is_known CHECK (status IN ('active', 'paused')),
    pause_reason text,
    created_at timestamptz NOT NULL,
    version int NOT NULL DEFAULT 1,
    -- The number of its newest delivery. Its row lock makes the numbers gapless and visible in order.
    last_number bigint NOT NULL DEFAULT 0,
    CONSTRAINT subscription_paused_says_why CHECK ((status = 'paused') = (pause_reason IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX subscription_of_owner ON subscription (owner, id);

-- How far the owner has read: apart from the subscription, so that readers never wait for deliveries being made.
CREATE TABLE reading (
    subscription_id uuid PRIMARY KEY REFERENCES subscription,
    read_number bigint NOT NULL DEFAULT 0,
    most_behind bigint NOT NULL DEFAULT 0,
    read_at timestamptz
) WITH (fillfactor = 70);

-- Every event received, once, however many are told of it. Attributes and payload are the publisher's own.
CREATE TABLE feed_event (
    id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    attributes jsonb NOT NULL,
    payload bytea NOT NULL
);

CREATE TABLE delivery (
    subscription_id uuid NOT NULL REFERENCES subscription,
    number bigint NOT NULL CONSTRAINT delivery_numbers_start_at_one CHECK (number > 0),
    event_id uuid NOT NULL REFERENCES feed_event,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (subscription_id, number),
    CONSTRAINT delivery_of_an_event_is_one UNIQUE (subscription_id, event_id)
);
