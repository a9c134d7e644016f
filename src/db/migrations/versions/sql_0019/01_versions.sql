ALTER TABLE conversion DROP COLUMN version;
ALTER TABLE conversion ADD COLUMN version INTEGER GENERATED ALWAYS AS (((extract(epoch FROM timezone('UTC', modified_at)) * 1000000)::bigint & 2147483647)::integer) STORED NOT NULL;
COMMENT ON COLUMN conversion.version IS 'What stands for `modified_at`; a write names the version it read.';
ALTER TABLE affiliate_account DROP COLUMN company_version;
