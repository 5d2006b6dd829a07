-- Measures and sanctions against organisations: the ministry's own, and those of others of which it was told.

SET LOCAL lock_timeout = '5s';

-- What measures there are, by the law of the day. Whether the public sees one that is in force is a setting, not law.
CREATE TABLE measure_kind (
    code text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    title_id text NOT NULL,
    title_en text NOT NULL,
    effect text NOT NULL
        CONSTRAINT measure_kind_effect_is_known CHECK (effect IN ('none', 'suspends', 'closes')),
    origins text[] NOT NULL CONSTRAINT measure_kind_is_taken_by_somebody
        CHECK (cardinality(origins) > 0 AND origins <@ ARRAY['own', 'external']),
    is_public boolean NOT NULL,
    is_public_if_external boolean NOT NULL DEFAULT false,
    legal_basis text NOT NULL,
    PRIMARY KEY (code, valid_from),
    CONSTRAINT measure_kind_is_valid_for_some_time CHECK (valid_from <= valid_to)
);

-- UU 17/2013 art. 61 as it was until Perppu 2/2017 (10 July 2017, confirmed by UU 16/2017), and as it is since: no more
-- stop of grants; for organisations founded by foreigners immigration sanctions beside warning and stop (art. 61(2)).
INSERT INTO measure_kind (code, valid_from, valid_to, title_id, title_en, effect, origins, is_public, legal_basis)
VALUES
    ('written_warning', '2013-07-22', '2017-07-09', 'Peringatan tertulis', 'Written warning', 'none',
     '{own,external}', false, 'UU 17/2013 art. 61(a)'),
    ('written_warning', '2017-07-10', NULL, 'Peringatan tertulis', 'Written warning', 'none',
     '{own,external}', false, 'UU 17/2013 art. 61(1)(a) as changed by UU 16/2017'),
    ('grant_stop', '2013-07-22', '2017-07-09', 'Penghentian bantuan dan/atau hibah', 'Stop of aid and grants', 'none',
     '{own,external}', false, 'UU 17/2013 art. 61(b)'),
    ('activity_suspension', '2013-07-22', '2017-07-09', 'Penghentian sementara kegiatan',
     'Temporary stop of activities', 'suspends', '{own,external}', true, 'UU 17/2013 art. 61(c)'),
    ('activity_suspension', '2017-07-10', NULL, 'Penghentian kegiatan', 'Stop of activities', 'suspends',
     '{own,external}', true, 'UU 17/2013 art. 61(1)(b) as changed by UU 16/2017'),
    ('closing', '2013-07-22', '2017-07-09', 'Pencabutan dan penutupan', 'Revocation and closing', 'closes', '{own}',
     true, 'UU 17/2013 art. 61(d)'),
    ('closing', '2017-07-10', NULL, 'Pencabutan dan penutupan', 'Revocation and closing', 'closes', '{own}', true,
     'UU 17/2013 art. 61(1)(c) as changed by UU 16/2017'),
    ('immigration_sanction', '2017-07-10', NULL, 'Sanksi keimigrasian', 'Immigration sanction', 'none', '{external}',
     false, 'UU 17/2013 art. 61(2) as changed by UU 16/2017'),
    ('permit_revocation', '2016-12-06', NULL, 'Pencabutan izin prinsip', 'Revocation of the principle permit', 'none',
     '{external}', false, 'PP 59/2016');

-- A measure is in force until it is lifted, or, if it neither suspends nor closes, until it ends.
CREATE TABLE measure (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    origin text NOT NULL CONSTRAINT measure_origin_is_known CHECK (origin IN ('own', 'external')),
    kind text NOT NULL,
    effect text NOT NULL CONSTRAINT measure_effect_is_known CHECK (effect IN ('none', 'suspends', 'closes')),
    decided_on date NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    reason text NOT NULL,
    legal_basis text NOT NULL,
    issuer text,
    document_number text,
    document_sha256 text CONSTRAINT measure_document_has_a_fingerprint CHECK (document_sha256 ~ '^[0-9a-f]{64}$'),
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded_by_role text NOT NULL,
    lifted_on date,
    lift_reason text,
    lifted_at timestamptz,
    lifted_by text,
    lifted_by_role text,
    CONSTRAINT measure_starts_after_it_is_decided CHECK (decided_on <= starts_on),
    CONSTRAINT measure_ends_after_it_starts CHECK (starts_on <= ends_on),
    CONSTRAINT measure_external_names_issuer_and_number
        CHECK (origin = 'own' AND issuer IS NULL OR origin = 'external' AND num_nulls(issuer, document_number) = 0),
    CONSTRAINT measure_own_has_its_document CHECK (origin <> 'own' OR document_sha256 IS NOT NULL),
    CONSTRAINT measure_external_changes_nothing_here CHECK (origin = 'own' OR effect = 'none'),
    CONSTRAINT measure_lifted_says_when_and_why
        CHECK (num_nonnulls(lifted_on, lift_reason, lifted_at, lifted_by, lifted_by_role) IN (0, 5)),
    CONSTRAINT measure_closing_is_for_ever CHECK (effect <> 'closes' OR lifted_at IS NULL)
);
CREATE INDEX measure_of_organisation ON measure (ngo_id);
CREATE UNIQUE INDEX measure_suspends_or_closes_once ON measure (ngo_id, effect)
WHERE effect <> 'none' AND lifted_at IS NULL;
CREATE UNIQUE INDEX measure_external_is_recorded_once ON measure (ngo_id, lower(issuer), lower(document_number))
WHERE origin = 'external';
