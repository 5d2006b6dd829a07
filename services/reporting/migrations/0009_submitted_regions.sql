-- The regions of a submitted version: who is not of the NGO sees a document by these, not by those of a later draft.

SET LOCAL lock_timeout = '5s';

CREATE FUNCTION regions_of(content jsonb) RETURNS text []
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT DISTINCT region #>> '{}' FROM jsonb_path_query(content, '$.activities[*].regions[*]') AS q (region)
    ORDER BY 1
);

-- Generated, so that what the previous version submits while both run has it too. The rewrite is of a few hundred rows.
-- squawk-ignore adding-field-with-default
ALTER TABLE submitted_version ADD COLUMN regions text [] GENERATED ALWAYS AS (regions_of(content)) STORED;
