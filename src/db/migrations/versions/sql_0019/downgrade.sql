ALTER TABLE affiliate_account ADD COLUMN company_version INTEGER DEFAULT '1' NOT NULL;
COMMENT ON COLUMN affiliate_account.company_version IS 'How often it got another company, counted from 1; a part of the version for whoever acts for its company.';
ALTER TABLE conversion DROP COLUMN version;
ALTER TABLE conversion ADD COLUMN version INTEGER DEFAULT '1' NOT NULL;
COMMENT ON COLUMN conversion.version IS 'How often it was changed; a write names the version it read.';
