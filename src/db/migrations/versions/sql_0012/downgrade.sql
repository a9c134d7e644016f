DROP INDEX ix_import_job_beat_at;
ALTER TABLE import_job
    DROP CONSTRAINT ck_import_job_progress,
    DROP COLUMN dry_run,
    DROP COLUMN mapping,
    DROP COLUMN file_size,
    DROP COLUMN bytes_read,
    DROP COLUMN rows_read,
    DROP COLUMN rows_accepted,
    DROP COLUMN rows_refused,
    DROP COLUMN problem,
    DROP COLUMN beat_at;
-- No value is ever taken from a type, so it is made anew. What was cancelled has failed.
UPDATE import_job SET state = 'FAILED' WHERE state::text = 'CANCELLED';
ALTER TABLE import_job ALTER COLUMN state DROP DEFAULT;
ALTER TYPE import_state RENAME TO import_state_with_cancelled;
CREATE TYPE import_state AS ENUM ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED');
ALTER TABLE import_job ALTER COLUMN state TYPE import_state USING state::text::import_state;
ALTER TABLE import_job ALTER COLUMN state SET DEFAULT 'QUEUED';
DROP TYPE import_state_with_cancelled;

DELETE FROM access_review_item AS i USING access_review AS r
WHERE r.id = i.review_id AND r.scope::text IN ('ORGANIZATION_KEYS', 'PLATFORM_KEYS', 'COMPANY');
DELETE FROM access_review WHERE scope::text IN ('ORGANIZATION_KEYS', 'PLATFORM_KEYS', 'COMPANY');
DROP INDEX uq_access_review_item_user;
DROP INDEX uq_access_review_item_api_key;
ALTER TABLE access_review_item
    DROP CONSTRAINT ck_access_review_item_one_grant,
    DROP COLUMN api_key_id,
    DROP COLUMN company_access_id;
ALTER TABLE access_review_item ALTER COLUMN user_id SET NOT NULL;
ALTER TABLE access_review_item
    ADD CONSTRAINT ck_access_review_item_one_grant CHECK (num_nonnulls(membership_id, collaborator_id) <= 1),
    ADD CONSTRAINT uq_access_review_item_review_id_user_id UNIQUE (review_id, user_id);
DROP INDEX uq_access_review_open;
ALTER TABLE access_review DROP CONSTRAINT ck_access_review_target, DROP COLUMN company_id;
ALTER TABLE access_review ALTER COLUMN scope TYPE invitation_scope USING scope::text::invitation_scope;
DROP TYPE review_scope;
ALTER TABLE access_review ADD CONSTRAINT ck_access_review_target CHECK (
    CASE scope WHEN 'ACCOUNT' THEN affiliate_account_id IS NOT NULL AND organization_id IS NULL
               WHEN 'ORGANIZATION' THEN affiliate_account_id IS NULL AND organization_id IS NOT NULL
               ELSE affiliate_account_id IS NULL AND organization_id IS NULL END
);
CREATE UNIQUE INDEX uq_access_review_open ON access_review (scope, affiliate_account_id, organization_id)
    NULLS NOT DISTINCT WHERE state = 'OPEN';
COMMENT ON COLUMN access_review_item.user_id IS 'Whose access it is.';
COMMENT ON COLUMN access_review_item.person IS 'What the person was called when it was looked at.';
COMMENT ON COLUMN access_review_item.role IS 'What the role was called when it was looked at.';
