-- Requests for a recommendation: one table for what both kinds share, one for each kind's details.

SET LOCAL lock_timeout = '5s';

CREATE TABLE recommendation_request (
    id uuid PRIMARY KEY,
    kind text NOT NULL CONSTRAINT request_kind_is_known CHECK (kind IN ('foreign_staff', 'tax_relief')),
    ngo_id uuid NOT NULL,
    agreement_id uuid NOT NULL,
    work_plan_activity_id uuid NOT NULL,
    starts_on date NOT NULL,    -- of the stay; for goods both are the day of arrival
    ends_on date NOT NULL,
    regions text[] NOT NULL,
    replaces_letter_id uuid,
    status text NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    submitted_by text,
    submitted_at timestamptz,
    reviewed_by text,
    decided_by text,
    decided_at timestamptz,
    reason text,
    rule text,
    legal_basis text,
    -- How far each source's events of this NGO were applied here when it was decided.
    decided_from jsonb,
    CONSTRAINT request_status_is_known CHECK (status IN (
        'draft', 'submitted', 'in_review', 'revision_requested', 'issued', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT request_period_is_in_order CHECK (starts_on <= ends_on),
    CONSTRAINT request_submitted_by_somebody CHECK (
        status IN ('draft', 'withdrawn') OR (submitted_by IS NOT NULL AND submitted_at IS NOT NULL)),
    CONSTRAINT request_in_review_has_reviewer CHECK (
        status NOT IN ('in_review', 'revision_requested', 'issued', 'rejected', 'revoked') OR reviewed_by IS NOT NULL),
    CONSTRAINT request_decision_is_complete CHECK (
        (status IN ('issued', 'rejected', 'revoked'))
        = (decided_by IS NOT NULL AND decided_at IS NOT NULL AND decided_from IS NOT NULL)),
    CONSTRAINT request_rejected_says_why CHECK (status <> 'rejected' OR reason IS NOT NULL),
    -- Four eyes (V23): whoever signs neither submitted nor took it up.
    CONSTRAINT request_signed_by_another CHECK (
        status NOT IN ('issued', 'revoked') OR (decided_by <> reviewed_by AND decided_by <> submitted_by))
);
CREATE INDEX request_of_ngo ON recommendation_request (kind, ngo_id, id);
CREATE INDEX request_by_status ON recommendation_request (kind, status, id);

-- Every step that a request took, and what was submitted. Never changed; holds no personal data.
CREATE TABLE request_step (
    request_id uuid NOT NULL REFERENCES recommendation_request,
    version int NOT NULL,
    action text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    at timestamptz NOT NULL,
    reason text,
    content jsonb,
    content_sha256 bytea,
    PRIMARY KEY (request_id, version),
    CONSTRAINT step_content_has_its_hash CHECK ((content IS NULL) = (content_sha256 IS NULL))
);

-- A reviewer comments per field; he never edits the NGO's text.
CREATE TABLE review_comment (
    request_id uuid NOT NULL REFERENCES recommendation_request,
    version int NOT NULL,
    position int NOT NULL,
    field text NOT NULL,
    comment text NOT NULL,
    PRIMARY KEY (request_id, version, position)
);

CREATE TABLE foreign_staff_request (
    request_id uuid PRIMARY KEY REFERENCES recommendation_request,
    position text NOT NULL,
    duty_region text NOT NULL,
    counterpart_position text NOT NULL,
    knowledge_transfer_plan text NOT NULL,
    permit_route text NOT NULL CONSTRAINT permit_route_is_known CHECK (permit_route IN ('SETNEG_KTLN', 'RPTKA'))
);

-- Personal data, here and nowhere else. One row per request, as that NGO wrote it; rows of one human share `identity_id`.
CREATE TABLE person (
    request_id uuid PRIMARY KEY REFERENCES recommendation_request,
    identity_id uuid NOT NULL,
    name text NOT NULL,
    normalised_name text NOT NULL,
    sex text NOT NULL CONSTRAINT person_sex_is_as_in_passports CHECK (sex IN ('F', 'M', 'X')),
    birth_date date NOT NULL,
    birth_place text NOT NULL,
    nationality text NOT NULL CONSTRAINT person_is_foreign CHECK (nationality ~ '^[A-Z]{2}$' AND nationality <> 'ID'),
    passport_number text NOT NULL,
    previous_passport_number text,
    passport_valid_from date NOT NULL,
    passport_valid_to date NOT NULL,
    CONSTRAINT person_passport_ends_after_start CHECK (passport_valid_from < passport_valid_to)
);
CREATE INDEX person_by_birth_date ON person (birth_date, nationality);
CREATE INDEX person_by_identity ON person (identity_id);

-- Who opened personal data, when and in which role.
CREATE TABLE access_log (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    opened text NOT NULL CONSTRAINT access_opened_is_known CHECK (opened IN ('request', 'posting', 'letter')),
    opened_id uuid NOT NULL,
    identity_id uuid NOT NULL
);
CREATE INDEX access_log_of_person ON access_log (identity_id, at);

CREATE TABLE tax_relief_request (
    request_id uuid PRIMARY KEY REFERENCES recommendation_request,
    tax_kind text NOT NULL,
    purpose text NOT NULL,
    disaster_stage text,
    gift_certificate_number text NOT NULL,
    sender text NOT NULL,
    port_of_entry text NOT NULL,
    CONSTRAINT disaster_has_a_stage CHECK ((purpose = 'bencana_alam') = (disaster_stage IS NOT NULL))
);

CREATE TABLE tax_goods (
    request_id uuid NOT NULL REFERENCES tax_relief_request,
    position int NOT NULL,
    description text NOT NULL,
    hs_code text NOT NULL CONSTRAINT hs_code_has_eight_digits CHECK (hs_code ~ '^[0-9]{8}$'),
    quantity numeric(20, 3) NOT NULL CONSTRAINT goods_quantity_is_positive CHECK (quantity > 0),
    unit text NOT NULL,
    condition text NOT NULL CONSTRAINT goods_condition_is_known CHECK (condition IN ('new', 'used')),
    value numeric(20, 2) NOT NULL CONSTRAINT goods_value_is_positive CHECK (value > 0),
    currency text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (request_id, position)
);

CREATE TABLE tax_distribution (
    request_id uuid NOT NULL,
    goods_position int NOT NULL,
    region text NOT NULL,
    quantity numeric(20, 3) NOT NULL CONSTRAINT distributed_quantity_is_positive CHECK (quantity > 0),
    PRIMARY KEY (request_id, goods_position, region),
    FOREIGN KEY (request_id, goods_position) REFERENCES tax_goods (request_id, position)
);
