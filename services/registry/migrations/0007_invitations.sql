-- Invitations to act for an organisation. A membership begins when the person accepts, never without.

SET LOCAL lock_timeout = '5s';

CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    subject text NOT NULL,
    role text NOT NULL
        CONSTRAINT invitation_role_is_known CHECK (role IN ('ngo_admin', 'ngo_staff', 'ngo_director')),
    status text NOT NULL
        CONSTRAINT invitation_status_is_known
        CHECK (status IN ('open', 'accepted', 'refused', 'withdrawn', 'expired')),
    invited_at timestamptz NOT NULL,
    invited_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    answered_at timestamptz,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT invitation_lasts_for_some_time CHECK (invited_at < expires_at),
    CONSTRAINT invitation_answered_has_time
    CHECK ((status IN ('accepted', 'refused', 'withdrawn')) = (answered_at IS NOT NULL))
);
CREATE UNIQUE INDEX invitation_is_open_once ON invitation (ngo_id, subject) WHERE status = 'open';
CREATE INDEX invitation_of_person ON invitation (subject);
