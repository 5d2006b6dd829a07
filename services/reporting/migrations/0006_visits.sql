-- Visits of foreign guests and the regions' answers. Who the guests are stands in a table of its own; reads are logged.

SET LOCAL lock_timeout = '5s';

CREATE TABLE visit (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    purpose text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    late boolean NOT NULL,
    guests int NOT NULL CHECK (guests > 0),
    nationalities text [] NOT NULL,
    regions text [] NOT NULL,
    stops jsonb NOT NULL,
    itinerary_version int NOT NULL DEFAULT 1,
    status text NOT NULL DEFAULT 'announced'
        CONSTRAINT visit_status_is_known
        CHECK (status IN ('announced', 'acknowledged', 'postponed', 'rejected', 'completed', 'cancelled')),
    cancellation_reason text,
    completion_note text,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT visit_ends_after_it_starts CHECK (ends_on >= starts_on),
    CONSTRAINT visit_cancelled_has_reason CHECK ((status = 'cancelled') = (cancellation_reason IS NOT NULL)),
    CONSTRAINT visit_completed_has_note CHECK ((status = 'completed') = (completion_note IS NOT NULL))
);
CREATE INDEX visit_by_ngo ON visit (ngo_id);

-- Personal data.
CREATE TABLE guest (
    visit_id uuid NOT NULL REFERENCES visit (id),
    number int NOT NULL,
    name text NOT NULL,
    nationality text NOT NULL,
    passport_number text NOT NULL,
    institution text,
    PRIMARY KEY (visit_id, number)
);

-- One answer of each region to each version of the itinerary.
CREATE TABLE visit_answer (
    visit_id uuid NOT NULL REFERENCES visit (id),
    itinerary_version int NOT NULL,
    region text NOT NULL,
    answer text NOT NULL
        CONSTRAINT visit_answer_is_known CHECK (answer IN ('approved', 'postponed', 'refused')),
    reason text NOT NULL,
    answered_by text NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (visit_id, itinerary_version, region)
);

-- Who read personal data, in which role.
CREATE TABLE access_log (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    visit_id uuid NOT NULL REFERENCES visit (id)
);
CREATE TRIGGER access_log_is_immutable BEFORE UPDATE OR DELETE ON access_log
FOR EACH ROW EXECUTE FUNCTION refuse_change();
