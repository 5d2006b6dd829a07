-- What each caller has taken of its minute (shared/http/budgets.py). Nothing is lost with it: it is not logged, and a crash
-- gives every caller a new minute.

SET LOCAL lock_timeout = '5s';

CREATE UNLOGGED TABLE call_budget (
    caller text PRIMARY KEY,
    minute bigint NOT NULL,
    taken bigint NOT NULL
) WITH (fillfactor = 50);

-- Takes a part and says how much is taken with it, and for how many seconds that holds. The minutes are the database's, one
-- clock for all processes; two transactions that cross its turn may come in the other order, so the later minute stays.
CREATE FUNCTION take_calls(calling text, part bigint, seconds int, OUT taken bigint, OUT seconds_left float8)
LANGUAGE sql AS $$
    INSERT INTO call_budget AS b (caller, minute, taken)
    VALUES (calling, floor(extract(epoch FROM clock_timestamp()) / seconds), part)
    ON CONFLICT (caller) DO UPDATE SET
        taken = CASE WHEN b.minute - excluded.minute IN (0, 1) THEN b.taken + part ELSE part END,
        minute = CASE WHEN b.minute - excluded.minute = 1 THEN b.minute ELSE excluded.minute END
    RETURNING b.taken, ((b.minute + 1) * seconds - extract(epoch FROM clock_timestamp()))::float8
$$;
