-- Who takes part: users, organizations, their profiles, companies, and who has access to a company.

CREATE SEQUENCE app_user_id_seq AS BIGINT;
CREATE TABLE app_user (
    id BIGINT DEFAULT nextval('app_user_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    email TEXT NOT NULL,
    email_verified_at TIMESTAMP WITH TIME ZONE,
    name TEXT NOT NULL,
    password_hash TEXT,
    oidc_issuer TEXT,
    oidc_subject TEXT,
    status user_status DEFAULT 'ACTIVE' NOT NULL,
    time_zone TEXT,
    CONSTRAINT pk_app_user PRIMARY KEY (id),
    CONSTRAINT ck_app_user_email CHECK (email = lower(email) AND email LIKE '_%@_%'),
    CONSTRAINT ck_app_user_oidc_identity CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
    CONSTRAINT uq_app_user_oidc_issuer_oidc_subject UNIQUE (oidc_issuer, oidc_subject),
    CONSTRAINT uq_app_user_email UNIQUE (email)
);
ALTER SEQUENCE app_user_id_seq OWNED BY app_user.id;
COMMENT ON TABLE app_user IS 'A person who may sign in. Nothing is granted by being a user (A1).';
COMMENT ON COLUMN app_user.id IS 'Its number.';
COMMENT ON COLUMN app_user.created_at IS 'When it was created.';
COMMENT ON COLUMN app_user.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN app_user.email IS 'The address he signs in with, in lower case.';
COMMENT ON COLUMN app_user.email_verified_at IS 'When he proved that the address is his.';
COMMENT ON COLUMN app_user.name IS 'How he is shown to others.';
COMMENT ON COLUMN app_user.password_hash IS 'Argon2id hash of his password.';
COMMENT ON COLUMN app_user.oidc_issuer IS 'The identity provider that vouches for him.';
COMMENT ON COLUMN app_user.oidc_subject IS 'His identity at that provider.';
COMMENT ON COLUMN app_user.status IS 'Whether he may use the platform.';
COMMENT ON COLUMN app_user.time_zone IS 'IANA name of the time zone his reports use, unless they say.';

CREATE SEQUENCE company_id_seq AS BIGINT;
CREATE TABLE company (
    id BIGINT DEFAULT nextval('company_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    name TEXT NOT NULL,
    tax_id TEXT,
    CONSTRAINT pk_company PRIMARY KEY (id),
    CONSTRAINT ck_company_name CHECK (name = btrim(name) AND name <> '')
);
ALTER SEQUENCE company_id_seq OWNED BY company.id;
COMMENT ON TABLE company IS 'The legal owner of affiliate accounts and of what they earn (A20). No module gives access to it (L1).';
COMMENT ON COLUMN company.id IS 'Its number.';
COMMENT ON COLUMN company.created_at IS 'When it was created.';
COMMENT ON COLUMN company.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN company.name IS 'Its legal name.';
COMMENT ON COLUMN company.tax_id IS 'Its tax number.';

CREATE SEQUENCE company_access_id_seq AS BIGINT;
CREATE TABLE company_access (
    id BIGINT DEFAULT nextval('company_access_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    company_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    level company_level NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_company_access PRIMARY KEY (id),
    CONSTRAINT uq_company_access_company_id_user_id UNIQUE (company_id, user_id)
);
ALTER SEQUENCE company_access_id_seq OWNED BY company_access.id;
CREATE INDEX ix_company_access_user_id ON company_access (user_id);
COMMENT ON TABLE company_access IS 'One user''s access to a company; written by its owners only (AC9).';
COMMENT ON COLUMN company_access.id IS 'Its number.';
COMMENT ON COLUMN company_access.created_at IS 'When it was created.';
COMMENT ON COLUMN company_access.company_id IS 'The company.';
COMMENT ON COLUMN company_access.user_id IS 'Who has access.';
COMMENT ON COLUMN company_access.level IS 'Owners set payout information, members do not.';
COMMENT ON COLUMN company_access.expires_at IS 'When the access ends by itself.';

CREATE SEQUENCE organization_id_seq AS BIGINT;
CREATE TABLE organization (
    id BIGINT DEFAULT nextval('organization_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    name TEXT NOT NULL,
    created_by_id BIGINT,
    time_zone TEXT,
    guest_hides_partner_names BOOLEAN DEFAULT false NOT NULL,
    hides_archived_profiles BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_organization PRIMARY KEY (id),
    CONSTRAINT ck_organization_name CHECK (name = btrim(name) AND name <> '')
);
ALTER SEQUENCE organization_id_seq OWNED BY organization.id;
COMMENT ON TABLE organization IS 'A tenant: it owns profiles of any kind, and members see everything in it (K3, K7).';
COMMENT ON COLUMN organization.id IS 'Its number.';
COMMENT ON COLUMN organization.created_at IS 'When it was created.';
COMMENT ON COLUMN organization.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN organization.name IS 'What it is called.';
COMMENT ON COLUMN organization.created_by_id IS 'Who made it: its first administrator.';
COMMENT ON COLUMN organization.time_zone IS 'IANA name of the time zone of its reports, where the user has none.';
COMMENT ON COLUMN organization.guest_hides_partner_names IS 'Whether guests do not see which partner a row is of.';
COMMENT ON COLUMN organization.hides_archived_profiles IS 'Whether members and guests do not see archived partner profiles.';

CREATE SEQUENCE advertiser_profile_id_seq AS BIGINT;
CREATE TABLE advertiser_profile (
    id BIGINT DEFAULT nextval('advertiser_profile_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    organization_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    archived_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_advertiser_profile PRIMARY KEY (id),
    CONSTRAINT ck_advertiser_profile_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_advertiser_profile_id_organization_id UNIQUE (id, organization_id),
    CONSTRAINT uq_advertiser_profile_id_organization_id_name UNIQUE (id, organization_id, name)
);
ALTER SEQUENCE advertiser_profile_id_seq OWNED BY advertiser_profile.id;
CREATE INDEX ix_advertiser_profile_organization_id ON advertiser_profile (organization_id);
COMMENT ON TABLE advertiser_profile IS 'An advertiser of an organization. Shown to its own members; partners see its programs only (K10).';
COMMENT ON COLUMN advertiser_profile.id IS 'Its number.';
COMMENT ON COLUMN advertiser_profile.created_at IS 'When it was created.';
COMMENT ON COLUMN advertiser_profile.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN advertiser_profile.organization_id IS 'The organization that owns it.';
COMMENT ON COLUMN advertiser_profile.name IS 'The advertiser''s name.';
COMMENT ON COLUMN advertiser_profile.approved_at IS 'When the operator approved it; from then on its organization may browse partners.';
COMMENT ON COLUMN advertiser_profile.archived_at IS 'When it was archived.';

CREATE SEQUENCE partner_profile_id_seq AS BIGINT;
CREATE TABLE partner_profile (
    id BIGINT DEFAULT nextval('partner_profile_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    organization_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    listed BOOLEAN DEFAULT false NOT NULL,
    archived_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_partner_profile PRIMARY KEY (id),
    CONSTRAINT ck_partner_profile_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_partner_profile_id_organization_id UNIQUE (id, organization_id)
);
ALTER SEQUENCE partner_profile_id_seq OWNED BY partner_profile.id;
CREATE INDEX ix_partner_profile_organization_id ON partner_profile (organization_id);
COMMENT ON TABLE partner_profile IS 'The public identity of a partner in the marketplace (K12).';
COMMENT ON COLUMN partner_profile.id IS 'Its number.';
COMMENT ON COLUMN partner_profile.created_at IS 'When it was created.';
COMMENT ON COLUMN partner_profile.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN partner_profile.organization_id IS 'The organization that owns it.';
COMMENT ON COLUMN partner_profile.name IS 'The partner''s name.';
COMMENT ON COLUMN partner_profile.description IS 'What the partner says of itself.';
COMMENT ON COLUMN partner_profile.listed IS 'Whether it is shown to advertisers in the marketplace.';
COMMENT ON COLUMN partner_profile.archived_at IS 'When it was archived.';
