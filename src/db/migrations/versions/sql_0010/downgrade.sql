DROP TABLE report_export;
DROP TYPE export_state;
-- No value is ever taken from a type, so types are made anew. What has a value that is gone goes with it.
DELETE FROM report_schedule WHERE format::text = 'PARQUET';
ALTER TYPE export_format RENAME TO export_format_with_parquet;
CREATE TYPE export_format AS ENUM ('CSV', 'JSONL', 'XLSX');
ALTER TABLE report_schedule ALTER COLUMN format TYPE export_format USING format::text::export_format;
DROP TYPE export_format_with_parquet;

DELETE FROM outgoing_mail WHERE kind::text = 'REPORT_READY';
ALTER TABLE mail_token DROP CONSTRAINT ck_mail_token_purpose;
ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_invitation;
ALTER TYPE mail_kind RENAME TO mail_kind_with_reports;
CREATE TYPE mail_kind AS ENUM
    ('RESET_PASSWORD', 'VERIFY_EMAIL', 'PASSWORD_CHANGED', 'INVITATION', 'ACCOUNT_TRANSFERRED');
ALTER TABLE outgoing_mail ALTER COLUMN kind TYPE mail_kind USING kind::text::mail_kind;
ALTER TABLE mail_token ALTER COLUMN purpose TYPE mail_kind USING purpose::text::mail_kind;
DROP TYPE mail_kind_with_reports;
ALTER TABLE mail_token ADD CONSTRAINT ck_mail_token_purpose CHECK (purpose <> 'PASSWORD_CHANGED');
ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_invitation
    CHECK ((kind::text = 'INVITATION') = (invitation_id IS NOT NULL));
