DROP TABLE report_export;
DROP TYPE export_state;
-- No value is ever taken from a type, so that is made anew. Schedules of the format go with it.
DELETE FROM report_schedule WHERE format::text = 'PARQUET';
ALTER TYPE export_format RENAME TO export_format_with_parquet;
CREATE TYPE export_format AS ENUM ('CSV', 'JSONL', 'XLSX');
ALTER TABLE report_schedule ALTER COLUMN format TYPE export_format USING format::text::export_format;
DROP TYPE export_format_with_parquet;
