ALTER TABLE report_export ADD COLUMN beat_at TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN report_export.beat_at IS 'When the process that writes it last said that it lives.';
CREATE INDEX ix_report_export_beat_at ON report_export (beat_at) WHERE finished_at IS NULL;
