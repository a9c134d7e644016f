ALTER TYPE mail_kind ADD VALUE 'REPORT_REFUSED';

ALTER TABLE outgoing_mail
    ADD COLUMN report_export_id BIGINT,
    ADD CONSTRAINT fk_outgoing_mail_report_export_id FOREIGN KEY (report_export_id)
        REFERENCES report_export (id) ON DELETE CASCADE,
    -- As text: a value that was added to a type cannot be used in the same transaction.
    ADD CONSTRAINT ck_outgoing_mail_report_export
        CHECK (report_export_id IS NULL OR starts_with(kind::text, 'REPORT_'));
CREATE INDEX ix_outgoing_mail_report_export_id ON outgoing_mail (report_export_id);
COMMENT ON COLUMN outgoing_mail.report_export_id IS 'The delivery it tells of.';
