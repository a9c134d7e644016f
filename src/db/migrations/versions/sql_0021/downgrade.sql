DROP INDEX ix_report_export_beat_at;
ALTER TABLE report_export DROP COLUMN beat_at;
