-- Local partners go through clearance: steps, the opinions of other bodies, and what a partner must show of itself.

SET LOCAL lock_timeout = '5s';

ALTER TABLE local_partner
    ADD COLUMN address text,
    ADD COLUMN npwp text,
    ADD COLUMN funding_amount numeric(20, 2),
    ADD COLUMN funding_currency text,
    ADD COLUMN starts_on date,
    ADD COLUMN ends_on date,
    ADD COLUMN has_bank_account boolean,
    ADD COLUMN started_on date,
    ADD COLUMN ended_on date,
    ADD COLUMN end_reason text,
    ADD COLUMN changed_by text;

-- Wider than before: what holds of the old rows, which are in the old four states, still does.
-- squawk-ignore ban-drop-constraint
ALTER TABLE local_partner DROP CONSTRAINT local_partner_status_is_known;
-- squawk-ignore ban-drop-constraint
ALTER TABLE local_partner DROP CONSTRAINT local_partner_is_decided_unless_proposed;
-- Some thousand rows: they are checked in less time than a lock is waited for.
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE local_partner ADD CONSTRAINT local_partner_status_is_known CHECK (
    status IN ('proposed', 'pre_orientation', 'orientation', 'approved', 'approved_with_notes', 'rejected', 'active',
               'ended')
);
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE local_partner ADD CONSTRAINT local_partner_is_decided_after_clearance CHECK (
    num_nonnulls(decided_at, decided_by, decided_by_role)
    = CASE WHEN status IN ('proposed', 'pre_orientation', 'orientation') THEN 0 ELSE 3 END
);
-- Of new columns only: in old rows they are null. New ones are checked as they come.
ALTER TABLE local_partner
    ADD CONSTRAINT local_partner_funding_is_whole
        CHECK ((funding_amount IS NULL) = (funding_currency IS NULL)) NOT VALID,
    ADD CONSTRAINT local_partner_funding_is_not_negative CHECK (funding_amount >= 0) NOT VALID,
    ADD CONSTRAINT local_partner_programme_ends_after_it_starts CHECK (starts_on <= ends_on) NOT VALID,
    ADD CONSTRAINT local_partner_active_has_started CHECK (status <> 'active' OR started_on IS NOT NULL) NOT VALID,
    ADD CONSTRAINT local_partner_ended_says_when_and_why
        CHECK (num_nonnulls(ended_on, end_reason) = CASE status WHEN 'ended' THEN 2 ELSE 0 END) NOT VALID,
    ADD CONSTRAINT local_partner_ended_after_it_started CHECK (started_on <= ended_on) NOT VALID;

-- Every step after the proposal: who, when, why. `version` is the partner's after the step.
CREATE TABLE local_partner_step (
    partner_id uuid NOT NULL REFERENCES local_partner (id),
    version int NOT NULL,
    action text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    note text,
    actor_subject text NOT NULL,
    actor_role text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (partner_id, version)
);

-- Until now there was one step, the decision.
INSERT INTO local_partner_step (partner_id, version, action, from_status, to_status, note, actor_subject, actor_role,
                                at)
SELECT id, version,
       CASE status WHEN 'approved' THEN 'approve' WHEN 'rejected' THEN 'reject' ELSE 'approve with notes' END,
       'proposed', status, notes, decided_by, decided_by_role, decided_at
FROM local_partner WHERE decided_at IS NOT NULL;

-- Written consent of the local government to the partner's work, one for each regency or city.
CREATE TABLE local_partner_consent (
    partner_id uuid NOT NULL REFERENCES local_partner (id),
    region text NOT NULL,
    document_number text NOT NULL,
    issued_on date NOT NULL,
    document_sha256 text NOT NULL
        CONSTRAINT local_partner_consent_has_a_fingerprint CHECK (document_sha256 ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (partner_id, region)
);

-- Whose opinion is asked (as in the orientation of partners that the Ditjen Bina Bangda reported). Ministries change:
-- a body that is renamed or divided ends, and another one begins.
CREATE TABLE clearance_body (
    code text PRIMARY KEY,
    position int NOT NULL UNIQUE,
    name_id text NOT NULL,
    name_en text NOT NULL,
    valid_from date,
    valid_to date,
    CONSTRAINT clearance_body_is_valid_for_some_time CHECK (valid_from <= valid_to)
);

INSERT INTO clearance_body (position, code, name_id, name_en) VALUES
    (1, 'satker', 'Satuan kerja mitra di Kementerian Dalam Negeri', 'Counterpart unit in the Ministry of Home Affairs'),
    (2, 'polpum_ormas', 'Direktorat Organisasi Kemasyarakatan, Ditjen Politik dan Pemerintahan Umum',
     'Directorate of Civil Society Organisations, Politics and General Government'),
    (3, 'setneg', 'Kementerian Sekretariat Negara', 'Ministry of the State Secretariat'),
    (4, 'kemlu', 'Kementerian Luar Negeri', 'Ministry of Foreign Affairs'),
    (5, 'kemenkeu_tax', 'Direktorat Jenderal Pajak, Kementerian Keuangan',
     'Directorate General of Taxes, Ministry of Finance'),
    (6, 'bin', 'Badan Intelijen Negara', 'State Intelligence Agency'),
    (7, 'bais', 'Badan Intelijen Strategis TNI', 'Strategic Intelligence Agency of the Armed Forces'),
    (8, 'baintelkam', 'Badan Intelijen Keamanan Polri', 'Security Intelligence Agency of the Police');

-- Internal to the Centre. What of an opinion others may know is a note that an officer writes and releases.
CREATE TABLE local_partner_opinion (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    partner_id uuid NOT NULL REFERENCES local_partner (id),
    body text NOT NULL REFERENCES clearance_body (code),
    stance text NOT NULL CONSTRAINT local_partner_opinion_stance_is_known
        CHECK (stance IN ('in_favour', 'with_notes', 'against')),
    text text NOT NULL,
    given_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded_by_role text NOT NULL,
    released_note text,
    released_at timestamptz,
    released_by text,
    CONSTRAINT local_partner_opinion_note_is_released_by_somebody
        CHECK (num_nonnulls(released_note, released_at, released_by) IN (0, 3)),
    CONSTRAINT local_partner_opinion_is_given_once_a_day UNIQUE (partner_id, body, given_on)
);
