-- A local partner that was rejected, or with whom the work has ended, can be proposed again: as another one, after the first.

SET LOCAL lock_timeout = '5s';

ALTER TABLE local_partner ADD COLUMN predecessor_id uuid;
-- Of a new column only: in old rows it is null. New ones are checked as they come.
ALTER TABLE local_partner ADD CONSTRAINT local_partner_comes_after_another
FOREIGN KEY (predecessor_id) REFERENCES local_partner (id) NOT VALID;

-- Whose work had ended could never be proposed again. Code of before finds no index for its proposals now: they fail until it
-- is replaced, and can be repeated.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX local_partner_is_proposed_once;
-- Some thousand rows: an index is made in less time than a lock is waited for.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX local_partner_is_there_once ON local_partner (ngo_id, lower(registration_number))
WHERE status NOT IN ('rejected', 'ended');
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX local_partner_is_over ON local_partner (ngo_id, lower(registration_number))
WHERE status IN ('rejected', 'ended');
