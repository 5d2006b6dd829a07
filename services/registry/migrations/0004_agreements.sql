-- Memoranda of understanding (MSP) and the master plans (RIK) for their whole period.

SET LOCAL lock_timeout = '5s';

CREATE TABLE agreement (
    id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 1,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    status text NOT NULL DEFAULT 'signed'
        CONSTRAINT agreement_status_is_known CHECK (status IN ('signed', 'passed_on', 'terminated')),
    number text NOT NULL,
    title text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    counterpart_unit text NOT NULL,
    scope text[] NOT NULL,
    regions text[] NOT NULL CONSTRAINT agreement_covers_some_region CHECK (cardinality(regions) > 0),
    amount numeric(20, 2) NOT NULL CONSTRAINT agreement_amount_is_not_negative CHECK (amount >= 0),
    currency text NOT NULL,
    rate numeric(20, 8),
    rate_date date,
    amount_idr numeric(20, 2),
    signatory_functions text[] NOT NULL,
    predecessor_id uuid REFERENCES agreement (id),
    override_reason text,
    passed_to_ngo_id uuid REFERENCES organisation (id),
    signed_at timestamptz NOT NULL,
    signed_by text NOT NULL,
    CONSTRAINT agreement_lasts_for_some_time CHECK (starts_on < ends_on),
    CONSTRAINT agreement_conversion_is_whole CHECK (num_nonnulls(rate, rate_date, amount_idr) IN (0, 3)),
    CONSTRAINT agreement_names_whom_it_passed_to CHECK ((status = 'passed_on') = (passed_to_ngo_id IS NOT NULL))
);
CREATE UNIQUE INDEX agreement_number_is_used_once ON agreement (lower(number));
CREATE INDEX agreement_of_organisation ON agreement (ngo_id);

CREATE TABLE master_plan (
    id uuid PRIMARY KEY,
    agreement_id uuid NOT NULL CONSTRAINT master_plan_one_per_agreement UNIQUE REFERENCES agreement (id),
    version int NOT NULL DEFAULT 1,
    approved_at timestamptz NOT NULL,
    approved_by text NOT NULL,
    approved_by_role text NOT NULL
);

CREATE TABLE master_plan_activity (
    id uuid PRIMARY KEY,
    master_plan_id uuid NOT NULL REFERENCES master_plan (id),
    position int NOT NULL,
    title text NOT NULL,
    detail text NOT NULL,
    sector text NOT NULL REFERENCES sector (code),
    priority text NOT NULL REFERENCES priority (code),
    sdgs int[] NOT NULL,
    regions text[] NOT NULL CONSTRAINT master_plan_activity_is_somewhere CHECK (cardinality(regions) > 0),
    from_year int NOT NULL,
    to_year int NOT NULL,
    budget numeric(20, 2) NOT NULL CONSTRAINT master_plan_activity_budget_is_not_negative CHECK (budget >= 0),
    currency text NOT NULL,
    outcome_indicator text NOT NULL,
    CONSTRAINT master_plan_activity_years_are_in_order CHECK (from_year <= to_year),
    UNIQUE (master_plan_id, position)
);
