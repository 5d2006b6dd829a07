-- What this service knows of others, built from their events. No foreign keys: an owner's facts come as they come.

SET LOCAL lock_timeout = '5s';

CREATE TABLE ngo (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    status text NOT NULL CONSTRAINT ngo_status_is_known CHECK (status IN ('active', 'suspended', 'closed', 'merged')),
    -- The last successor, however many mergers lie between.
    successor_id uuid,
    CONSTRAINT ngo_merged_has_successor CHECK ((status = 'merged') = (successor_id IS NOT NULL))
);
CREATE INDEX ngo_successor ON ngo (successor_id) WHERE successor_id IS NOT NULL;

CREATE TABLE membership (
    subject text NOT NULL,
    ngo_id uuid NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (subject, ngo_id)
);

CREATE TABLE agreement (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    regions text[] NOT NULL
);

-- Activities of the approved annual work plans (RKT).
CREATE TABLE work_plan_activity (
    id uuid PRIMARY KEY,
    work_plan_id uuid NOT NULL,
    agreement_id uuid NOT NULL,
    year int NOT NULL,
    title text NOT NULL,
    regions text[] NOT NULL
);
CREATE INDEX work_plan_activity_of_plan ON work_plan_activity (work_plan_id);

CREATE TABLE overdue_obligation (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    due_on date NOT NULL
);
CREATE INDEX overdue_obligation_of_ngo ON overdue_obligation (ngo_id);
