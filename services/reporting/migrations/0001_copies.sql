-- What this service knows of the registry. No foreign keys between organisations: their events come in any order.

SET LOCAL lock_timeout = '5s';

CREATE TABLE ngo (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    status text NOT NULL
        CONSTRAINT ngo_status_is_known CHECK (status IN ('active', 'suspended', 'closed', 'merged')),
    successor_id uuid,
    CONSTRAINT ngo_merged_has_successor CHECK ((status = 'merged') = (successor_id IS NOT NULL))
);

CREATE TABLE membership (
    subject text NOT NULL,
    ngo_id uuid NOT NULL,
    role text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (subject, ngo_id)
);

CREATE TABLE agreement (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    regions text [] NOT NULL,
    CONSTRAINT agreement_ends_after_it_starts CHECK (ends_on >= starts_on)
);
CREATE INDEX agreement_by_ngo ON agreement (ngo_id);

CREATE TABLE master_plan_activity (
    id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    budget numeric(20, 2) NOT NULL,
    currency text NOT NULL
);
CREATE INDEX master_plan_activity_by_agreement ON master_plan_activity (agreement_id);

CREATE TABLE local_partner (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    registration_valid_to date NOT NULL
);
