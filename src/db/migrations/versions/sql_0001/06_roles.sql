-- What a user may do: roles with their permissions, and who holds them where.

CREATE SEQUENCE role_id_seq AS BIGINT;
CREATE TABLE role (
    id BIGINT DEFAULT nextval('role_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    name TEXT NOT NULL,
    status role_status DEFAULT 'ACTIVE' NOT NULL,
    scope scope NOT NULL,
    origin role_origin NOT NULL,
    base_type base_type NOT NULL,
    organization_id BIGINT,
    owner_id BIGINT,
    user_visibility user_visibility DEFAULT 'ALL' NOT NULL,
    see_revenue BOOLEAN DEFAULT false NOT NULL,
    see_payout BOOLEAN DEFAULT false NOT NULL,
    see_sale_amount BOOLEAN DEFAULT false NOT NULL,
    statuses conversion_status[],
    CONSTRAINT pk_role PRIMARY KEY (id),
    CONSTRAINT ck_role_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_role_name_reserved CHECK (lower(name) <> 'custom' OR origin = 'PERSONAL'),
    CONSTRAINT ck_role_owner CHECK ((organization_id IS NULL) = (scope = 'PLATFORM' OR origin = 'PREDEFINED')),
    CONSTRAINT ck_role_base_type CHECK ((scope = 'ORGANIZATION') = (base_type = 'ORG')),
    CONSTRAINT ck_role_personal_base CHECK ((origin = 'PERSONAL') = (base_type = 'PERSONAL')),
    CONSTRAINT ck_role_personal_owner CHECK ((origin = 'PERSONAL') = (owner_id IS NOT NULL)),
    CONSTRAINT ck_role_origin CHECK (CASE scope WHEN 'PLATFORM' THEN origin IN ('DEFAULT', 'CUSTOM', 'PERSONAL') ELSE origin IN ('PREDEFINED', 'CUSTOM') END),
    CONSTRAINT ck_role_visibility CHECK (user_visibility = 'ALL' OR base_type IN ('AFFILIATE_MANAGER', 'ADVERTISER_MANAGER')),
    CONSTRAINT ck_role_statuses CHECK (statuses IS NULL OR cardinality(statuses) > 0),
    CONSTRAINT ck_role_statuses_scope CHECK (statuses IS NULL OR scope = 'PLATFORM'),
    CONSTRAINT ck_role_archived CHECK (status = 'ACTIVE' OR origin IN ('CUSTOM', 'PERSONAL')),
    CONSTRAINT uq_role_id_scope UNIQUE (id, scope)
);
ALTER SEQUENCE role_id_seq OWNED BY role.id;
CREATE UNIQUE INDEX uq_role_name ON role (scope, organization_id, lower(name)) NULLS NOT DISTINCT WHERE status = 'ACTIVE' AND origin <> 'PERSONAL';
CREATE UNIQUE INDEX uq_role_owner ON role (owner_id) WHERE status = 'ACTIVE' AND origin = 'PERSONAL';
COMMENT ON TABLE role IS 'A named set of permissions and limits. What may be changed in it follows from its origin (DR9).';
COMMENT ON COLUMN role.id IS 'Its number.';
COMMENT ON COLUMN role.created_at IS 'When it was created.';
COMMENT ON COLUMN role.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN role.name IS 'What it is called; "Custom" is the set of one user.';
COMMENT ON COLUMN role.status IS 'Whether it can still be assigned.';
COMMENT ON COLUMN role.scope IS 'Where it applies.';
COMMENT ON COLUMN role.origin IS 'Who made it, and so what may be changed in it.';
COMMENT ON COLUMN role.base_type IS 'The type it is built on; chosen once.';
COMMENT ON COLUMN role.organization_id IS 'The organization whose role it is; none for platform and predefined roles.';
COMMENT ON COLUMN role.owner_id IS 'The user whose own set of modules it is.';
COMMENT ON COLUMN role.user_visibility IS 'Whether its holders see all affiliates or advertisers, or those assigned to them.';
COMMENT ON COLUMN role.see_revenue IS 'Whether its holders see what advertisers owe.';
COMMENT ON COLUMN role.see_payout IS 'Whether its holders see what affiliates earn.';
COMMENT ON COLUMN role.see_sale_amount IS 'Whether its holders see what customers paid.';
COMMENT ON COLUMN role.statuses IS 'The only conversion statuses its holders see; all of them if none is named.';

CREATE SEQUENCE role_assignment_id_seq AS BIGINT;
CREATE TABLE role_assignment (
    id BIGINT DEFAULT nextval('role_assignment_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    user_id BIGINT NOT NULL,
    scope scope NOT NULL,
    organization_id BIGINT,
    role_id BIGINT NOT NULL,
    program_scope list_scope DEFAULT 'ALL' NOT NULL,
    line_scope list_scope DEFAULT 'ALL' NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_role_assignment PRIMARY KEY (id),
    CONSTRAINT ck_role_assignment_organization CHECK ((organization_id IS NULL) = (scope = 'PLATFORM')),
    CONSTRAINT ck_role_assignment_platform_unlisted CHECK (scope = 'ORGANIZATION' OR (program_scope = 'ALL' AND line_scope = 'ALL')),
    CONSTRAINT uq_role_assignment_user_id_scope_organization_id UNIQUE NULLS NOT DISTINCT (user_id, scope, organization_id)
);
ALTER SEQUENCE role_assignment_id_seq OWNED BY role_assignment.id;
CREATE INDEX ix_role_assignment_organization ON role_assignment (organization_id);
CREATE INDEX ix_role_assignment_role ON role_assignment (role_id);
COMMENT ON TABLE role_assignment IS 'One user''s role on the platform or in one organization: exactly one each (C-02). Membership is such a row.';
COMMENT ON COLUMN role_assignment.id IS 'Its number.';
COMMENT ON COLUMN role_assignment.created_at IS 'When it was created.';
COMMENT ON COLUMN role_assignment.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN role_assignment.user_id IS 'Who holds the role.';
COMMENT ON COLUMN role_assignment.scope IS 'Whether it holds on the platform or in one organization.';
COMMENT ON COLUMN role_assignment.organization_id IS 'The organization it holds in; none on the platform.';
COMMENT ON COLUMN role_assignment.role_id IS 'The role held.';
COMMENT ON COLUMN role_assignment.program_scope IS 'Whether it reaches every program or the listed ones.';
COMMENT ON COLUMN role_assignment.line_scope IS 'Whether it reaches every product line or the listed ones.';
COMMENT ON COLUMN role_assignment.expires_at IS 'When it ends by itself.';

CREATE TABLE role_permission (
    role_id BIGINT NOT NULL,
    permission TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    level level NOT NULL,
    CONSTRAINT pk_role_permission PRIMARY KEY (role_id, permission),
    CONSTRAINT ck_role_permission_permission CHECK (permission ~ '^[A-Z][A-Z_]*$')
);
COMMENT ON TABLE role_permission IS 'One permission of a role, at one level.';
COMMENT ON COLUMN role_permission.role_id IS 'The role.';
COMMENT ON COLUMN role_permission.permission IS 'Key of the permission.';
COMMENT ON COLUMN role_permission.created_at IS 'When it was created.';
COMMENT ON COLUMN role_permission.level IS 'Read, or write, which implies read.';

CREATE TABLE role_product_line (
    role_id BIGINT NOT NULL,
    product_line product_line NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_role_product_line PRIMARY KEY (role_id, product_line)
);
COMMENT ON TABLE role_product_line IS 'One product line that a role of an organization covers (I5).';
COMMENT ON COLUMN role_product_line.role_id IS 'The role.';
COMMENT ON COLUMN role_product_line.product_line IS 'The product line.';
COMMENT ON COLUMN role_product_line.created_at IS 'When it was created.';

CREATE TABLE assignment_product_line (
    assignment_id BIGINT NOT NULL,
    product_line product_line NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assignment_product_line PRIMARY KEY (assignment_id, product_line)
);
COMMENT ON TABLE assignment_product_line IS 'One product line that a listed assignment reaches.';
COMMENT ON COLUMN assignment_product_line.assignment_id IS 'The role assignment.';
COMMENT ON COLUMN assignment_product_line.product_line IS 'The product line.';
COMMENT ON COLUMN assignment_product_line.created_at IS 'When it was created.';

CREATE SEQUENCE manager_assignment_id_seq AS BIGINT;
CREATE TABLE manager_assignment (
    id BIGINT DEFAULT nextval('manager_assignment_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    user_id BIGINT NOT NULL,
    affiliate_account_id BIGINT,
    advertiser_profile_id BIGINT,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_manager_assignment PRIMARY KEY (id),
    CONSTRAINT ck_manager_assignment_one_target CHECK (num_nonnulls(affiliate_account_id, advertiser_profile_id) = 1),
    CONSTRAINT uq_manager_assignment_target UNIQUE NULLS NOT DISTINCT (user_id, affiliate_account_id, advertiser_profile_id)
);
ALTER SEQUENCE manager_assignment_id_seq OWNED BY manager_assignment.id;
CREATE INDEX ix_manager_assignment_account ON manager_assignment (affiliate_account_id);
CREATE INDEX ix_manager_assignment_advertiser ON manager_assignment (advertiser_profile_id);
COMMENT ON TABLE manager_assignment IS 'One affiliate account or one advertiser given to a manager who sees assigned ones only (S10, S12).';
COMMENT ON COLUMN manager_assignment.id IS 'Its number.';
COMMENT ON COLUMN manager_assignment.created_at IS 'When it was created.';
COMMENT ON COLUMN manager_assignment.user_id IS 'The manager.';
COMMENT ON COLUMN manager_assignment.affiliate_account_id IS 'The affiliate account assigned to him.';
COMMENT ON COLUMN manager_assignment.advertiser_profile_id IS 'The advertiser assigned to him.';
COMMENT ON COLUMN manager_assignment.expires_at IS 'When it ends by itself.';

CREATE TABLE assignment_program (
    assignment_id BIGINT NOT NULL,
    program_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assignment_program PRIMARY KEY (assignment_id, program_id)
);
COMMENT ON TABLE assignment_program IS 'One program that a listed assignment reaches.';
COMMENT ON COLUMN assignment_program.assignment_id IS 'The role assignment.';
COMMENT ON COLUMN assignment_program.program_id IS 'The program.';
COMMENT ON COLUMN assignment_program.created_at IS 'When it was created.';
