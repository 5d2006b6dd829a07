-- How far an organisation's licence has come at the Ministry of Foreign Affairs: what the Centre heard of it, read only.
-- The steps are that ministry's, and change: they are words in rows, not a list in code.

SET LOCAL lock_timeout = '5s';

CREATE TABLE foreign_ministry_step (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    step text NOT NULL,
    outcome text,
    reached_on date NOT NULL,
    reference text,
    note text,
    corrects_id uuid CONSTRAINT foreign_ministry_step_is_corrected_once UNIQUE REFERENCES foreign_ministry_step (id),
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded_by_role text NOT NULL,
    CONSTRAINT foreign_ministry_step_does_not_correct_itself CHECK (corrects_id <> id)
);
CREATE INDEX foreign_ministry_step_of_organisation ON foreign_ministry_step (ngo_id);

-- Steps that were seen so far, as proposals for a form; none of them is required, in no order.
CREATE TABLE foreign_ministry_step_proposal (
    step text PRIMARY KEY,
    position int NOT NULL UNIQUE,
    title_id text NOT NULL,
    title_en text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL,
    CONSTRAINT foreign_ministry_step_proposal_holds_for_some_time CHECK (valid_from <= valid_to)
);

INSERT INTO foreign_ministry_step_proposal (position, step, title_id, title_en, valid_from, source) VALUES
    (1, 'PERMOHONAN', 'Permohonan', 'Application', '2016-12-06', 'PP 59/2016'),
    (2, 'VERIFIKASI_DOKUMEN', 'Verifikasi dokumen', 'Verification of documents', '2016-12-06', 'PP 59/2016'),
    (3, 'PEMAPARAN_TPOA', 'Pemaparan di hadapan TPOA', 'Presentation to the licensing team', '2016-12-06',
     'PP 59/2016 art. 5'),
    (4, 'PERTIMBANGAN', 'Pertimbangan TPOA', 'Opinion of the licensing team', '2016-12-06', 'PP 59/2016 art. 5'),
    (5, 'IZIN_PRINSIP_SEMENTARA', 'Izin prinsip sementara', 'Provisional permit', '2016-12-06', 'unofficial'),
    (6, 'MSP_SIGNED', 'MSP ditandatangani', 'Agreement signed', '2016-12-06', 'PP 59/2016'),
    (7, 'IZIN_PRINSIP_TETAP', 'Izin prinsip tetap', 'Permanent permit', '2016-12-06', 'unofficial');
