-- What was known of foreign staff's posts when, as of obligations: a post that ends early was not known to do so before.

SET LOCAL lock_timeout = '5s';

CREATE TABLE foreign_post_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    ngo_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    ended_on date,
    known_from timestamptz NOT NULL
);
CREATE INDEX foreign_post_history_newest ON foreign_post_history (request_id, id DESC);

-- Since when these are known nobody has noted: they count by their days, as until now.
INSERT INTO foreign_post_history (request_id, staff_id, ngo_id, starts_on, ends_on, ended_on, known_from)
SELECT request_id, staff_id, ngo_id, starts_on, ends_on, ended_on, '-infinity' FROM foreign_post_copy;

CREATE FUNCTION remember_foreign_post() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO foreign_post_history (request_id, staff_id, ngo_id, starts_on, ends_on, ended_on, known_from)
    SELECT NEW.request_id, NEW.staff_id, NEW.ngo_id, NEW.starts_on, NEW.ends_on, NEW.ended_on,
           clock_timestamp() + coalesce((SELECT ahead FROM clock), interval '0');
    RETURN NULL;
END $$;
CREATE TRIGGER foreign_post_is_remembered AFTER INSERT OR UPDATE ON foreign_post_copy
FOR EACH ROW EXECUTE FUNCTION remember_foreign_post();

-- As before, but for the posts.
CREATE OR REPLACE FUNCTION standings_known(
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
    post AS (
        SELECT c.ngo_id, c.staff_id, c.starts_on, c.ends_on, c.ended_on FROM foreign_post_copy c WHERE before IS NULL
        UNION ALL
        SELECT p.ngo_id, p.staff_id, p.starts_on, p.ends_on, p.ended_on FROM (
            SELECT DISTINCT ON (h.request_id) h.ngo_id, h.staff_id, h.starts_on, h.ends_on, h.ended_on
            FROM foreign_post_history h
            WHERE h.known_from < before ORDER BY h.request_id, h.id DESC
        ) p
    ),
    late AS (
        SELECT o.ngo_id, count(*)::int AS obligations, greatest(max(day - o.due_on), 0) AS days
        FROM obligation o WHERE o.state = 'OVERDUE' GROUP BY o.ngo_id
    ),
    posted AS (
        SELECT p.ngo_id, count(DISTINCT p.staff_id)::int AS staff FROM post p
        WHERE p.starts_on <= day AND day <= p.ends_on AND (p.ended_on IS NULL OR day < p.ended_on) GROUP BY p.ngo_id
    )
    SELECT o.id,
           before IS NULL OR NOT EXISTS (
               SELECT FROM obligation_history h WHERE h.ngo_id = o.id AND h.taken_over AND h.known_from >= before),
           coalesce(late.obligations, 0), coalesce(late.days, 0), coalesce(posted.staff, 0)
    FROM organisation o LEFT JOIN late ON late.ngo_id = o.id LEFT JOIN posted ON posted.ngo_id = o.id;
END;
