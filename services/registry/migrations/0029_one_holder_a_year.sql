-- Who carries out an activity in a year: of several who hold its agreement one after another, the last. Otherwise a merger in mid-year
-- shows the one activity twice, and two organisations that never worked at once as an overlap.

SET LOCAL lock_timeout = '5s';

CREATE OR REPLACE VIEW current_master_plan_activity AS
SELECT x.id, p.agreement_id, held.ngo_id, p.approved_at, x.title, x.detail, x.sector, x.priority, x.sdgs, x.regions,
       greatest(x.from_year, held.from_year) AS from_year, least(x.to_year, held.to_year) AS to_year,
       x.budget, x.currency
FROM master_plan_activity x
JOIN master_plan p ON p.id = x.master_plan_id
JOIN (
    SELECT a.agreement_id, a.ngo_id, extract(year FROM a.starts_on)::int AS from_year,
           coalesce(
               lead(extract(year FROM a.starts_on)::int) OVER (PARTITION BY a.agreement_id ORDER BY a.starts_on) - 1,
               extract(year FROM a.until)::int
           ) AS to_year
    FROM agreements_known(NULL) a
) AS held ON held.agreement_id = p.agreement_id
WHERE greatest(x.from_year, held.from_year) <= least(x.to_year, held.to_year);
