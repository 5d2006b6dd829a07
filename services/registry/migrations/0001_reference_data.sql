-- Lists that everybody refers to: regions, sectors, national priorities, Sustainable Development Goals, dated rules.

SET LOCAL lock_timeout = '5s';

-- Region codes (kode wilayah) of the Ministry of Home Affairs: `53` a province, `53.06` a regency or city of it.
-- They look like those of the statistics office and differ from them.
CREATE TABLE region (
    code text PRIMARY KEY CONSTRAINT region_code_has_its_form CHECK (code ~ '^[0-9]{2}(\.[0-9]{2})?$'),
    kind text NOT NULL CONSTRAINT region_kind_is_known CHECK (kind IN ('province', 'regency', 'city')),
    name text NOT NULL,
    parent text REFERENCES region (code),
    timezone text NOT NULL,
    iso_3166_2 text UNIQUE,
    capital text,
    capital_lat numeric(6, 3),
    capital_lon numeric(6, 3),
    valid_from date,
    valid_to date,
    CONSTRAINT region_has_its_parent CHECK (
        CASE WHEN kind = 'province' THEN parent IS NULL AND length(code) = 2 ELSE parent = left(code, 2) END
    )
);

CREATE TABLE sector (
    code text PRIMARY KEY,
    position int NOT NULL UNIQUE,
    title_id text NOT NULL,
    title_en text NOT NULL
);

-- Fields of work that the ministry names, and those that programmes here needed beside them.
INSERT INTO sector (position, code, title_id, title_en) VALUES
    (1, 'social', 'Sosial', 'Social services'),
    (2, 'economy', 'Ekonomi', 'Economy'),
    (3, 'education', 'Pendidikan', 'Education'),
    (4, 'child_protection', 'Perlindungan anak', 'Child protection'),
    (5, 'agriculture', 'Pertanian', 'Agriculture'),
    (6, 'tourism', 'Wisata', 'Tourism'),
    (7, 'health', 'Kesehatan', 'Health'),
    (8, 'disaster_management', 'Penanggulangan bencana', 'Disaster management'),
    (9, 'water_and_sanitation', 'Air bersih dan sanitasi', 'Water, sanitation and hygiene'),
    (10, 'environment_and_climate', 'Lingkungan dan iklim', 'Environment and climate'),
    (11, 'energy', 'Energi', 'Energy'),
    (12, 'governance', 'Tata kelola pemerintahan', 'Governance'),
    (13, 'village_development', 'Desa', 'Village development'),
    (14, 'gender_and_inclusion', 'Gender dan inklusi disabilitas', 'Gender and disability inclusion'),
    (15, 'employment_and_small_business', 'Pekerjaan dan UMKM', 'Employment and small businesses');

CREATE TABLE sdg (
    number int PRIMARY KEY CONSTRAINT sdg_is_one_of_seventeen CHECK (number BETWEEN 1 AND 17),
    title_id text NOT NULL,
    title_en text NOT NULL
);

INSERT INTO sdg (number, title_id, title_en) VALUES
    (1, 'Tanpa Kemiskinan', 'No Poverty'),
    (2, 'Tanpa Kelaparan', 'Zero Hunger'),
    (3, 'Kehidupan Sehat dan Sejahtera', 'Good Health and Well-being'),
    (4, 'Pendidikan Berkualitas', 'Quality Education'),
    (5, 'Kesetaraan Gender', 'Gender Equality'),
    (6, 'Air Bersih dan Sanitasi Layak', 'Clean Water and Sanitation'),
    (7, 'Energi Bersih dan Terjangkau', 'Affordable and Clean Energy'),
    (8, 'Pekerjaan Layak dan Pertumbuhan Ekonomi', 'Decent Work and Economic Growth'),
    (9, 'Industri, Inovasi dan Infrastruktur', 'Industry, Innovation and Infrastructure'),
    (10, 'Berkurangnya Kesenjangan', 'Reduced Inequalities'),
    (11, 'Kota dan Permukiman yang Berkelanjutan', 'Sustainable Cities and Communities'),
    (12, 'Konsumsi dan Produksi yang Bertanggung Jawab', 'Responsible Consumption and Production'),
    (13, 'Penanganan Perubahan Iklim', 'Climate Action'),
    (14, 'Ekosistem Lautan', 'Life Below Water'),
    (15, 'Ekosistem Daratan', 'Life on Land'),
    (16, 'Perdamaian, Keadilan dan Kelembagaan yang Tangguh', 'Peace, Justice and Strong Institutions'),
    (17, 'Kemitraan untuk Mencapai Tujuan', 'Partnerships for the Goals');

-- National priorities (Prioritas Nasional) of a medium-term plan (RPJMN). English only where a wording is in use.
CREATE TABLE priority (
    code text PRIMARY KEY,
    framework text NOT NULL,
    title_id text NOT NULL,
    title_en text,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    CONSTRAINT priority_is_valid_for_some_time CHECK (valid_from <= valid_to)
);

INSERT INTO priority (code, framework, valid_from, valid_to, title_id, title_en) VALUES
    ('PN1-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Memperkuat ketahanan ekonomi untuk pertumbuhan yang berkualitas dan berkeadilan', 'Economic resilience'),
    ('PN2-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Mengembangkan wilayah untuk mengurangi kesenjangan dan menjamin pemerataan',
     'Regional development, less inequality'),
    ('PN3-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Meningkatkan SDM berkualitas dan berdaya saing', 'Human resources'),
    ('PN4-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Revolusi mental dan pembangunan kebudayaan', 'Mental revolution and culture'),
    ('PN5-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Memperkuat infrastruktur untuk mendukung pengembangan ekonomi dan pelayanan dasar', 'Infrastructure'),
    ('PN6-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Membangun lingkungan hidup, meningkatkan ketahanan bencana, dan perubahan iklim',
     'Environment, disasters and climate'),
    ('PN7-2020', 'RPJMN 2020-2024', '2020-01-01', '2024-12-31',
     'Memperkuat stabilitas polhukhankam dan transformasi pelayanan publik', 'Stability and public services'),
    ('PN1-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Memperkokoh ideologi Pancasila, demokrasi, dan hak asasi manusia', NULL),
    ('PN2-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Memantapkan sistem pertahanan keamanan negara dan mendorong kemandirian bangsa melalui swasembada pangan, '
     'energi, air, ekonomi kreatif, ekonomi hijau, dan ekonomi biru', NULL),
    ('PN3-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Meningkatkan lapangan kerja yang berkualitas, mendorong kewirausahaan, mengembangkan industri kreatif, dan '
     'melanjutkan pengembangan infrastruktur', NULL),
    ('PN4-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Memperkuat pembangunan SDM, sains, teknologi, pendidikan, kesehatan, prestasi olahraga, kesetaraan gender, '
     'serta penguatan peran perempuan, pemuda, dan penyandang disabilitas', NULL),
    ('PN5-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Melanjutkan hilirisasi dan industrialisasi untuk meningkatkan nilai tambah di dalam negeri', NULL),
    ('PN6-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Membangun dari desa dan dari bawah untuk pemerataan ekonomi dan pemberantasan kemiskinan', NULL),
    ('PN7-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Memperkuat reformasi politik, hukum, dan birokrasi, serta memperkuat pencegahan dan pemberantasan korupsi '
     'dan narkoba', NULL),
    ('PN8-2025', 'RPJMN 2025-2029', '2025-01-01', '2029-12-31',
     'Memperkuat penyelarasan kehidupan yang harmonis dengan lingkungan, alam, dan budaya, serta peningkatan '
     'toleransi antarumat beragama', NULL);

-- Numbers of the law, each with the time in which it holds: a change of the law is a new row, not new code.
CREATE TABLE dated_rule (
    key text NOT NULL,
    value int NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    legal_basis text NOT NULL,
    PRIMARY KEY (key, valid_from),
    CONSTRAINT dated_rule_is_valid_for_some_time CHECK (valid_from <= valid_to)
);

INSERT INTO dated_rule (key, value, valid_from, legal_basis) VALUES
    ('licence.izin_prinsip.years_max', 3, '2016-12-06', 'PP 59/2016');
