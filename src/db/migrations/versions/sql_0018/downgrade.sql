-- Whoever was told the sum of both counters still holds a version that only grows.
UPDATE affiliate_account SET version = version + company_version - 1 WHERE company_version > 1;
ALTER TABLE affiliate_account DROP COLUMN company_version;
