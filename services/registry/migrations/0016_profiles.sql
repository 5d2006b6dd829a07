-- The rest of an organisation's form, and what the ministry has checked of it, field by field.

SET LOCAL lock_timeout = '5s';

ALTER TABLE organisation
    ADD COLUMN headquarters_address text,
    ADD COLUMN home_registration_number text,
    ADD COLUMN iati_org_id text,
    ADD COLUMN lei text,
    ADD COLUMN phone text,
    ADD COLUMN fax text,
    ADD COLUMN npwp text,
    ADD COLUMN has_indonesian_bank_account boolean,
    ADD COLUMN last_msp_signed_on date,
    ADD COLUMN working_areas text[] NOT NULL DEFAULT '{}';

-- What was found of a field last. One that nobody has looked at has no row: it is unconfirmed.
CREATE TABLE profile_field (
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    field text NOT NULL,
    state text NOT NULL
        CONSTRAINT profile_field_state_is_known CHECK (state IN ('unconfirmed', 'confirmed', 'queried')),
    comment text,
    confirmed_at timestamptz,
    confirmed_by text,
    confirmed_by_role text,
    confirmed_by_unit text,
    PRIMARY KEY (ngo_id, field),
    CONSTRAINT profile_field_is_queried_with_a_comment CHECK (state <> 'queried' OR comment IS NOT NULL),
    CONSTRAINT profile_field_says_who_confirmed_it_when
        CHECK (num_nonnulls(confirmed_at, confirmed_by, confirmed_by_role, confirmed_by_unit) IN (0, 4)),
    CONSTRAINT profile_field_is_confirmed_by_somebody CHECK (state <> 'confirmed' OR confirmed_at IS NOT NULL)
);

-- Every change of a field and every check of it, with the value that a change replaced: the profile of any day
-- is the present one with the later changes undone.
CREATE TABLE profile_step (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    version int NOT NULL,
    field text NOT NULL,
    act text NOT NULL CONSTRAINT profile_step_act_is_known CHECK (act IN ('change', 'confirm', 'query')),
    comment text,
    previous jsonb,
    actor_subject text NOT NULL,
    actor_role text NOT NULL,
    actor_unit text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT profile_step_of_a_change_has_the_previous_value CHECK ((act = 'change') = (previous IS NOT NULL)),
    CONSTRAINT profile_step_is_of_a_field_once UNIQUE (ngo_id, version, field)
);

-- Who was accepted before fields were checked one by one was checked as a whole.
INSERT INTO profile_field (ngo_id, field, state, confirmed_at, confirmed_by, confirmed_by_role, confirmed_by_unit)
SELECT s.ngo_id, f.field, 'confirmed', s.at, s.actor_subject, s.actor_role, ''
FROM organisation_step s
CROSS JOIN unnest(ARRAY[
    'name', 'name_en', 'acronym', 'aliases', 'legal_form', 'origin_country', 'home_city', 'office_address', 'email',
    'website', 'sectors', 'started_in_indonesia_on', 'counterpart_unit'
]) AS f (field)
WHERE s.action = 'accept';

-- The head of the office in Indonesia: a person, so in a table of his own, which no event tells of.
CREATE TABLE representative (
    ngo_id uuid PRIMARY KEY REFERENCES organisation (id),
    name text NOT NULL,
    function text NOT NULL,
    appointed_on date,
    changed_at timestamptz NOT NULL
);
