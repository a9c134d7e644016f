-- What is asked of whom and until when; the version of a request and of a review, as both are decided once.

ALTER TABLE access_request
    ADD COLUMN version BIGINT DEFAULT '1' NOT NULL,
    ADD COLUMN organization_id BIGINT,
    ADD COLUMN wanted_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN granted_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN answer TEXT,
    ADD CONSTRAINT fk_access_request_organization_id FOREIGN KEY (organization_id) REFERENCES organization (id),
    ADD CONSTRAINT ck_access_request_granted CHECK (granted_until IS NULL OR state = 'APPROVED'),
    ADD CONSTRAINT ck_access_request_answered CHECK (answer IS NULL OR decided_at IS NOT NULL);
CREATE INDEX ix_access_request_organization ON access_request (organization_id);
COMMENT ON COLUMN access_request.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN access_request.organization_id IS 'The organization that is asked; none where the operator is.';
COMMENT ON COLUMN access_request.wanted_until IS 'Until when it is needed; without an end if there is none.';
COMMENT ON COLUMN access_request.granted_until IS 'When what was given ends by itself.';
COMMENT ON COLUMN access_request.answer IS 'What whoever decided says to it.';

ALTER TABLE access_review
    ADD COLUMN version BIGINT DEFAULT '1' NOT NULL,
    ADD COLUMN opened_by_id BIGINT,
    ADD CONSTRAINT fk_access_review_opened_by_id FOREIGN KEY (opened_by_id) REFERENCES app_user (id);
CREATE UNIQUE INDEX uq_access_review_open ON access_review (scope, affiliate_account_id, organization_id)
    NULLS NOT DISTINCT WHERE state = 'OPEN';
COMMENT ON COLUMN access_review.findings IS 'What was found in all, before reviews had a row for each grant.';
COMMENT ON COLUMN access_review.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN access_review.opened_by_id IS 'Who began it; none if the system did.';

CREATE TYPE review_item_state AS ENUM ('OPEN', 'CONFIRMED', 'REVOKED', 'ENDED');
CREATE SEQUENCE access_review_item_id_seq AS BIGINT;
CREATE TABLE access_review_item (
    id BIGINT DEFAULT nextval('access_review_item_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    review_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    membership_id BIGINT,
    collaborator_id BIGINT,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    access_until TIMESTAMP WITH TIME ZONE,
    state review_item_state DEFAULT 'OPEN' NOT NULL,
    decided_by_id BIGINT,
    decided_at TIMESTAMP WITH TIME ZONE,
    note TEXT,
    CONSTRAINT pk_access_review_item PRIMARY KEY (id),
    CONSTRAINT ck_access_review_item_decided
        CHECK ((state IN ('CONFIRMED', 'REVOKED')) = (decided_at IS NOT NULL)),
    CONSTRAINT ck_access_review_item_decision CHECK ((decided_by_id IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_access_review_item_one_grant CHECK (num_nonnulls(membership_id, collaborator_id) <= 1),
    CONSTRAINT fk_access_review_item_review_id FOREIGN KEY (review_id) REFERENCES access_review (id),
    CONSTRAINT fk_access_review_item_user_id FOREIGN KEY (user_id) REFERENCES app_user (id),
    -- A grant may end while it is looked at, or afterwards: what was found of it stays.
    CONSTRAINT fk_access_review_item_membership_id FOREIGN KEY (membership_id) REFERENCES role_assignment (id)
        ON DELETE SET NULL,
    CONSTRAINT fk_access_review_item_collaborator_id FOREIGN KEY (collaborator_id) REFERENCES collaborator (id)
        ON DELETE SET NULL,
    CONSTRAINT fk_access_review_item_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES app_user (id),
    CONSTRAINT uq_access_review_item_review_id_user_id UNIQUE (review_id, user_id)
);
ALTER SEQUENCE access_review_item_id_seq OWNED BY access_review_item.id;
CREATE INDEX ix_access_review_item_membership ON access_review_item (membership_id);
CREATE INDEX ix_access_review_item_collaborator ON access_review_item (collaborator_id);
COMMENT ON TABLE access_review_item IS 'One grant that is looked at in a review: kept, taken away, or ended meanwhile (L12).';
COMMENT ON COLUMN access_review_item.id IS 'Its number.';
COMMENT ON COLUMN access_review_item.created_at IS 'When it was created.';
COMMENT ON COLUMN access_review_item.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN access_review_item.review_id IS 'The review.';
COMMENT ON COLUMN access_review_item.user_id IS 'Whose access it is.';
COMMENT ON COLUMN access_review_item.membership_id IS 'The membership or platform role; none where it is gone.';
COMMENT ON COLUMN access_review_item.collaborator_id IS 'The collaborator''s role; none where it is gone.';
COMMENT ON COLUMN access_review_item.person IS 'What the person was called when it was looked at.';
COMMENT ON COLUMN access_review_item.role IS 'What the role was called when it was looked at.';
COMMENT ON COLUMN access_review_item.access_until IS 'When the access would have ended by itself.';
COMMENT ON COLUMN access_review_item.state IS 'What became of it.';
COMMENT ON COLUMN access_review_item.decided_by_id IS 'Who decided.';
COMMENT ON COLUMN access_review_item.decided_at IS 'When it was decided.';
COMMENT ON COLUMN access_review_item.note IS 'Why.';
