-- A licence that was recorded by mistake is taken back: the row stays, and its number is free. And what is merely confirmed
-- of an organisation is nothing new to the public.

SET LOCAL lock_timeout = '5s';

ALTER TABLE licence
    ADD COLUMN retraction_reason text,
    ADD COLUMN retracted_at timestamptz,
    ADD COLUMN retracted_by text,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT licence_status_is_known,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT licence_revoked_says_when_and_why;

-- Wider than before: what holds of the old rows still does.
ALTER TABLE licence
    ADD CONSTRAINT licence_status_is_known
        CHECK (status IN ('VALID', 'EXPIRING', 'EXPIRED', 'REVOKED', 'RETRACTED')) NOT VALID,
    -- The revocation may have been part of the mistake; it stays readable.
    ADD CONSTRAINT licence_revoked_says_when_and_why CHECK (
        CASE num_nonnulls(revoked_on, revocation_reason, revoked_at, revoked_by)
            WHEN 4 THEN status IN ('REVOKED', 'RETRACTED')
            WHEN 0 THEN status <> 'REVOKED'
            ELSE false
        END
    ) NOT VALID,
    ADD CONSTRAINT licence_retracted_says_when_and_why CHECK (
        num_nonnulls(retraction_reason, retracted_at, retracted_by) = CASE status WHEN 'RETRACTED' THEN 3 ELSE 0 END
    ) NOT VALID;

-- Code of before finds no index for what it records now: that fails until it is replaced, and can be repeated.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX licence_is_recorded_once;
-- An organisation has a handful of licences: an index is made in less time than a lock is waited for.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX licence_is_recorded_once ON licence (ngo_id, kind, lower(number)) WHERE status <> 'RETRACTED';

-- For the register as of a day. Few rows: made in less time than a lock is waited for.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX profile_step_of_iati_identifier ON profile_step (ngo_id, version)
WHERE field = 'iati_org_id' AND act = 'change';

-- Each change had made a row, also of what the public does not see and of nothing but the version.
DROP TRIGGER organisation_is_remembered ON organisation;
CREATE TRIGGER organisation_is_remembered AFTER INSERT ON organisation
FOR EACH ROW WHEN (NEW.status IN ('active', 'suspended', 'closed', 'merged')) EXECUTE FUNCTION remember_organisation();
CREATE TRIGGER organisation_change_is_remembered AFTER UPDATE ON organisation
FOR EACH ROW WHEN (
    NEW.status IN ('active', 'suspended', 'closed', 'merged')
    AND (OLD.status, OLD.name, OLD.name_en, OLD.acronym, OLD.aliases, OLD.legal_form, OLD.origin_country, OLD.home_city,
         OLD.iati_org_id, OLD.website, OLD.sectors, OLD.started_in_indonesia_on, OLD.counterpart_unit, OLD.successor_id,
         OLD.merged_on)
    IS DISTINCT FROM
        (NEW.status, NEW.name, NEW.name_en, NEW.acronym, NEW.aliases, NEW.legal_form, NEW.origin_country, NEW.home_city,
         NEW.iati_org_id, NEW.website, NEW.sectors, NEW.started_in_indonesia_on, NEW.counterpart_unit, NEW.successor_id,
         NEW.merged_on)
) EXECUTE FUNCTION remember_organisation();
