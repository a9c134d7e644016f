-- Reviews of API keys and of access to companies.

CREATE TYPE review_scope AS ENUM
    ('ACCOUNT', 'ORGANIZATION', 'PLATFORM', 'ORGANIZATION_KEYS', 'PLATFORM_KEYS', 'COMPANY');
ALTER TABLE access_review DROP CONSTRAINT ck_access_review_target;
DROP INDEX uq_access_review_open;
ALTER TABLE access_review ALTER COLUMN scope TYPE review_scope USING scope::text::review_scope;
ALTER TABLE access_review
    ADD COLUMN company_id BIGINT,
    ADD CONSTRAINT fk_access_review_company_id FOREIGN KEY (company_id) REFERENCES company (id),
    ADD CONSTRAINT ck_access_review_target CHECK (
        (scope = 'ACCOUNT') = (affiliate_account_id IS NOT NULL)
        AND (scope IN ('ORGANIZATION', 'ORGANIZATION_KEYS')) = (organization_id IS NOT NULL)
        AND (scope = 'COMPANY') = (company_id IS NOT NULL)
    );
CREATE UNIQUE INDEX uq_access_review_open ON access_review (scope, affiliate_account_id, organization_id, company_id)
    NULLS NOT DISTINCT WHERE state = 'OPEN';
CREATE INDEX ix_access_review_company ON access_review (company_id);
COMMENT ON COLUMN access_review.company_id IS 'The company.';

-- One user may have several keys, and an organization's key is nobody's.
ALTER TABLE access_review_item DROP CONSTRAINT uq_access_review_item_review_id_user_id;
ALTER TABLE access_review_item DROP CONSTRAINT ck_access_review_item_one_grant;
ALTER TABLE access_review_item ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE access_review_item
    ADD COLUMN api_key_id BIGINT,
    ADD COLUMN company_access_id BIGINT,
    ADD CONSTRAINT fk_access_review_item_api_key_id FOREIGN KEY (api_key_id) REFERENCES api_key (id),
    ADD CONSTRAINT fk_access_review_item_company_access_id FOREIGN KEY (company_access_id) REFERENCES company_access (id)
        ON DELETE SET NULL,
    ADD CONSTRAINT ck_access_review_item_one_grant CHECK (
        num_nonnulls(membership_id, collaborator_id, api_key_id, company_access_id) <= 1
    );
CREATE UNIQUE INDEX uq_access_review_item_user ON access_review_item (review_id, user_id) WHERE api_key_id IS NULL;
CREATE UNIQUE INDEX uq_access_review_item_api_key ON access_review_item (review_id, api_key_id);
CREATE INDEX ix_access_review_item_api_key ON access_review_item (api_key_id);
CREATE INDEX ix_access_review_item_company_access ON access_review_item (company_access_id);
COMMENT ON COLUMN access_review_item.user_id IS 'Whose access it is; none where it is an organization''s key.';
COMMENT ON COLUMN access_review_item.api_key_id IS 'The API key.';
COMMENT ON COLUMN access_review_item.company_access_id IS 'The access to the company; none where it is gone.';
COMMENT ON COLUMN access_review_item.person IS 'What the person, or the organization of a key, was called when it was looked at.';
COMMENT ON COLUMN access_review_item.role IS 'What the role was called when it was looked at; of a key its name and scopes.';
