-- Amendments of master plans (RIK): each version as it was approved, for ever; and what each activity is to reach, per
-- year and regency. `master_plan_activity` holds the version in force, in which an activity that goes on keeps its id.

SET LOCAL lock_timeout = '5s';

CREATE TABLE master_plan_target (
    activity_id uuid NOT NULL REFERENCES master_plan_activity (id) ON DELETE CASCADE,
    year int NOT NULL,
    region text NOT NULL,
    value numeric(14, 2) NOT NULL CONSTRAINT master_plan_target_is_not_negative CHECK (value >= 0),
    unit text NOT NULL,
    PRIMARY KEY (activity_id, year, region)
);

CREATE TABLE master_plan_version (
    id uuid PRIMARY KEY,
    master_plan_id uuid NOT NULL REFERENCES master_plan (id),
    version int NOT NULL CONSTRAINT master_plan_version_counts_from_one CHECK (version > 0),
    activities jsonb NOT NULL,
    reason text,
    approved_at timestamptz NOT NULL,
    approved_by text NOT NULL,
    approved_by_role text NOT NULL,
    CONSTRAINT master_plan_version_is_kept_once UNIQUE (master_plan_id, version),
    CONSTRAINT master_plan_version_after_the_first_has_reason CHECK ((version > 1) = (reason IS NOT NULL))
);

INSERT INTO master_plan_version (id, master_plan_id, version, activities, approved_at, approved_by, approved_by_role)
SELECT gen_random_uuid(), p.id, p.version,
       (SELECT jsonb_agg(to_jsonb(a) - 'master_plan_id' - 'position'
                         || jsonb_build_object('budget', a.budget::text, 'targets', '[]'::jsonb) ORDER BY a.position)
        FROM master_plan_activity a WHERE a.master_plan_id = p.id),
       p.approved_at, p.approved_by, p.approved_by_role
FROM master_plan p;

CREATE FUNCTION refuse_to_change_master_plan_version() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', tg_table_name USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER master_plan_version_is_immutable BEFORE UPDATE OR DELETE ON master_plan_version
FOR EACH ROW EXECUTE FUNCTION refuse_to_change_master_plan_version();
