-- Annual work plans (RKT), and the minutes of their discussion in each regency (BAP).

SET LOCAL lock_timeout = '5s';

CREATE TABLE work_plan (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    year int NOT NULL,
    content jsonb NOT NULL,
    regions text [] NOT NULL,
    status text NOT NULL DEFAULT 'draft'
        CONSTRAINT work_plan_status_is_known
        CHECK (status IN (
            'draft', 'submitted', 'in_review', 'revision_requested', 'approved', 'rejected', 'withdrawn'
        )),
    submitted_version int NOT NULL DEFAULT 0,
    submitted_at timestamptz,
    submitted_by text,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT work_plan_submitted_has_time
    CHECK ((submitted_version > 0) = (submitted_at IS NOT NULL AND submitted_by IS NOT NULL)),
    CONSTRAINT work_plan_under_way_was_submitted
    CHECK ((submitted_version > 0) = (status <> 'draft') OR status = 'withdrawn')
);
CREATE INDEX work_plan_by_ngo ON work_plan (ngo_id);
CREATE UNIQUE INDEX work_plan_is_approved_once ON work_plan (agreement_id, year) WHERE status = 'approved';

CREATE TABLE discussion_minutes (
    work_plan_id uuid NOT NULL REFERENCES work_plan (id),
    region text NOT NULL,
    held_on date NOT NULL,
    document_number text NOT NULL,
    document_sha256 text NOT NULL,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (work_plan_id, region)
);

-- What reports report on, and requests for staff refer to.
CREATE TABLE approved_activity (
    id uuid PRIMARY KEY,
    work_plan_id uuid NOT NULL REFERENCES work_plan (id),
    agreement_id uuid NOT NULL,
    year int NOT NULL,
    target numeric(14, 2) NOT NULL,
    months int [] NOT NULL
);
CREATE INDEX approved_activity_by_year ON approved_activity (agreement_id, year);
