-- What work plans and reports were when they were submitted, and what was decided. Never changed.

SET LOCAL lock_timeout = '5s';

CREATE TABLE submitted_version (
    document_id uuid NOT NULL,
    version int NOT NULL CHECK (version > 0),
    content jsonb NOT NULL,
    content_sha256 text NOT NULL,
    submitted_by text NOT NULL,
    submitted_at timestamptz NOT NULL,
    PRIMARY KEY (document_id, version)
);

CREATE TABLE decision (
    document_id uuid NOT NULL,
    version int NOT NULL,
    decision text NOT NULL
        CONSTRAINT decision_is_known
        CHECK (decision IN ('approved', 'accepted', 'rejected', 'revision_requested')),
    reason text,
    comments jsonb NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (document_id, version),
    FOREIGN KEY (document_id, version) REFERENCES submitted_version (document_id, version),
    CONSTRAINT decision_against_has_reason
    CHECK (decision <> 'rejected' OR reason IS NOT NULL),
    CONSTRAINT decision_of_revision_has_comments
    CHECK (decision <> 'revision_requested' OR jsonb_array_length(comments) > 0)
);

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', tg_table_name USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER submitted_version_is_immutable BEFORE UPDATE OR DELETE ON submitted_version
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_is_immutable BEFORE UPDATE OR DELETE ON decision
FOR EACH ROW EXECUTE FUNCTION refuse_change();
