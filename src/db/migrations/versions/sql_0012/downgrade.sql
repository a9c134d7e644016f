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
