-- Imports through the API, and how far they are.

ALTER TYPE import_state ADD VALUE 'CANCELLED';

ALTER TABLE import_job
    ADD COLUMN dry_run BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN mapping TEXT,
    ADD COLUMN file_size BIGINT,
    ADD COLUMN bytes_read BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN rows_read BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN rows_accepted BIGINT,
    ADD COLUMN rows_refused BIGINT,
    ADD COLUMN problem TEXT,
    ADD COLUMN beat_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_import_job_progress CHECK (bytes_read >= 0 AND rows_read >= 0);
CREATE INDEX ix_import_job_beat_at ON import_job (beat_at) WHERE finished_at IS NULL;
COMMENT ON COLUMN import_job.dry_run IS 'Whether it is tried only: a log is written, and nothing else.';
COMMENT ON COLUMN import_job.mapping IS 'What the columns of the file that is sent mean, as YAML.';
COMMENT ON COLUMN import_job.file_size IS 'The bytes of its file, once that has come.';
COMMENT ON COLUMN import_job.bytes_read IS 'How many of them have been read.';
COMMENT ON COLUMN import_job.rows_read IS 'How many rows of it have been read.';
COMMENT ON COLUMN import_job.rows_accepted IS 'How many of them were taken, repeated ones included, once it is completed.';
COMMENT ON COLUMN import_job.rows_refused IS 'How many of them are in its log, once it is completed.';
COMMENT ON COLUMN import_job.problem IS 'Why it failed, and what to do.';
COMMENT ON COLUMN import_job.beat_at IS 'When the process that has its file last said that it lives.';
