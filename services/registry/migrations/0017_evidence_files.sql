-- Evidence files: sent in parts, kept in parts, so that neither a poor line nor a large file is in anybody's way.

SET LOCAL lock_timeout = '5s';

CREATE TABLE evidence_file (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL REFERENCES organisation (id),
    version int NOT NULL DEFAULT 1,
    status text NOT NULL
        CONSTRAINT evidence_file_status_is_known CHECK (status IN ('uploading', 'stored', 'abandoned', 'expired')),
    kind text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes int NOT NULL CONSTRAINT evidence_file_has_some_content CHECK (size_bytes > 0),
    sha256 text NOT NULL CONSTRAINT evidence_file_sha256_has_its_form CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    started_at timestamptz NOT NULL,
    started_by text NOT NULL,
    started_by_role text NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT evidence_file_has_some_time_to_arrive CHECK (started_at < expires_at),
    CONSTRAINT evidence_file_has_ended_unless_uploading CHECK ((status = 'uploading') = (ended_at IS NULL))
);
CREATE INDEX evidence_file_of_organisation ON evidence_file (ngo_id);
CREATE INDEX evidence_file_that_still_comes ON evidence_file (expires_at) WHERE status = 'uploading';

-- Every part but the last is of the same length; of a file that did not come to be there are none.
CREATE TABLE evidence_part (
    file_id uuid NOT NULL REFERENCES evidence_file (id),
    number int NOT NULL CONSTRAINT evidence_part_counts_from_one CHECK (number > 0),
    content bytea NOT NULL,
    PRIMARY KEY (file_id, number)
);
-- Documents and pictures are compressed already.
ALTER TABLE evidence_part ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX evidence_file_is_stored_once ON evidence_file (ngo_id, kind, sha256) WHERE status = 'stored';

-- Limits of ours, not of a law: another one is another row with its day.
INSERT INTO dated_rule (key, value, valid_from, legal_basis) VALUES
    ('file.bytes_max', 15728640, '1900-01-01', 'Configuration'),
    ('file.upload_hours_max', 24, '1900-01-01', 'Configuration');
