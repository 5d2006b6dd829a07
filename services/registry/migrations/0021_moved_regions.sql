-- Where a place counts: what was signed under a code that was moved counts under the one that it has on the day.

SET LOCAL lock_timeout = '5s';

-- A handful of short rows.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX region_change_moves_a_code_once ON region_change (old_code) WHERE kind = 'moved';

-- One step, for nothing has moved twice.
CREATE FUNCTION code_on(region_code text, day date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    (SELECT c.new_code FROM region_change AS c
     WHERE c.old_code = region_code AND c.kind = 'moved' AND c.changed_on <= day),
    region_code
);
