-- Copies of what reporting and recommendations tell: from these comes an organisation's public standing.

SET LOCAL lock_timeout = '5s';

CREATE TABLE obligation_copy (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    state text NOT NULL
        CONSTRAINT obligation_copy_state_is_known CHECK (state IN ('OPEN', 'OVERDUE', 'FULFILLED', 'WAIVED')),
    due_on date NOT NULL
);
CREATE INDEX obligation_copy_overdue ON obligation_copy (ngo_id) WHERE state = 'OVERDUE';

-- A person in a post; an extension of the same person is another row.
CREATE TABLE foreign_post_copy (
    request_id uuid PRIMARY KEY,
    staff_id uuid NOT NULL,
    ngo_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    ended_on date
);
CREATE INDEX foreign_post_copy_of_organisation ON foreign_post_copy (ngo_id);

-- What an organisation owes, how late its oldest overdue obligation is, and how many foreigners it has in post.
CREATE FUNCTION standing(
    ngo uuid, today date, OUT overdue_obligations int, OUT days_late int, OUT foreign_staff_in_post int
)
LANGUAGE sql STABLE
RETURN (
    (SELECT count(*)::int FROM obligation_copy WHERE ngo_id = ngo AND state = 'OVERDUE'),
    (SELECT coalesce(greatest(max(today - due_on), 0), 0) FROM obligation_copy WHERE ngo_id = ngo AND state = 'OVERDUE'),
    (SELECT count(DISTINCT staff_id)::int FROM foreign_post_copy
     WHERE ngo_id = ngo AND starts_on <= today AND today <= ends_on AND (ended_on IS NULL OR today < ended_on))
);
