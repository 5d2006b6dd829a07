-- The technical unit (Satker) that an agreement is with: it alone reviews work plans under it.

SET LOCAL lock_timeout = '5s';

-- Null: copied before the unit was kept, or by the previous version while both run. Then any unit reviews, as before.
ALTER TABLE agreement ADD COLUMN counterpart_unit text;
