-- Semester and annual reports. One report at a time meets an obligation.

SET LOCAL lock_timeout = '5s';

CREATE TABLE report (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    obligation_id uuid NOT NULL REFERENCES obligation (id),
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    kind text NOT NULL
        CONSTRAINT report_kind_is_known CHECK (kind IN ('semester_report', 'annual_report')),
    period text NOT NULL,
    content jsonb NOT NULL,
    regions text [] NOT NULL,
    status text NOT NULL DEFAULT 'draft'
        CONSTRAINT report_status_is_known
        CHECK (status IN ('draft', 'submitted', 'in_review', 'revision_requested', 'accepted', 'withdrawn')),
    submitted_version int NOT NULL DEFAULT 0,
    submitted_at timestamptz,
    submitted_by text,
    days_late int,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT report_submitted_has_time
    CHECK (
        (submitted_version > 0)
        = (submitted_at IS NOT NULL AND submitted_by IS NOT NULL AND days_late IS NOT NULL)
    ),
    CONSTRAINT report_under_way_was_submitted
    CHECK ((submitted_version > 0) = (status <> 'draft') OR status = 'withdrawn')
);
CREATE INDEX report_by_ngo ON report (ngo_id);
CREATE UNIQUE INDEX report_meets_obligation_once ON report (obligation_id) WHERE status <> 'withdrawn';
