-- A licence's life after it was recorded: warnings at dated lead times, expiry, revocation by who issued it.

SET LOCAL lock_timeout = '5s';

ALTER TABLE licence
    ADD COLUMN version int NOT NULL DEFAULT 1,
    ADD COLUMN status text NOT NULL DEFAULT 'VALID',
    ADD COLUMN revoked_on date,
    ADD COLUMN revocation_reason text,
    ADD COLUMN revoked_at timestamptz,
    ADD COLUMN revoked_by text;

-- What was over before this table knew of expiry is history: nobody is told of it now.
UPDATE licence SET status = 'EXPIRED' WHERE valid_to < (now() AT TIME ZONE 'Asia/Jakarta')::date;

-- An organisation has a handful of licences: looking at all of them takes no time.
ALTER TABLE licence
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT licence_status_is_known CHECK (status IN ('VALID', 'EXPIRING', 'EXPIRED', 'REVOKED')),
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT licence_revoked_says_when_and_why CHECK (
        num_nonnulls(revoked_on, revocation_reason, revoked_at, revoked_by)
        = CASE WHEN status = 'REVOKED' THEN 4 ELSE 0 END
    );

-- How many months before its end a licence of a kind is warned of; what is in force on the day of the warning counts.
CREATE TABLE licence_lead_time (
    kind text NOT NULL CONSTRAINT licence_lead_time_kind_is_known
        CHECK (kind IN ('IZIN_PRINSIP', 'IZIN_OPERASIONAL', 'SKT_MITRA')),
    months int NOT NULL CONSTRAINT licence_lead_time_is_ahead CHECK (months BETWEEN 1 AND 120),
    valid_from date NOT NULL,
    valid_to date,
    legal_basis text NOT NULL,
    PRIMARY KEY (kind, months, valid_from),
    CONSTRAINT licence_lead_time_is_valid_for_some_time CHECK (valid_from <= valid_to)
);

INSERT INTO licence_lead_time (kind, months, valid_from, legal_basis) VALUES
    ('IZIN_PRINSIP', 9, '2016-12-06', 'Early warning by the Centre, for the renewal that PP 59/2016 asks for'),
    ('IZIN_PRINSIP', 6, '2016-12-06', 'Early warning by the Centre, for the renewal that PP 59/2016 asks for'),
    ('IZIN_PRINSIP', 4, '2016-12-06', 'Early warning by the Centre, for the renewal that PP 59/2016 asks for'),
    ('IZIN_PRINSIP', 3, '2016-12-06', 'PP 59/2016: renewal is asked for at least 3 months before expiry'),
    ('IZIN_OPERASIONAL', 3, '2016-12-06', 'Early warning by the Centre; it ends with the izin prinsip at the latest'),
    ('SKT_MITRA', 3, '2016-12-06', 'Early warning by the Centre; a partner needs a valid SKT (UU 17/2013 art. 48)');

-- What was said of a licence, or passed over because a nearer warning said more. One row each, for ever.
CREATE TABLE licence_notice (
    licence_id uuid NOT NULL REFERENCES licence (id),
    months int NOT NULL,
    told boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (licence_id, months),
    -- 0 is the expiry itself, of which there is always word.
    CONSTRAINT licence_notice_of_expiry_is_told CHECK (months > 0 OR (months = 0 AND told))
);

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX licence_running_out ON licence (valid_to) WHERE status IN ('VALID', 'EXPIRING');

INSERT INTO dated_rule (key, value, valid_from, legal_basis) VALUES
    ('licence.izin_operasional.days_after_izin_prinsip_max', 0, '2016-12-06', 'PP 59/2016');
