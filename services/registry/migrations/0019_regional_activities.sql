-- Activities in the regions of which an organisation notifies the Minister (PP 59/2016 art. 19(2); after an extension
-- art. 24), and what each region concerned answers.

SET LOCAL lock_timeout = '5s';

CREATE TABLE regional_activity (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    status text NOT NULL CONSTRAINT regional_activity_status_is_known
        CHECK (status IN ('notified', 'recorded', 'answered', 'withdrawn')),
    kind text NOT NULL CONSTRAINT regional_activity_kind_is_known
        CHECK (kind IN ('new', 'continued_after_extension')),
    notice_version int NOT NULL DEFAULT 1,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    licence_id uuid NOT NULL REFERENCES licence (id),
    local_partner_ids uuid[] NOT NULL,
    title text NOT NULL,
    activities text[] NOT NULL CONSTRAINT regional_activity_consists_of_some CHECK (cardinality(activities) > 0),
    regions text[] NOT NULL CONSTRAINT regional_activity_is_somewhere CHECK (cardinality(regions) > 0),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    notified_at timestamptz NOT NULL,
    notified_by text NOT NULL,
    recorded_at timestamptz,
    recorded_by text,
    recorded_by_role text,
    withdrawal_reason text,
    CONSTRAINT regional_activity_ends_after_it_starts CHECK (starts_on <= ends_on),
    CONSTRAINT regional_activity_is_recorded_by_somebody
        CHECK (num_nonnulls(recorded_at, recorded_by, recorded_by_role) IN (0, 3)),
    CONSTRAINT regional_activity_is_recorded_before_it_is_answered CHECK (
        CASE status WHEN 'notified' THEN recorded_at IS NULL WHEN 'withdrawn' THEN true ELSE recorded_at IS NOT NULL END
    ),
    CONSTRAINT regional_activity_withdrawn_says_why CHECK ((status = 'withdrawn') = (withdrawal_reason IS NOT NULL))
);
CREATE INDEX regional_activity_of_organisation ON regional_activity (ngo_id);

-- A region may answer again after a postponement: the newest of its answers to the present notice counts.
CREATE TABLE regional_activity_answer (
    activity_id uuid NOT NULL REFERENCES regional_activity (id),
    notice_version int NOT NULL,
    region text NOT NULL,
    number int NOT NULL,
    answer text NOT NULL CONSTRAINT regional_activity_answer_is_known
        CHECK (answer IN ('approved', 'postponed', 'refused')),
    reason text NOT NULL,
    answered_at timestamptz NOT NULL,
    answered_by text NOT NULL,
    PRIMARY KEY (activity_id, notice_version, region, number)
);
