-- What is due. A job marks what falls due; an extension is a new due date.

SET LOCAL lock_timeout = '5s';

CREATE TABLE obligation (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    kind text NOT NULL
        CONSTRAINT obligation_kind_is_known CHECK (kind IN ('work_plan', 'semester_report', 'annual_report')),
    period text NOT NULL,
    regions text [] NOT NULL,
    rule text NOT NULL,
    legal_basis text NOT NULL,
    first_due_on date NOT NULL,
    due_on date NOT NULL,
    status text NOT NULL DEFAULT 'open'
        CONSTRAINT obligation_status_is_known
        CHECK (status IN ('open', 'due_soon', 'overdue', 'fulfilled', 'waived')),
    extension_reason text,
    waiver_reason text,
    fulfilled_at timestamptz,
    days_late int,
    moved_from_ngo_id uuid,
    moved_to_ngo_id uuid,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT obligation_is_due_once UNIQUE (ngo_id, agreement_id, kind, period),
    CONSTRAINT obligation_extended_has_reason CHECK (due_on = first_due_on OR extension_reason IS NOT NULL),
    CONSTRAINT obligation_waived_has_reason CHECK ((status = 'waived') = (waiver_reason IS NOT NULL)),
    CONSTRAINT obligation_fulfilled_has_time
    CHECK ((status = 'fulfilled') = (fulfilled_at IS NOT NULL AND days_late IS NOT NULL)),
    CONSTRAINT obligation_moved_is_waived CHECK (moved_to_ngo_id IS NULL OR status = 'waived')
);
CREATE INDEX obligation_falling_due ON obligation (due_on) WHERE status IN ('open', 'due_soon');
CREATE INDEX obligation_by_agreement ON obligation (agreement_id);
