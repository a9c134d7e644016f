-- Reports as files: what was asked for or delivered, never what was computed.

ALTER TYPE mail_kind ADD VALUE 'REPORT_READY';
ALTER TYPE export_format ADD VALUE 'PARQUET';
CREATE TYPE export_state AS ENUM ('WAITING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'REFUSED');

CREATE SEQUENCE report_export_id_seq AS BIGINT;
CREATE TABLE report_export (
    id BIGINT DEFAULT nextval('report_export_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    owner_id BIGINT NOT NULL,
    principal TEXT NOT NULL,
    saved_report_id BIGINT,
    schedule_id BIGINT,
    name TEXT NOT NULL,
    format export_format NOT NULL,
    lens report_lens NOT NULL,
    lens_organization_id BIGINT,
    lens_account_id BIGINT,
    definition JSONB NOT NULL,
    state export_state DEFAULT 'WAITING' NOT NULL,
    rows_written BIGINT DEFAULT '0' NOT NULL,
    rows_total BIGINT,
    error TEXT,
    finished_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_report_export PRIMARY KEY (id),
    CONSTRAINT ck_report_export_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_report_export_lens CHECK (CASE lens WHEN 'PLATFORM' THEN lens_organization_id IS NULL AND lens_account_id IS NULL WHEN 'ACCOUNT' THEN lens_organization_id IS NULL AND lens_account_id IS NOT NULL ELSE lens_organization_id IS NOT NULL AND lens_account_id IS NULL END),
    CONSTRAINT ck_report_export_error CHECK ((state IN ('FAILED', 'REFUSED')) = (error IS NOT NULL)),
    CONSTRAINT ck_report_export_rows_written CHECK (rows_written >= 0),
    CONSTRAINT fk_report_export_owner_id FOREIGN KEY(owner_id) REFERENCES app_user (id),
    CONSTRAINT fk_report_export_saved_report_id FOREIGN KEY(saved_report_id) REFERENCES saved_report (id),
    CONSTRAINT fk_report_export_schedule_id FOREIGN KEY(schedule_id) REFERENCES report_schedule (id),
    CONSTRAINT fk_report_export_lens_organization_id FOREIGN KEY(lens_organization_id) REFERENCES organization (id),
    CONSTRAINT fk_report_export_lens_account_id FOREIGN KEY(lens_account_id) REFERENCES affiliate_account (id)
);
ALTER SEQUENCE report_export_id_seq OWNED BY report_export.id;
CREATE INDEX ix_report_export_schedule_id ON report_export (schedule_id);
CREATE INDEX ix_report_export_owner_id ON report_export (owner_id);
CREATE INDEX ix_report_export_saved_report_id ON report_export (saved_report_id);
COMMENT ON TABLE report_export IS 'A report asked for as a file, or delivered by a schedule. It holds what to compute, never what was computed.';
COMMENT ON COLUMN report_export.id IS 'Its number.';
COMMENT ON COLUMN report_export.created_at IS 'When it was created.';
COMMENT ON COLUMN report_export.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN report_export.owner_id IS 'Whom it runs as.';
COMMENT ON COLUMN report_export.principal IS 'Who it is for: its owner signed in, or one key of his.';
COMMENT ON COLUMN report_export.saved_report_id IS 'The saved report it is made from.';
COMMENT ON COLUMN report_export.schedule_id IS 'The schedule that delivered it.';
COMMENT ON COLUMN report_export.name IS 'What its file is called, without the ending.';
COMMENT ON COLUMN report_export.format IS 'The file it is written to.';
COMMENT ON COLUMN report_export.lens IS 'From whose point of view it is computed.';
COMMENT ON COLUMN report_export.lens_organization_id IS 'The organization of that point of view.';
COMMENT ON COLUMN report_export.lens_account_id IS 'The affiliate account of that point of view.';
COMMENT ON COLUMN report_export.definition IS 'Columns, filters, grouping and order.';
COMMENT ON COLUMN report_export.state IS 'What became of it.';
COMMENT ON COLUMN report_export.rows_written IS 'How many rows were written when last fetched.';
COMMENT ON COLUMN report_export.rows_total IS 'How many rows there were to write when last fetched.';
COMMENT ON COLUMN report_export.error IS 'Code of what went wrong.';
COMMENT ON COLUMN report_export.finished_at IS 'When it was last fetched to its end, or given up.';
COMMENT ON COLUMN report_export.expires_at IS 'Until when it can be fetched.';
