-- National priorities and development goals as frameworks that hold for some years, how one plan's priorities are
-- continued by the next one's, and which of them an activity of a master plan serves.

SET LOCAL lock_timeout = '5s';

-- Of one kind only one holds at a time.
CREATE TABLE priority_framework (
    code text PRIMARY KEY,
    kind text NOT NULL CONSTRAINT priority_framework_kind_is_known CHECK (kind IN ('national_plan', 'global_goals')),
    title_id text NOT NULL,
    title_en text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    legal_basis text NOT NULL,
    CONSTRAINT priority_framework_is_valid_for_some_time CHECK (valid_from <= valid_to)
);

INSERT INTO priority_framework (code, kind, valid_from, valid_to, legal_basis, title_id, title_en) VALUES
    ('RPJMN-2020', 'national_plan', '2020-01-01', '2024-12-31', 'Perpres 18/2020',
     'Rencana Pembangunan Jangka Menengah Nasional 2020-2024', 'National medium-term development plan 2020-2024'),
    ('RPJMN-2025', 'national_plan', '2025-01-01', '2029-12-31', 'Perpres 12/2025',
     'Rencana Pembangunan Jangka Menengah Nasional 2025-2029', 'National medium-term development plan 2025-2029'),
    ('SDG', 'global_goals', '2016-01-01', '2030-12-31', 'Perpres 111/2022',
     'Tujuan Pembangunan Berkelanjutan', 'Sustainable Development Goals');

-- `parent`: a priority programme (PP) lies in a priority (PN), a priority activity (KP) in a programme.
CREATE TABLE priority_item (
    code text PRIMARY KEY,
    framework text NOT NULL REFERENCES priority_framework (code),
    parent text REFERENCES priority_item (code),
    position int NOT NULL,
    title_id text NOT NULL,
    title_en text,
    UNIQUE (framework, position)
);

INSERT INTO priority_item (code, framework, position, title_id, title_en)
SELECT code, CASE framework WHEN 'RPJMN 2020-2024' THEN 'RPJMN-2020' ELSE 'RPJMN-2025' END,
       row_number() OVER (PARTITION BY framework ORDER BY code), title_id, title_en
FROM priority;

INSERT INTO priority_item (code, framework, position, title_id, title_en)
SELECT 'SDG-' || number, 'SDG', number, title_id, title_en FROM sdg;

-- No decree says which priority continues which: this is our own reading of their subjects, and says so.
CREATE TABLE priority_crosswalk (
    earlier text NOT NULL REFERENCES priority_item (code),
    later text NOT NULL REFERENCES priority_item (code),
    kind text NOT NULL CONSTRAINT priority_crosswalk_kind_is_known CHECK (kind IN ('mainly', 'partly')),
    subject_id text NOT NULL,
    subject_en text NOT NULL,
    PRIMARY KEY (earlier, later)
);
CREATE UNIQUE INDEX priority_crosswalk_has_one_main ON priority_crosswalk (earlier) WHERE kind = 'mainly';

INSERT INTO priority_crosswalk (earlier, later, kind, subject_id, subject_en) VALUES
    ('PN1-2020', 'PN5-2025', 'mainly', 'nilai tambah dan industri', 'value added and industry'),
    ('PN1-2020', 'PN2-2025', 'partly', 'pangan, energi, air, dan ekonomi hijau', 'food, energy, water, green economy'),
    ('PN1-2020', 'PN3-2025', 'partly', 'lapangan kerja dan kewirausahaan', 'jobs and entrepreneurship'),
    ('PN2-2020', 'PN6-2025', 'mainly', 'pemerataan dan desa', 'less inequality, villages'),
    ('PN3-2020', 'PN4-2025', 'mainly', 'pembangunan SDM', 'human resources'),
    ('PN4-2020', 'PN8-2025', 'mainly', 'kebudayaan dan toleransi', 'culture and tolerance'),
    ('PN4-2020', 'PN1-2025', 'partly', 'ideologi Pancasila', 'the ideology of Pancasila'),
    ('PN5-2020', 'PN3-2025', 'mainly', 'infrastruktur', 'infrastructure'),
    ('PN5-2020', 'PN2-2025', 'partly', 'air', 'water'),
    ('PN6-2020', 'PN8-2025', 'mainly', 'lingkungan dan alam', 'environment and nature'),
    ('PN6-2020', 'PN2-2025', 'partly', 'ekonomi hijau dan ekonomi biru', 'green and blue economy'),
    ('PN7-2020', 'PN7-2025', 'mainly', 'politik, hukum, dan birokrasi', 'politics, law and bureaucracy'),
    ('PN7-2020', 'PN1-2025', 'partly', 'demokrasi dan hak asasi manusia', 'democracy and human rights'),
    ('PN7-2020', 'PN2-2025', 'partly', 'pertahanan dan keamanan', 'defence and security');

-- What the organisation says that an activity serves, beside what its approved plan names; and what the ministry says.
-- An activity that leaves its plan takes these along; the events that told of them stay.
CREATE TABLE alignment (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    activity_id uuid NOT NULL REFERENCES master_plan_activity (id) ON DELETE CASCADE,
    item text NOT NULL REFERENCES priority_item (code),
    weight int NOT NULL CONSTRAINT alignment_weight_is_a_share CHECK (weight BETWEEN 1 AND 100),
    note text NOT NULL,
    status text NOT NULL
        CONSTRAINT alignment_status_is_known CHECK (status IN ('proposed', 'confirmed', 'rejected', 'withdrawn')),
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    proposed_by_role text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    decided_by_role text,
    reason text,
    CONSTRAINT alignment_decision_is_whole CHECK (num_nonnulls(decided_at, decided_by, decided_by_role) IN (0, 3)),
    CONSTRAINT alignment_is_decided_by_somebody
    CHECK (CASE status WHEN 'proposed' THEN decided_at IS NULL WHEN 'withdrawn' THEN true ELSE decided_at IS NOT NULL END),
    CONSTRAINT alignment_says_why_not CHECK (status <> 'rejected' OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX alignment_is_named_once ON alignment (activity_id, item) WHERE status IN ('proposed', 'confirmed');
CREATE INDEX alignment_of_activity ON alignment (activity_id);
