-- Foreign NGOs, the people who act for them, and evidence of the licences that other bodies issued to them.

SET LOCAL lock_timeout = '5s';

CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    status text NOT NULL CONSTRAINT organisation_status_is_known
        CHECK (status IN ('applied', 'active', 'rejected', 'suspended', 'closed', 'merged')),
    name text NOT NULL,
    name_en text,
    acronym text NOT NULL,
    aliases text[] NOT NULL,
    legal_form text NOT NULL,
    origin_country text NOT NULL,
    home_city text NOT NULL,
    office_address text NOT NULL,
    email text NOT NULL,
    website text,
    sectors text[] NOT NULL,
    started_in_indonesia_on date NOT NULL,
    counterpart_unit text NOT NULL,
    applicant text NOT NULL,
    applied_at timestamptz NOT NULL,
    verified_at timestamptz,
    successor_id uuid REFERENCES organisation (id),
    merged_on date,
    CONSTRAINT organisation_is_verified_unless_applied_or_rejected
        CHECK ((status IN ('applied', 'rejected')) = (verified_at IS NULL)),
    CONSTRAINT organisation_has_a_successor_if_merged CHECK ((status = 'merged') = (successor_id IS NOT NULL)),
    CONSTRAINT organisation_has_a_merger_date_if_merged CHECK ((status = 'merged') = (merged_on IS NOT NULL)),
    CONSTRAINT organisation_is_not_its_own_successor CHECK (successor_id <> id)
);

-- Every step of an organisation's life: who, when, why. The newest one's `to_status` is the organisation's status.
CREATE TABLE organisation_step (
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    version int NOT NULL,
    action text NOT NULL,
    from_status text,
    to_status text NOT NULL,
    reason text,
    actor_subject text NOT NULL,
    actor_role text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (ngo_id, version)
);

-- A person, known by the token's `sub`, acts for one organisation at most.
CREATE TABLE membership (
    subject text PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    role text NOT NULL
        CONSTRAINT membership_role_is_known CHECK (role IN ('ngo_admin', 'ngo_staff', 'ngo_director')),
    since timestamptz NOT NULL
);
CREATE INDEX membership_of_organisation ON membership (ngo_id);

CREATE TABLE licence (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    kind text NOT NULL
        CONSTRAINT licence_kind_is_known CHECK (kind IN ('IZIN_PRINSIP', 'IZIN_OPERASIONAL', 'SKT_MITRA')),
    number text NOT NULL,
    issuer text NOT NULL,
    issued_on date NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    document_sha256 text,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT licence_is_valid_for_some_time CHECK (valid_from < valid_to)
);
CREATE UNIQUE INDEX licence_is_recorded_once ON licence (ngo_id, kind, lower(number));
