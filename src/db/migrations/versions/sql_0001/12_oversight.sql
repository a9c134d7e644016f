-- Who watches the watchers: the audit log, transfers of ownership, requests for access, and reviews of it.

CREATE SEQUENCE access_request_id_seq AS BIGINT;
CREATE TABLE access_request (
    id BIGINT DEFAULT nextval('access_request_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    requester_id BIGINT NOT NULL,
    coordinate TEXT,
    node TEXT,
    reason TEXT NOT NULL,
    state access_request_state DEFAULT 'REQUESTED' NOT NULL,
    decided_by_id BIGINT,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_access_request PRIMARY KEY (id),
    CONSTRAINT ck_access_request_decided CHECK ((state IN ('APPROVED', 'REFUSED')) = (decided_at IS NOT NULL)),
    CONSTRAINT ck_access_request_decision CHECK ((decided_by_id IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_access_request_second_person CHECK (decided_by_id <> requester_id)
);
ALTER SEQUENCE access_request_id_seq OWNED BY access_request.id;
CREATE INDEX ix_access_request_requester_id ON access_request (requester_id);
COMMENT ON TABLE access_request IS 'One user''s request for access. It grants nothing by itself, and repeats what he typed, nothing more.';
COMMENT ON COLUMN access_request.id IS 'Its number.';
COMMENT ON COLUMN access_request.created_at IS 'When it was created.';
COMMENT ON COLUMN access_request.requester_id IS 'Who asks.';
COMMENT ON COLUMN access_request.coordinate IS 'The field asked for, as typed.';
COMMENT ON COLUMN access_request.node IS 'The object asked for, as typed.';
COMMENT ON COLUMN access_request.reason IS 'Why it is needed.';
COMMENT ON COLUMN access_request.state IS 'Where it stands.';
COMMENT ON COLUMN access_request.decided_by_id IS 'Who decided.';
COMMENT ON COLUMN access_request.decided_at IS 'When it was decided.';

CREATE SEQUENCE access_review_id_seq AS BIGINT;
CREATE TABLE access_review (
    id BIGINT DEFAULT nextval('access_review_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    scope invitation_scope NOT NULL,
    affiliate_account_id BIGINT,
    organization_id BIGINT,
    state review_state DEFAULT 'OPEN' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    completed_by_id BIGINT,
    completed_at TIMESTAMP WITH TIME ZONE,
    findings JSONB,
    CONSTRAINT pk_access_review PRIMARY KEY (id),
    CONSTRAINT ck_access_review_target CHECK (CASE scope WHEN 'ACCOUNT' THEN affiliate_account_id IS NOT NULL AND organization_id IS NULL WHEN 'ORGANIZATION' THEN affiliate_account_id IS NULL AND organization_id IS NOT NULL ELSE affiliate_account_id IS NULL AND organization_id IS NULL END),
    CONSTRAINT ck_access_review_completed CHECK ((state = 'COMPLETED') = (completed_at IS NOT NULL) AND (completed_at IS NULL) = (completed_by_id IS NULL))
);
ALTER SEQUENCE access_review_id_seq OWNED BY access_review.id;
CREATE INDEX ix_access_review_affiliate_account ON access_review (affiliate_account_id);
CREATE INDEX ix_access_review_organization ON access_review (organization_id);
COMMENT ON TABLE access_review IS 'A periodic look at who has access, by who may change it (L12).';
COMMENT ON COLUMN access_review.id IS 'Its number.';
COMMENT ON COLUMN access_review.created_at IS 'When it was created.';
COMMENT ON COLUMN access_review.scope IS 'Whose access is looked at.';
COMMENT ON COLUMN access_review.affiliate_account_id IS 'The affiliate account.';
COMMENT ON COLUMN access_review.organization_id IS 'The organization.';
COMMENT ON COLUMN access_review.state IS 'Whether it is done.';
COMMENT ON COLUMN access_review.due_at IS 'Until when it should be done.';
COMMENT ON COLUMN access_review.completed_by_id IS 'Who did it.';
COMMENT ON COLUMN access_review.completed_at IS 'When it was done.';
COMMENT ON COLUMN access_review.findings IS 'What was kept, changed and taken away.';

CREATE SEQUENCE audit_log_id_seq AS BIGINT;
CREATE TABLE audit_log (
    id BIGINT DEFAULT nextval('audit_log_id_seq') NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    actor_id BIGINT,
    on_behalf_of_id BIGINT,
    api_key_id BIGINT,
    via_path TEXT,
    organization_id BIGINT,
    affiliate_account_id BIGINT,
    action TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    before JSONB,
    after JSONB,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id),
    CONSTRAINT ck_audit_log_hash CHECK (octet_length(hash) = 32 AND octet_length(prev_hash) = 32),
    CONSTRAINT uq_audit_log_prev_hash UNIQUE (prev_hash)
);
ALTER SEQUENCE audit_log_id_seq OWNED BY audit_log.id;
CREATE INDEX ix_audit_log_actor ON audit_log (actor_id);
CREATE INDEX ix_audit_log_affiliate_account ON audit_log (affiliate_account_id);
CREATE INDEX ix_audit_log_at ON audit_log (at);
CREATE INDEX ix_audit_log_organization ON audit_log (organization_id);
CREATE INDEX ix_audit_log_target ON audit_log (target_type, target_id);
COMMENT ON TABLE audit_log IS 'One change, chained to the one before it. Append-only: the application may neither change nor delete it.';
COMMENT ON COLUMN audit_log.id IS 'Its number.';
COMMENT ON COLUMN audit_log.at IS 'When it happened.';
COMMENT ON COLUMN audit_log.actor_id IS 'Who did it; none if the system did.';
COMMENT ON COLUMN audit_log.on_behalf_of_id IS 'The other person, where one looked or acted as another.';
COMMENT ON COLUMN audit_log.api_key_id IS 'The key it was done with.';
COMMENT ON COLUMN audit_log.via_path IS 'The grant that allowed it.';
COMMENT ON COLUMN audit_log.organization_id IS 'The organization it concerns.';
COMMENT ON COLUMN audit_log.affiliate_account_id IS 'The affiliate account it concerns.';
COMMENT ON COLUMN audit_log.action IS 'What was done, as `resource:verb`.';
COMMENT ON COLUMN audit_log.target_type IS 'The kind of what was changed.';
COMMENT ON COLUMN audit_log.target_id IS 'Which one was changed; a fact''s is account and number.';
COMMENT ON COLUMN audit_log.before IS 'The changed fields as they were.';
COMMENT ON COLUMN audit_log.after IS 'The changed fields as they became.';
COMMENT ON COLUMN audit_log.prev_hash IS 'The hash of the row before; zeros for the first.';
COMMENT ON COLUMN audit_log.hash IS 'SHA-256 of the hash before and this row.';

CREATE SEQUENCE ownership_transfer_id_seq AS BIGINT;
CREATE TABLE ownership_transfer (
    id BIGINT DEFAULT nextval('ownership_transfer_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    affiliate_account_id BIGINT NOT NULL,
    from_company_id BIGINT,
    to_company_id BIGINT,
    state transfer_state DEFAULT 'REQUESTED' NOT NULL,
    requested_by_id BIGINT NOT NULL,
    approved_by_id BIGINT,
    content_hash BYTEA NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    executed_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ownership_transfer PRIMARY KEY (id),
    CONSTRAINT ck_ownership_transfer_second_person CHECK (approved_by_id <> requested_by_id),
    CONSTRAINT ck_ownership_transfer_approval CHECK ((approved_by_id IS NULL) = (approved_at IS NULL)),
    CONSTRAINT ck_ownership_transfer_approved CHECK (state <> 'APPROVED' OR approved_at IS NOT NULL),
    CONSTRAINT ck_ownership_transfer_unapproved CHECK (state NOT IN ('REQUESTED', 'REJECTED') OR approved_at IS NULL),
    CONSTRAINT ck_ownership_transfer_executed CHECK ((state = 'EXECUTED') = (executed_at IS NOT NULL)),
    CONSTRAINT ck_ownership_transfer_companies CHECK (from_company_id IS DISTINCT FROM to_company_id)
);
ALTER SEQUENCE ownership_transfer_id_seq OWNED BY ownership_transfer.id;
CREATE UNIQUE INDEX uq_ownership_transfer_open ON ownership_transfer (affiliate_account_id) WHERE state IN ('REQUESTED', 'APPROVED');
COMMENT ON TABLE ownership_transfer IS 'The moving of an affiliate account to another company, or to none (SM8).';
COMMENT ON COLUMN ownership_transfer.id IS 'Its number.';
COMMENT ON COLUMN ownership_transfer.created_at IS 'When it was created.';
COMMENT ON COLUMN ownership_transfer.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN ownership_transfer.affiliate_account_id IS 'The affiliate account.';
COMMENT ON COLUMN ownership_transfer.from_company_id IS 'The company that owns it now.';
COMMENT ON COLUMN ownership_transfer.to_company_id IS 'The company that shall own it.';
COMMENT ON COLUMN ownership_transfer.state IS 'Where it stands.';
COMMENT ON COLUMN ownership_transfer.requested_by_id IS 'Who asked for it.';
COMMENT ON COLUMN ownership_transfer.approved_by_id IS 'The other person who approved it.';
COMMENT ON COLUMN ownership_transfer.content_hash IS 'SHA-256 of what is asked for; an approval holds for this only.';
COMMENT ON COLUMN ownership_transfer.approved_at IS 'When it was approved.';
COMMENT ON COLUMN ownership_transfer.executed_at IS 'When the account changed hands.';
COMMENT ON COLUMN ownership_transfer.expires_at IS 'When it ends by itself.';
