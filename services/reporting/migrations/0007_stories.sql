-- Good practices and success stories.

SET LOCAL lock_timeout = '5s';

CREATE TABLE story (
    id uuid PRIMARY KEY,
    ngo_id uuid NOT NULL,
    title text NOT NULL,
    category text NOT NULL
        CONSTRAINT story_category_is_known
        CHECK (category IN ('success_story', 'good_practice', 'news', 'research', 'module')),
    summary text NOT NULL,
    body text NOT NULL,
    regions text [] NOT NULL,
    sdg int [] NOT NULL,
    consent_given boolean NOT NULL,
    status text NOT NULL DEFAULT 'draft'
        CONSTRAINT story_status_is_known CHECK (status IN ('draft', 'submitted', 'published', 'unpublished')),
    submitted_by text,
    published_at timestamptz,
    unpublication_reason text,
    version int NOT NULL DEFAULT 1,
    CONSTRAINT story_submitted_is_known_by CHECK ((status = 'draft') = (submitted_by IS NULL)),
    CONSTRAINT story_published_has_consent
    CHECK (status <> 'published' OR (published_at IS NOT NULL AND consent_given)),
    CONSTRAINT story_unpublished_has_reason CHECK ((status = 'unpublished') = (unpublication_reason IS NOT NULL))
);
CREATE INDEX story_by_ngo ON story (ngo_id);
CREATE INDEX story_published ON story (id) WHERE status = 'published';
