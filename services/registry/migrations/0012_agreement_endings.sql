-- How agreements (MSP) end: by their last day, by a new one that carries on, or before their time; and the programme
-- directions (Arahan Program, AP) that are an inseparable part of them.

SET LOCAL lock_timeout = '5s';

ALTER TABLE agreement
    ADD COLUMN document_sha256 text,
    ADD COLUMN ended_on date,
    ADD COLUMN end_reason text,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_by text;

-- Replaced by wider ones in the same transaction; looking at some hundred agreements takes no time.
-- squawk-ignore ban-drop-constraint
ALTER TABLE agreement DROP CONSTRAINT agreement_status_is_known;
-- squawk-ignore ban-drop-constraint
ALTER TABLE agreement DROP CONSTRAINT agreement_names_whom_it_passed_to;
ALTER TABLE agreement
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT agreement_status_is_known
    CHECK (status IN ('signed', 'passed_on', 'terminated', 'expired', 'extended')),
    -- It stays known after the end, too.
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT agreement_names_whom_it_passed_to
    CHECK (CASE status WHEN 'passed_on' THEN passed_to_ngo_id IS NOT NULL
                       WHEN 'signed' THEN passed_to_ngo_id IS NULL ELSE true END),
    -- The code before this migration terminates without a day.
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT agreement_ended_says_when
    CHECK (CASE WHEN status IN ('expired', 'extended') THEN ended_on IS NOT NULL AND ended_at IS NOT NULL
                WHEN status IN ('signed', 'passed_on') THEN num_nonnulls(ended_on, end_reason, ended_at, ended_by) = 0
                ELSE true END),
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT agreement_ends_within_its_time CHECK (ended_on BETWEEN starts_on AND ends_on);

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agreement_running_out ON agreement (ends_on) WHERE status IN ('signed', 'passed_on');
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agreement_after_another ON agreement (predecessor_id) WHERE predecessor_id IS NOT NULL;

CREATE TABLE programme_direction (
    id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    number text NOT NULL,
    title text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    document_sha256 text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded_by_role text NOT NULL,
    CONSTRAINT programme_direction_lasts_for_some_time CHECK (starts_on < ends_on)
);
CREATE UNIQUE INDEX programme_direction_number_is_used_once ON programme_direction (lower(number));
CREATE INDEX programme_direction_of_agreement ON programme_direction (agreement_id);
