-- Indonesian organisations with whom a foreign NGO works: proposed by the NGO, approved by the ministry.

SET LOCAL lock_timeout = '5s';

CREATE TABLE local_partner (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    status text NOT NULL CONSTRAINT local_partner_status_is_known
        CHECK (status IN ('proposed', 'approved', 'approved_with_notes', 'rejected')),
    name text NOT NULL,
    legal_form text NOT NULL,
    registration_number text NOT NULL,
    registration_valid_to date NOT NULL,
    regions text[] NOT NULL CONSTRAINT local_partner_is_somewhere CHECK (cardinality(regions) > 0),
    programme text NOT NULL,
    proposed_at timestamptz NOT NULL,
    proposed_by text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    decided_by_role text,
    notes text,
    CONSTRAINT local_partner_is_decided_unless_proposed CHECK (
        num_nonnulls(decided_at, decided_by, decided_by_role) = CASE WHEN status = 'proposed' THEN 0 ELSE 3 END
    ),
    CONSTRAINT local_partner_has_notes_where_they_matter
        CHECK (status NOT IN ('approved_with_notes', 'rejected') OR notes IS NOT NULL)
);
-- Proposed again only after a rejection.
CREATE UNIQUE INDEX local_partner_is_proposed_once ON local_partner (ngo_id, lower(registration_number))
WHERE status <> 'rejected';
CREATE INDEX local_partner_of_organisation ON local_partner (ngo_id);
