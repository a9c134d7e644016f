DROP TABLE access_review_item;
DROP TYPE review_item_state;
DROP INDEX uq_access_review_open;
ALTER TABLE access_review
    DROP COLUMN version,
    DROP COLUMN opened_by_id;
COMMENT ON COLUMN access_review.findings IS 'What was kept, changed and taken away.';
DROP INDEX ix_access_request_organization;
ALTER TABLE access_request
    DROP COLUMN version,
    DROP COLUMN organization_id,
    DROP COLUMN wanted_until,
    DROP COLUMN granted_until,
    DROP COLUMN answer;
