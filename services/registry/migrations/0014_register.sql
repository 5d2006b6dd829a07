-- The public register: what was known of whom when, changes with numbers, and what a search looks into.

SET LOCAL lock_timeout = '5s';

-- What the public could see of an organisation, and from when on. Rows are only added. Nothing of people, no address, no e-mail;
-- what is not public yet (an application, a rejection) is never in it. `names`: all of them, for the search, and `words` of them.
CREATE TABLE organisation_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    known_from timestamptz NOT NULL,
    version int NOT NULL,
    status text NOT NULL CONSTRAINT organisation_history_is_public
        CHECK (status IN ('active', 'suspended', 'closed', 'merged')),
    name text NOT NULL,
    name_en text,
    acronym text NOT NULL,
    aliases text[] NOT NULL,
    legal_form text NOT NULL,
    origin_country text NOT NULL,
    home_city text NOT NULL,
    website text,
    sectors text[] NOT NULL,
    started_in_indonesia_on date NOT NULL,
    counterpart_unit text NOT NULL,
    successor_id uuid,
    merged_on date,
    names text NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', names)) STORED,
    CONSTRAINT organisation_history_of_a_merger_names_the_successor
        CHECK ((status = 'merged') = (successor_id IS NOT NULL AND merged_on IS NOT NULL))
);
CREATE INDEX organisation_history_newest ON organisation_history (ngo_id, id DESC);

-- Steps are kept since the beginning, and nothing but the status has changed until now.
INSERT INTO organisation_history (ngo_id, known_from, version, status, name, name_en, acronym, aliases, legal_form,
                                  origin_country, home_city, website, sectors, started_in_indonesia_on,
                                  counterpart_unit, successor_id, merged_on, names)
SELECT o.id, s.at, s.version, s.to_status, o.name, o.name_en, o.acronym, o.aliases, o.legal_form, o.origin_country,
       o.home_city, o.website, o.sectors, o.started_in_indonesia_on, o.counterpart_unit,
       CASE s.to_status WHEN 'merged' THEN o.successor_id END, CASE s.to_status WHEN 'merged' THEN o.merged_on END,
       concat_ws(E'\n', o.name, o.name_en, o.acronym, array_to_string(o.aliases, E'\n'))
FROM organisation_step s JOIN organisation o ON o.id = s.ngo_id
WHERE s.to_status IN ('active', 'suspended', 'closed', 'merged')
ORDER BY s.at, s.ngo_id, s.version;

-- A trigger, so that no command, of today or later, can forget it. The time is the domain's, as everywhere.
CREATE FUNCTION remember_organisation() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO organisation_history (ngo_id, known_from, version, status, name, name_en, acronym, aliases, legal_form,
                                      origin_country, home_city, website, sectors, started_in_indonesia_on,
                                      counterpart_unit, successor_id, merged_on, names)
    SELECT NEW.id, clock_timestamp() + coalesce((SELECT ahead FROM clock), interval '0'), NEW.version, NEW.status,
           NEW.name, NEW.name_en, NEW.acronym, NEW.aliases, NEW.legal_form, NEW.origin_country, NEW.home_city,
           NEW.website, NEW.sectors, NEW.started_in_indonesia_on, NEW.counterpart_unit, NEW.successor_id,
           NEW.merged_on,
           concat_ws(E'\n', NEW.name, NEW.name_en, NEW.acronym, array_to_string(NEW.aliases, E'\n'));
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_is_remembered AFTER INSERT OR UPDATE ON organisation
FOR EACH ROW WHEN (NEW.status IN ('active', 'suspended', 'closed', 'merged')) EXECUTE FUNCTION remember_organisation();

-- What was known of obligations when: so that a standing can be told as of a day, too. `taken_over`: known when this table was made,
-- and not since when; of earlier days nothing is said about whoever has such a row.
CREATE TABLE obligation_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    obligation_id uuid NOT NULL,
    ngo_id uuid NOT NULL,
    state text NOT NULL,
    due_on date NOT NULL,
    known_from timestamptz NOT NULL,
    taken_over boolean NOT NULL DEFAULT false
);
CREATE INDEX obligation_history_newest ON obligation_history (ngo_id, obligation_id, id DESC);

INSERT INTO obligation_history (obligation_id, ngo_id, state, due_on, known_from, taken_over)
SELECT id, ngo_id, state, due_on, clock_timestamp() + coalesce((SELECT ahead FROM clock), interval '0'), true
FROM obligation_copy;

CREATE FUNCTION remember_obligation() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO obligation_history (obligation_id, ngo_id, state, due_on, known_from)
    SELECT NEW.id, NEW.ngo_id, NEW.state, NEW.due_on,
           clock_timestamp() + coalesce((SELECT ahead FROM clock), interval '0');
    RETURN NULL;
END $$;
CREATE TRIGGER obligation_is_remembered AFTER INSERT OR UPDATE ON obligation_copy
FOR EACH ROW EXECUTE FUNCTION remember_obligation();

-- Everybody's standing on a day as it was known before an instant; without one, as it is known. Posts count by their days.
CREATE FUNCTION standings_known(
    before timestamptz, day date,
    OUT ngo_id uuid, OUT is_known boolean, OUT overdue_obligations int, OUT days_late int, OUT foreign_staff_in_post int
) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH obligation AS (
        SELECT c.ngo_id, c.state, c.due_on FROM obligation_copy c WHERE before IS NULL
        UNION ALL
        SELECT o.ngo_id, o.state, o.due_on FROM (
            SELECT DISTINCT ON (h.obligation_id) h.ngo_id, h.state, h.due_on FROM obligation_history h
            WHERE h.known_from < before ORDER BY h.obligation_id, h.id DESC
        ) o
    ),
    late AS (
        SELECT o.ngo_id, count(*)::int AS obligations, greatest(max(day - o.due_on), 0) AS days
        FROM obligation o WHERE o.state = 'OVERDUE' GROUP BY o.ngo_id
    ),
    posted AS (
        SELECT p.ngo_id, count(DISTINCT p.staff_id)::int AS staff FROM foreign_post_copy p
        WHERE p.starts_on <= day AND day <= p.ends_on AND (p.ended_on IS NULL OR day < p.ended_on) GROUP BY p.ngo_id
    )
    SELECT o.id,
           before IS NULL OR NOT EXISTS (
               SELECT FROM obligation_history h WHERE h.ngo_id = o.id AND h.taken_over AND h.known_from >= before),
           coalesce(late.obligations, 0), coalesce(late.days, 0), coalesce(posted.staff, 0)
    FROM organisation o LEFT JOIN late ON late.ngo_id = o.id LEFT JOIN posted ON posted.ngo_id = o.id;
END;

-- The organisations as they were known before an instant; without one, as they are.
CREATE FUNCTION organisations_known(before timestamptz) RETURNS SETOF organisation_history
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT DISTINCT ON (h.ngo_id) h.* FROM organisation_history h
    WHERE before IS NULL OR h.known_from < before ORDER BY h.ngo_id, h.id DESC;
END;

-- Who held which agreement from when until when, as it was known before an instant. A merger passes it on to the successor on the
-- day of the merger, and on to that one's successor if it merges in its turn; a closure of whoever holds it ends it, and so does a
-- termination before its time.
CREATE FUNCTION agreements_known(
    before timestamptz,
    OUT agreement_id uuid, OUT ngo_id uuid, OUT number text, OUT title text, OUT regions text[],
    OUT starts_on date, OUT until date
) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE known AS MATERIALIZED (
        SELECT k.ngo_id, k.status, k.known_from, k.successor_id, k.merged_on FROM organisations_known(before) k
    ), passed AS (
        SELECT k.ngo_id AS signed_by, k.successor_id AS by_ngo, k.merged_on AS from_day
        FROM known k WHERE k.status = 'merged'
        UNION ALL
        SELECT p.signed_by, k.successor_id, greatest(p.from_day, k.merged_on)
        FROM passed p JOIN known k ON k.ngo_id = p.by_ngo WHERE k.status = 'merged'
    )
    SELECT held.id, held.by_ngo, held.number, held.title, held.regions, held.from_day, until.day
    FROM (
        SELECT a.id, a.number, a.title, a.regions, a.ends_on, a.ended_on, a.ended_at, a.signed_at,
               a.ngo_id AS by_ngo, a.starts_on AS from_day
        FROM agreement a
        UNION ALL
        SELECT a.id, a.number, a.title, a.regions, a.ends_on, a.ended_on, a.ended_at, a.signed_at,
               p.by_ngo, greatest(a.starts_on, p.from_day)
        FROM agreement a JOIN passed p ON p.signed_by = a.ngo_id
    ) AS held
    JOIN known h ON h.ngo_id = held.by_ngo
    CROSS JOIN LATERAL (
        SELECT CASE WHEN before IS NULL OR held.ended_at < before THEN coalesce(held.ended_on, held.ends_on)
               ELSE held.ends_on END AS day
    ) AS last
    CROSS JOIN LATERAL (
        SELECT CASE h.status
            WHEN 'merged' THEN least(last.day, h.merged_on - 1)
            WHEN 'closed' THEN least(last.day, (h.known_from AT TIME ZONE 'Asia/Jakarta')::date)
            ELSE last.day END AS day
    ) AS until
    WHERE (before IS NULL OR held.signed_at < before) AND held.from_day <= until.day;
END;

-- The activities of the plans in force, each with whoever carries it out in which years.
CREATE VIEW current_master_plan_activity AS
SELECT x.id, p.agreement_id, held.ngo_id, p.approved_at, x.title, x.detail, x.sector, x.priority, x.sdgs, x.regions,
       greatest(x.from_year, extract(year FROM held.starts_on)::int) AS from_year,
       least(x.to_year, extract(year FROM held.until)::int) AS to_year,
       x.budget, x.currency
FROM master_plan_activity x
JOIN master_plan p ON p.id = x.master_plan_id
JOIN agreements_known(NULL) held ON held.agreement_id = p.agreement_id
WHERE x.from_year <= extract(year FROM held.until) AND extract(year FROM held.starts_on) <= x.to_year;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX master_plan_activity_of_plan ON master_plan_activity (master_plan_id);

-- What a search asks of a plan: ten thousand activities are four hundred rows of this.
CREATE TABLE master_plan_summary (
    master_plan_id uuid PRIMARY KEY REFERENCES master_plan (id),
    sectors text[] NOT NULL,
    priorities text[] NOT NULL,
    words tsvector NOT NULL
);

CREATE FUNCTION summarise_master_plans() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO master_plan_summary (master_plan_id, sectors, priorities, words)
    SELECT x.master_plan_id, array_agg(DISTINCT x.sector), array_agg(DISTINCT x.priority),
           to_tsvector('indonesian', string_agg(x.title || ' ' || x.detail, ' '))
    FROM master_plan_activity x
    WHERE x.master_plan_id IN (SELECT c.master_plan_id FROM changed c) GROUP BY x.master_plan_id
    ON CONFLICT (master_plan_id) DO UPDATE SET
        sectors = EXCLUDED.sectors, priorities = EXCLUDED.priorities, words = EXCLUDED.words;
    RETURN NULL;
END $$;
CREATE TRIGGER master_plan_is_summarised_as_it_grows AFTER INSERT ON master_plan_activity
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summarise_master_plans();
CREATE TRIGGER master_plan_is_summarised_as_it_changes AFTER UPDATE ON master_plan_activity
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summarise_master_plans();
CREATE TRIGGER master_plan_is_summarised_as_it_shrinks AFTER DELETE ON master_plan_activity
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summarise_master_plans();

INSERT INTO master_plan_summary (master_plan_id, sectors, priorities, words)
SELECT x.master_plan_id, array_agg(DISTINCT x.sector), array_agg(DISTINCT x.priority),
       to_tsvector('indonesian', string_agg(x.title || ' ' || x.detail, ' '))
FROM master_plan_activity x GROUP BY x.master_plan_id;

CREATE INDEX master_plan_summary_words ON master_plan_summary USING gin (words);
-- A few hundred rows are written anew.
ALTER TABLE agreement
    -- squawk-ignore adding-field-with-default
    ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('indonesian', title)) STORED;

-- Identifiers by which organisations publish in the International Aid Transparency Initiative, where they are known for certain.
CREATE TABLE iati_identifier (
    name text PRIMARY KEY,
    identifier text NOT NULL CONSTRAINT iati_identifier_has_its_form
        CHECK (identifier ~ '^[A-Z]{2}-[A-Z]{2,12}-[A-Za-z0-9.-]{1,40}$')
);
INSERT INTO iati_identifier (name, identifier) VALUES
    ('Stichting SNV Nederlandse Ontwikkelingsorganisatie', 'NL-KVK-41152786'),
    ('Islamic Relief Worldwide', 'GB-CHC-328158'),
    ('Coöperatie ICCO U.A.', 'NL-KVK-56484038'),
    ('Cordaid', 'NL-KVK-41160054');

-- What changed in the public register, numbered without gaps in the order in which it is told. A job numbers what is committed, so
-- nothing ever appears before a number that somebody has read.
CREATE TABLE public_change (
    number bigint PRIMARY KEY CONSTRAINT public_change_counts_from_one CHECK (number > 0),
    event_id uuid NOT NULL CONSTRAINT public_change_is_told_once UNIQUE,
    ngo_id uuid NOT NULL,
    kind text NOT NULL,
    agreement_id uuid,
    successor_id uuid,
    occurred_at timestamptz NOT NULL
);

-- Up to where each key's events have been looked at.
CREATE TABLE public_change_read (
    key text PRIMARY KEY,
    sequence bigint NOT NULL
) WITH (fillfactor = 70);
