-- What becomes of local partners: one that is over is proposed again as another, a registration is renewed, and with a merger
-- they pass on.

SET LOCAL lock_timeout = '5s';

ALTER TABLE local_partner ADD COLUMN predecessor_id uuid;
-- Of a new column only: in old rows it is null. New ones are checked as they come.
ALTER TABLE local_partner ADD CONSTRAINT local_partner_comes_after_another
FOREIGN KEY (predecessor_id) REFERENCES local_partner (id) NOT VALID;

-- Whose work had ended could never be proposed again. Code of before finds no index for its proposals now: they fail until it
-- is replaced, and can be repeated.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX local_partner_is_proposed_once;
-- Some thousand rows: an index is made in less time than a lock is waited for.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX local_partner_is_there_once ON local_partner (ngo_id, lower(registration_number))
WHERE status NOT IN ('rejected', 'ended');
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX local_partner_is_over ON local_partner (ngo_id, lower(registration_number))
WHERE status IN ('rejected', 'ended');

-- A renewed registration (SKT or AHU), given by the NGO and confirmed or refused by the Centre. It holds once it is confirmed;
-- `previous_...`: what held until then.
CREATE TABLE local_partner_renewal (
    id uuid PRIMARY KEY,
    partner_id uuid NOT NULL REFERENCES local_partner (id),
    state text NOT NULL CONSTRAINT local_partner_renewal_state_is_known
        CHECK (state IN ('given', 'replaced', 'confirmed', 'refused')),
    registration_number text NOT NULL,
    registration_valid_to date NOT NULL,
    document_sha256 text NOT NULL
        CONSTRAINT local_partner_renewal_has_a_fingerprint CHECK (document_sha256 ~ '^[0-9a-f]{64}$'),
    given_at timestamptz NOT NULL,
    given_by text NOT NULL,
    given_by_role text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    decided_by_role text,
    reason text,
    previous_number text,
    previous_valid_to date,
    CONSTRAINT local_partner_renewal_is_decided_by_somebody CHECK (
        num_nonnulls(decided_at, decided_by, decided_by_role)
        = CASE WHEN state IN ('confirmed', 'refused') THEN 3 ELSE 0 END
    ),
    CONSTRAINT local_partner_renewal_refused_says_why CHECK (state <> 'refused' OR reason IS NOT NULL),
    CONSTRAINT local_partner_renewal_confirmed_says_what_held_before
        CHECK (num_nonnulls(previous_number, previous_valid_to) = CASE state WHEN 'confirmed' THEN 2 ELSE 0 END)
);
CREATE UNIQUE INDEX local_partner_renewal_waits_alone ON local_partner_renewal (partner_id) WHERE state = 'given';
CREATE INDEX local_partner_renewal_of_partner ON local_partner_renewal (partner_id);

-- Who holds what an organisation has proposed or notified: itself, or the last of those into whom it has merged. On a day; null
-- is now, for no merger is recorded before it is effective.
CREATE FUNCTION holders(day date, OUT ngo_id uuid, OUT holder_id uuid) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE held AS (
        SELECT o.id AS ngo_id, o.id AS holder_id, 0 AS mergers FROM organisation o
        UNION ALL
        SELECT held.ngo_id, o.successor_id, held.mergers + 1
        FROM held JOIN organisation o ON o.id = held.holder_id
        WHERE o.status = 'merged' AND (day IS NULL OR o.merged_on <= day)
    )
    SELECT DISTINCT ON (held.ngo_id) held.ngo_id, held.holder_id FROM held ORDER BY held.ngo_id, held.mergers DESC;
END;
