-- Region codes of all four levels, with the time in which each held: what was renamed, moved and split.

SET LOCAL lock_timeout = '5s';

-- By what a name is looked for: without the word for its kind, which everybody leaves out. There are 552 short rows: to
-- rewrite and to index them takes milliseconds.
-- squawk-ignore adding-field-with-default
ALTER TABLE region ADD COLUMN search_name text NOT NULL GENERATED ALWAYS AS (
    lower(regexp_replace(name, '^(Kabupaten|Kota)( Administrasi)? ', ''))
) STORED;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX region_trigrams ON region USING gin (search_name gin_trgm_ops);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX region_within ON region (parent, code);

-- Codes that the laws of 2022 ended in Papua (91) and Papua Barat (92). What was recorded under them keeps them.
INSERT INTO region (code, kind, name, parent, timezone, valid_to)
SELECT was.code, now.kind, now.name, left(was.code, 2), now.timezone, now.valid_from - 1
FROM (VALUES
    ('91.01', '93.01'), ('91.02', '95.01'), ('91.04', '94.01'), ('91.07', '94.02'), ('91.08', '94.03'),
    ('91.09', '94.04'), ('91.12', '95.02'), ('91.13', '95.03'), ('91.14', '95.04'), ('91.16', '93.02'),
    ('91.17', '93.03'), ('91.18', '93.04'), ('91.21', '95.05'), ('91.22', '95.06'), ('91.23', '95.07'),
    ('91.24', '95.08'), ('91.25', '94.05'), ('91.26', '94.06'), ('91.27', '94.07'), ('91.28', '94.08'),
    ('92.01', '96.01'), ('92.04', '96.02'), ('92.05', '96.03'), ('92.09', '96.04'), ('92.10', '96.05'),
    ('92.71', '96.71')
) AS was (code, became)
JOIN region AS now ON now.code = was.became;

-- Old to new. `moved`: the place has another code since. `split`: part of it has; the rest goes on under its own.
CREATE TABLE region_change (
    old_code text NOT NULL REFERENCES region (code),
    new_code text NOT NULL REFERENCES region (code),
    changed_on date NOT NULL,
    kind text NOT NULL CONSTRAINT region_change_kind_is_known CHECK (kind IN ('moved', 'split')),
    legal_basis text NOT NULL,
    PRIMARY KEY (old_code, new_code),
    CONSTRAINT region_change_is_one CHECK (old_code <> new_code)
);
CREATE INDEX region_change_to ON region_change (new_code);

WITH law (province, was, legal_basis) AS (VALUES
    ('93', '91', 'UU 14/2022'), ('94', '91', 'UU 15/2022'), ('95', '91', 'UU 16/2022'), ('96', '92', 'UU 29/2022')
)
INSERT INTO region_change (old_code, new_code, changed_on, kind, legal_basis)
SELECT law.was, now.code, now.valid_from, 'split', law.legal_basis
FROM law JOIN region AS now ON now.code = law.province
UNION ALL
SELECT old.code, now.code, now.valid_from, 'moved', law.legal_basis
FROM law
JOIN region AS now ON now.parent = law.province
JOIN region AS old ON old.parent = law.was AND old.name = now.name AND old.valid_to = now.valid_from - 1;

-- Names beside the present one: `former` ones held until a day, an `alias` is what people write.
CREATE TABLE region_name (
    code text NOT NULL,
    name text NOT NULL,
    search_name text NOT NULL GENERATED ALWAYS AS (
        lower(regexp_replace(name, '^(Kabupaten|Kota)( Administrasi)? ', ''))
    ) STORED,
    kind text NOT NULL CONSTRAINT region_name_kind_is_known CHECK (kind IN ('former', 'alias')),
    valid_from date,
    valid_to date,
    legal_basis text,
    PRIMARY KEY (code, name),
    CONSTRAINT region_name_former_has_an_end CHECK ((kind = 'former') = (valid_to IS NOT NULL)),
    CONSTRAINT region_name_is_valid_for_some_time CHECK (valid_from <= valid_to)
);
CREATE INDEX region_name_trigrams ON region_name USING gin (search_name gin_trgm_ops);

INSERT INTO region_name (code, kind, name, valid_to, legal_basis) VALUES
    ('12.12', 'former', 'Kabupaten Toba Samosir', '2020-02-25', 'PP 14/2020'),
    ('31', 'alias', 'DKI Jakarta', NULL, NULL),
    ('31', 'alias', 'Daerah Khusus Jakarta', NULL, 'UU 2/2024'),
    ('34', 'alias', 'DI Yogyakarta', NULL, NULL),
    ('34', 'alias', 'Jogja', NULL, NULL),
    ('34', 'alias', 'Jogjakarta', NULL, NULL),
    ('12', 'alias', 'Sumut', NULL, NULL),
    ('13', 'alias', 'Sumbar', NULL, NULL),
    ('16', 'alias', 'Sumsel', NULL, NULL),
    ('19', 'alias', 'Babel', NULL, NULL),
    ('21', 'alias', 'Kepri', NULL, NULL),
    ('32', 'alias', 'Jabar', NULL, NULL),
    ('33', 'alias', 'Jateng', NULL, NULL),
    ('35', 'alias', 'Jatim', NULL, NULL),
    ('52', 'alias', 'NTB', NULL, NULL),
    ('53', 'alias', 'NTT', NULL, NULL),
    ('61', 'alias', 'Kalbar', NULL, NULL),
    ('62', 'alias', 'Kalteng', NULL, NULL),
    ('63', 'alias', 'Kalsel', NULL, NULL),
    ('64', 'alias', 'Kaltim', NULL, NULL),
    ('65', 'alias', 'Kaltara', NULL, NULL),
    ('71', 'alias', 'Sulut', NULL, NULL),
    ('72', 'alias', 'Sulteng', NULL, NULL),
    ('73', 'alias', 'Sulsel', NULL, NULL),
    ('74', 'alias', 'Sultra', NULL, NULL),
    ('76', 'alias', 'Sulbar', NULL, NULL),
    ('82', 'alias', 'Malut', NULL, NULL);

-- Districts and villages: names to find and to show. Agreements and plans speak of regencies and cities, see `region`.
-- No migration fills it: data.py loads it from a package, and again with each new edition of that.
CREATE TABLE locality (
    code text PRIMARY KEY CONSTRAINT locality_code_has_its_form CHECK (code ~ '^[0-9]{2}\.[0-9]{2}\.[0-9]{2}(\.[0-9]{4})?$'),
    kind text NOT NULL
        CONSTRAINT locality_kind_is_known CHECK (kind IN ('district', 'village', 'urban_village', 'customary_village')),
    name text NOT NULL,
    search_name text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    parent text NOT NULL,
    postal_code text,
    valid_from date,
    valid_to date,
    CONSTRAINT locality_kind_fits_its_code CHECK ((kind = 'district') = (length(code) = 8)),
    CONSTRAINT locality_has_its_parent CHECK (parent = left(code, CASE WHEN kind = 'district' THEN 5 ELSE 8 END)),
    CONSTRAINT locality_is_valid_for_some_time CHECK (valid_from <= valid_to)
);
CREATE INDEX locality_within ON locality (parent, code);
CREATE INDEX locality_trigrams ON locality USING gin (search_name gin_trgm_ops);

-- What an edition says, while it is being loaded; empty otherwise.
CREATE UNLOGGED TABLE locality_loading (code text NOT NULL, kind text NOT NULL, name text NOT NULL, postal_code text);

-- Editions that were loaded, the last one being what holds.
CREATE TABLE region_edition (
    sha256 text PRIMARY KEY,
    decree text NOT NULL,
    in_force_on date NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- All four levels as one. No conditions within: with any, the planner would not look into it for an index.
CREATE VIEW place AS
SELECT code, CASE WHEN parent IS NULL THEN 1 ELSE 2 END AS level, kind, name, search_name, parent,
       NULL::text AS postal_code, valid_from, valid_to
FROM region
UNION ALL
SELECT code, CASE WHEN kind = 'district' THEN 3 ELSE 4 END, kind, name, search_name, parent, postal_code, valid_from,
       valid_to
FROM locality;

-- How like a name is to what was asked for, from 0 to 1: some part of it, and all of it.
CREATE FUNCTION likeness(asked text, name text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
RETURN round((0.6 * word_similarity(asked, name) + 0.4 * similarity(asked, name))::numeric, 4);

-- Under which name a region went on a day: of its former names the first that held until then or longer.
CREATE FUNCTION name_on(region_code text, name_now text, day date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    (SELECT f.name FROM region_name AS f WHERE f.code = region_code AND f.kind = 'former' AND f.valid_to >= day
     ORDER BY f.valid_to LIMIT 1),
    name_now
);
