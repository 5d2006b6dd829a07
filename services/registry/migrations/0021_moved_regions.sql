-- Where a place counts: what was signed under a code that was moved counts under the one that it has on the day.

SET LOCAL lock_timeout = '5s';

-- A handful of short rows.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX region_change_moves_a_code_once ON region_change (old_code) WHERE kind = 'moved';

-- Which codes had become which by a day. One step, for nothing has moved twice.
CREATE FUNCTION moved_by(day date, OUT old_code text, OUT new_code text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.old_code, c.new_code FROM region_change c WHERE c.kind = 'moved' AND c.changed_on <= day;
END;
