-- A member's role changes, and nothing is told of a licence that another one follows.

SET LOCAL lock_timeout = '5s';

ALTER TABLE membership ADD COLUMN version int NOT NULL DEFAULT 1;

-- Until now there was always word of an expiry.
-- squawk-ignore ban-drop-constraint
ALTER TABLE licence_notice DROP CONSTRAINT licence_notice_of_expiry_is_told;
-- A lower bound alone: what holds of the old rows still does.
ALTER TABLE licence_notice ADD CONSTRAINT licence_notice_is_of_a_lead_time_or_the_end CHECK (months >= 0) NOT VALID;
