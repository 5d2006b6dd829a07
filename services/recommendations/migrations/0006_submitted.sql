-- What officials see of a request that came back and that its organisation is editing: what was submitted last.
-- Its terms and details stand in `request_step`; the person, who must not, is kept here until the request is handed in.

SET LOCAL lock_timeout = '5s';

-- Personal data, as in `person`, of whom this holds a row only while the two may differ.
CREATE TABLE submitted_person (
    LIKE person INCLUDING CONSTRAINTS,
    -- Of the submission that it belongs to; another one since then has made it stale.
    submitted_at timestamptz NOT NULL,
    PRIMARY KEY (request_id),
    FOREIGN KEY (request_id) REFERENCES recommendation_request
);
CREATE INDEX submitted_person_by_identity ON submitted_person (identity_id);

-- Where a submitted request takes effect: at the post, or where the goods go.
CREATE FUNCTION regions_of(content jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT DISTINCT region #>> '{}' FROM (
        SELECT jsonb_path_query(content, '$.duty_region') UNION ALL
        SELECT jsonb_path_query(content, '$.distribution[*].region')
    ) AS q (region)
    ORDER BY 1
);
