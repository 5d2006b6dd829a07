-- Limits and legal bases with the time in which they hold. A change of law is a row, not a release.

SET LOCAL lock_timeout = '5s';

CREATE TABLE dated_rule (
    key text NOT NULL,
    rule text NOT NULL CONSTRAINT dated_rule_has_an_id CHECK (rule ~ '^[VR][0-9]{2}$'),
    value int,
    legal_basis text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,              -- the first day on which it no longer holds
    PRIMARY KEY (key, valid_from),
    CONSTRAINT dated_rule_ends_after_start CHECK (valid_to > valid_from)
);

-- `service_hold.overdue_days` (R04) is off by default: it has no row.
INSERT INTO dated_rule (key, rule, value, legal_basis, valid_from, valid_to) VALUES
    ('staff.max_in_post', 'V12', 3, 'PP 59/2016 art. 25', '2016-12-06', NULL),
    ('staff.max_years', 'V12', 5, 'PP 59/2016 art. 25', '2016-12-06', NULL),
    -- No law text was found for the margin; the ministry sets it.
    ('staff.passport_margin_months', 'V13', 6, 'UU 6/2011; margin set by the ministry', '2011-05-05', NULL),
    ('tax.goods', 'V24', NULL, 'PMK 69/2012, PMK 70/2012', '2012-01-01', '2026-02-27'),
    ('tax.goods', 'V24', NULL, 'PMK 99/2025', '2026-02-27', NULL),
    ('tax.basis', 'R05', NULL, 'Legal bases of tax facilities, by date', '2012-01-01', NULL),
    ('tax.letter_months', 'R07', 12, 'Set by the ministry', '2012-01-01', NULL),
    ('letter.replaced', 'R06', NULL, 'Set by the ministry', '2012-01-01', NULL),
    ('ngo.active', 'R01', NULL, 'PP 59/2016', '2016-12-06', NULL),
    ('agreement.in_force', 'R02', NULL, 'PP 59/2016; Permensesneg 15/2008', '2016-12-06', NULL),
    ('activity.approved', 'R03', NULL, 'Pedoman Kerja Sama dengan Lembaga Asing Nonpemerintah', '2009-01-01', NULL);

-- What a letter rests on (DASAR). `disaster` null: for any purpose.
-- For decrees of which only the year is known the first of January stands.
CREATE TABLE legal_basis (
    applies_to text NOT NULL,
    place int NOT NULL,         -- in the letter: acts before regulations before decrees
    disaster boolean,
    title text NOT NULL,
    about text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT legal_basis_ends_after_start CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX legal_basis_once ON legal_basis (applies_to, title, coalesce(disaster, false));

INSERT INTO legal_basis (applies_to, place, disaster, title, about, valid_from, valid_to) VALUES
    ('foreign_staff', 1, NULL, 'UU 17/2013', 'Organisasi Kemasyarakatan, sebagaimana diubah dengan UU 16/2017', '2013-07-22', NULL),
    ('foreign_staff', 2, NULL, 'PP 59/2016', 'Organisasi Kemasyarakatan yang Didirikan oleh Warga Negara Asing', '2016-12-06', NULL),
    ('foreign_staff', 3, NULL, 'Permensesneg 15/2008', 'Administrasi tenaga asing dalam rangka kerja sama teknik', '2008-01-01', NULL),
    ('BEA_MASUK_CUKAI', 1, true, 'PMK 69/2012', 'Pembebasan bea masuk atas barang hibah untuk penanggulangan bencana alam', '2012-01-01', '2026-02-27'),
    ('BEA_MASUK_CUKAI', 1, false, 'PMK 70/2012', 'Pembebasan bea masuk atas barang hibah untuk ibadah umum, amal, sosial, atau kebudayaan', '2012-01-01', '2026-02-27'),
    ('BEA_MASUK_CUKAI', 1, NULL, 'PMK 99/2025', 'Pembebasan bea masuk dan cukai atas barang hibah', '2026-02-27', NULL),
    ('PPN', 1, NULL, 'PP 47/2020', 'Fasilitas perpajakan', '2020-01-01', NULL),
    ('PPH_22_IMPOR', 1, NULL, 'PP 47/2020', 'Fasilitas perpajakan', '2020-01-01', NULL),
    ('BARANG_PINDAHAN', 1, NULL, 'PMK 25/2025', 'Pembebasan bea masuk atas barang pindahan', '2025-01-01', NULL);

-- How letters are numbered. A demonstration scheme: the ministry's own is not known to us.
CREATE TABLE letter_scheme (
    kind text NOT NULL,
    pattern text NOT NULL
        CONSTRAINT letter_scheme_makes_numbers_unique CHECK (pattern LIKE '%{number}%' AND pattern LIKE '%{year}%'),
    valid_from date NOT NULL,
    PRIMARY KEY (kind, valid_from)
);

INSERT INTO letter_scheme (kind, pattern, valid_from) VALUES
    ('foreign_staff', '{number}/TKA/FASKER/{year}', '2012-01-01'),
    ('tax_relief', '{number}/BPP/FASKER/{year}', '2012-01-01');
