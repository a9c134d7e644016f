-- The partner side: accounts and sources, who works on them, enrollments, and the terms they are paid by.

CREATE SEQUENCE affiliate_account_id_seq AS BIGINT;
CREATE TABLE affiliate_account (
    id BIGINT DEFAULT nextval('affiliate_account_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    partner_profile_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    status account_status DEFAULT 'PENDING' NOT NULL,
    company_id BIGINT,
    created_by_id BIGINT NOT NULL,
    external_id TEXT,
    CONSTRAINT pk_affiliate_account PRIMARY KEY (id),
    CONSTRAINT ck_affiliate_account_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_affiliate_account_id_partner_org_id UNIQUE (id, partner_org_id),
    CONSTRAINT uq_affiliate_account_id_partner_profile_id_partner_org_id UNIQUE (id, partner_profile_id, partner_org_id),
    CONSTRAINT uq_affiliate_account_external_id UNIQUE (external_id)
);
ALTER SEQUENCE affiliate_account_id_seq OWNED BY affiliate_account.id;
CREATE INDEX ix_affiliate_account_company_id ON affiliate_account (company_id);
CREATE INDEX ix_affiliate_account_partner_org ON affiliate_account (partner_org_id);
CREATE INDEX ix_affiliate_account_partner_profile ON affiliate_account (partner_profile_id);
COMMENT ON TABLE affiliate_account IS 'The account that commissions are credited and paid to; what permissions call an affiliate (V3, V6).';
COMMENT ON COLUMN affiliate_account.id IS 'Its number.';
COMMENT ON COLUMN affiliate_account.created_at IS 'When it was created.';
COMMENT ON COLUMN affiliate_account.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN affiliate_account.partner_profile_id IS 'The partner it belongs to.';
COMMENT ON COLUMN affiliate_account.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN affiliate_account.name IS 'What it is called.';
COMMENT ON COLUMN affiliate_account.status IS 'Where it stands in its life cycle.';
COMMENT ON COLUMN affiliate_account.company_id IS 'The company that owns it and what it earns.';
COMMENT ON COLUMN affiliate_account.created_by_id IS 'Who opened it; somebody else approves it.';
COMMENT ON COLUMN affiliate_account.external_id IS 'The operator''s own number for it, by which imports name it.';

CREATE SEQUENCE traffic_source_id_seq AS BIGINT;
CREATE TABLE traffic_source (
    id BIGINT DEFAULT nextval('traffic_source_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    partner_profile_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind source_kind NOT NULL,
    url TEXT,
    CONSTRAINT pk_traffic_source PRIMARY KEY (id),
    CONSTRAINT ck_traffic_source_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_traffic_source_id_partner_profile_id_partner_org_id UNIQUE (id, partner_profile_id, partner_org_id)
);
ALTER SEQUENCE traffic_source_id_seq OWNED BY traffic_source.id;
CREATE INDEX ix_traffic_source_partner_org ON traffic_source (partner_org_id);
CREATE INDEX ix_traffic_source_partner_profile ON traffic_source (partner_profile_id);
COMMENT ON TABLE traffic_source IS 'A place where a partner sends visitors from. Sources join programs, each for itself (K15).';
COMMENT ON COLUMN traffic_source.id IS 'Its number.';
COMMENT ON COLUMN traffic_source.created_at IS 'When it was created.';
COMMENT ON COLUMN traffic_source.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN traffic_source.partner_profile_id IS 'The partner whose source it is.';
COMMENT ON COLUMN traffic_source.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN traffic_source.name IS 'What it is called.';
COMMENT ON COLUMN traffic_source.kind IS 'What it is.';
COMMENT ON COLUMN traffic_source.url IS 'Where it is found.';

CREATE SEQUENCE collaborator_id_seq AS BIGINT;
CREATE TABLE collaborator (
    id BIGINT DEFAULT nextval('collaborator_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    affiliate_account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    role collaborator_role NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_collaborator PRIMARY KEY (id),
    CONSTRAINT uq_collaborator_affiliate_account_id_user_id UNIQUE (affiliate_account_id, user_id)
);
ALTER SEQUENCE collaborator_id_seq OWNED BY collaborator.id;
CREATE INDEX ix_collaborator_user_id ON collaborator (user_id);
COMMENT ON TABLE collaborator IS 'One user''s access to one affiliate account (L9).';
COMMENT ON COLUMN collaborator.id IS 'Its number.';
COMMENT ON COLUMN collaborator.created_at IS 'When it was created.';
COMMENT ON COLUMN collaborator.affiliate_account_id IS 'The affiliate account.';
COMMENT ON COLUMN collaborator.user_id IS 'Who has access.';
COMMENT ON COLUMN collaborator.role IS 'What he may do there.';
COMMENT ON COLUMN collaborator.expires_at IS 'When the access ends by itself.';

CREATE SEQUENCE invitation_id_seq AS BIGINT;
CREATE TABLE invitation (
    id BIGINT DEFAULT nextval('invitation_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    scope invitation_scope NOT NULL,
    affiliate_account_id BIGINT,
    organization_id BIGINT,
    email TEXT NOT NULL,
    collaborator_role collaborator_role,
    role_id BIGINT,
    state invitation_state DEFAULT 'PENDING' NOT NULL,
    invited_by_id BIGINT NOT NULL,
    target_name TEXT NOT NULL,
    inviter_name TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_invitation PRIMARY KEY (id),
    CONSTRAINT ck_invitation_email CHECK (email = lower(email) AND email LIKE '_%@_%'),
    CONSTRAINT ck_invitation_target CHECK (CASE scope WHEN 'ACCOUNT' THEN affiliate_account_id IS NOT NULL AND organization_id IS NULL WHEN 'ORGANIZATION' THEN affiliate_account_id IS NULL AND organization_id IS NOT NULL ELSE affiliate_account_id IS NULL AND organization_id IS NULL END),
    CONSTRAINT ck_invitation_role CHECK ((scope = 'ACCOUNT') = (collaborator_role IS NOT NULL) AND (scope = 'ACCOUNT') = (role_id IS NULL)),
    CONSTRAINT uq_invitation_token_hash UNIQUE (token_hash)
);
ALTER SEQUENCE invitation_id_seq OWNED BY invitation.id;
CREATE INDEX ix_invitation_email ON invitation (email);
CREATE INDEX ix_invitation_role_id ON invitation (role_id);
CREATE UNIQUE INDEX uq_invitation_pending ON invitation (scope, affiliate_account_id, organization_id, email) NULLS NOT DISTINCT WHERE state = 'PENDING';
COMMENT ON TABLE invitation IS 'An offer of access, by e-mail. It gives access when the invited person accepts it, not before (L7).';
COMMENT ON COLUMN invitation.id IS 'Its number.';
COMMENT ON COLUMN invitation.created_at IS 'When it was created.';
COMMENT ON COLUMN invitation.scope IS 'What it gives access to.';
COMMENT ON COLUMN invitation.affiliate_account_id IS 'The affiliate account it is for.';
COMMENT ON COLUMN invitation.organization_id IS 'The organization it is for.';
COMMENT ON COLUMN invitation.email IS 'The address invited, in lower case.';
COMMENT ON COLUMN invitation.collaborator_role IS 'What the invited person may do on the account.';
COMMENT ON COLUMN invitation.role_id IS 'The role the invited person gets.';
COMMENT ON COLUMN invitation.state IS 'Whether it was answered.';
COMMENT ON COLUMN invitation.invited_by_id IS 'Who invited.';
COMMENT ON COLUMN invitation.target_name IS 'Name of what it is for, as the invited person sees it.';
COMMENT ON COLUMN invitation.inviter_name IS 'Name of who invited, as the invited person sees it.';
COMMENT ON COLUMN invitation.token_hash IS 'SHA-256 of the token that was mailed.';
COMMENT ON COLUMN invitation.expires_at IS 'Until when it can be accepted.';
COMMENT ON COLUMN invitation.answered_at IS 'When it was accepted, declined or revoked.';

CREATE SEQUENCE payout_method_id_seq AS BIGINT;
CREATE TABLE payout_method (
    id BIGINT DEFAULT nextval('payout_method_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    affiliate_account_id BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    created_by_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    redacted TEXT NOT NULL,
    details BYTEA NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payout_method PRIMARY KEY (id)
);
ALTER SEQUENCE payout_method_id_seq OWNED BY payout_method.id;
CREATE INDEX ix_payout_method_affiliate_account_id ON payout_method (affiliate_account_id);
CREATE UNIQUE INDEX uq_payout_method_current ON payout_method (affiliate_account_id) WHERE ended_at IS NULL;
COMMENT ON TABLE payout_method IS 'How an account is paid. It belongs to the account and its company: another company ends it (AC9).';
COMMENT ON COLUMN payout_method.id IS 'Its number.';
COMMENT ON COLUMN payout_method.created_at IS 'When it was created.';
COMMENT ON COLUMN payout_method.affiliate_account_id IS 'The affiliate account that is paid.';
COMMENT ON COLUMN payout_method.company_id IS 'The company that receives the money.';
COMMENT ON COLUMN payout_method.created_by_id IS 'Who set it.';
COMMENT ON COLUMN payout_method.kind IS 'How money is sent, such as a bank transfer.';
COMMENT ON COLUMN payout_method.redacted IS 'The destination, all but its last characters withheld.';
COMMENT ON COLUMN payout_method.details IS 'The destination, encrypted with the server''s key.';
COMMENT ON COLUMN payout_method.ended_at IS 'When another method or company took its place.';

CREATE SEQUENCE enrollment_id_seq AS BIGINT;
CREATE TABLE enrollment (
    id BIGINT DEFAULT nextval('enrollment_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    program_id BIGINT NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    traffic_source_id BIGINT NOT NULL,
    partner_profile_id BIGINT NOT NULL,
    partner_org_id BIGINT NOT NULL,
    affiliate_account_id BIGINT,
    initiated_by enrollment_side NOT NULL,
    state enrollment_state NOT NULL,
    commission_plan_id BIGINT,
    activated_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_enrollment PRIMARY KEY (id),
    CONSTRAINT ck_enrollment_initiated_by CHECK (CASE WHEN state IN ('APPLIED', 'DENIED', 'WITHDRAWN') THEN initiated_by = 'PARTNER' WHEN state IN ('INVITED', 'REJECTED', 'REVOKED', 'INVITE_EXPIRED') THEN initiated_by = 'ADVERTISER' ELSE true END),
    CONSTRAINT ck_enrollment_activated CHECK ((state IN ('ACTIVE', 'EXPIRED', 'LEFT')) = (activated_at IS NOT NULL)),
    CONSTRAINT ck_enrollment_payee CHECK ((activated_at IS NULL) = (affiliate_account_id IS NULL)),
    CONSTRAINT ck_enrollment_ended CHECK ((state IN ('APPLIED', 'INVITED', 'ACTIVE')) = (ended_at IS NULL)),
    CONSTRAINT uq_enrollment_id_program_id_traffic_source_id UNIQUE (id, program_id, traffic_source_id)
);
ALTER SEQUENCE enrollment_id_seq OWNED BY enrollment.id;
CREATE INDEX ix_enrollment_advertiser_org ON enrollment (advertiser_org_id);
CREATE INDEX ix_enrollment_affiliate_account ON enrollment (affiliate_account_id);
CREATE INDEX ix_enrollment_partner_org ON enrollment (partner_org_id);
CREATE INDEX ix_enrollment_program ON enrollment (program_id);
CREATE INDEX ix_enrollment_traffic_source ON enrollment (traffic_source_id);
CREATE UNIQUE INDEX uq_enrollment_open ON enrollment (program_id, traffic_source_id) WHERE state IN ('APPLIED', 'INVITED', 'ACTIVE');
COMMENT ON TABLE enrollment IS 'A traffic source''s joining of a program, from application or invitation to its end (SM1).';
COMMENT ON COLUMN enrollment.id IS 'Its number.';
COMMENT ON COLUMN enrollment.created_at IS 'When it was created.';
COMMENT ON COLUMN enrollment.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN enrollment.program_id IS 'The program joined.';
COMMENT ON COLUMN enrollment.advertiser_profile_id IS 'The advertiser of the program.';
COMMENT ON COLUMN enrollment.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN enrollment.traffic_source_id IS 'The traffic source that joined.';
COMMENT ON COLUMN enrollment.partner_profile_id IS 'The partner whose source it is.';
COMMENT ON COLUMN enrollment.partner_org_id IS 'The organization of the partner.';
COMMENT ON COLUMN enrollment.affiliate_account_id IS 'The account its commissions are credited to, fixed when it becomes active.';
COMMENT ON COLUMN enrollment.initiated_by IS 'Which side began; the other answers.';
COMMENT ON COLUMN enrollment.state IS 'Where it stands.';
COMMENT ON COLUMN enrollment.commission_plan_id IS 'The commission plan it is paid by, fixed when it becomes active.';
COMMENT ON COLUMN enrollment.activated_at IS 'When it became active.';
COMMENT ON COLUMN enrollment.ended_at IS 'When it ended, by whatever side.';
