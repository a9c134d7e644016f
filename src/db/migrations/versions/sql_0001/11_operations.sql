-- How the service is run: keys, sessions, the policy's version, settings, idempotency, imports.

CREATE TABLE authz_epoch (
    id BOOLEAN DEFAULT true NOT NULL,
    n BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_authz_epoch PRIMARY KEY (id),
    CONSTRAINT ck_authz_epoch_one_row CHECK (id)
);
COMMENT ON TABLE authz_epoch IS 'The version of the policy: one row, counted up in the transaction of every change of a grant.';
COMMENT ON COLUMN authz_epoch.id IS 'Always true: there is one row.';
COMMENT ON COLUMN authz_epoch.n IS 'How often a grant changed.';

CREATE TABLE idempotency_key (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    request_hash BYTEA NOT NULL,
    effect JSONB,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency_key PRIMARY KEY (principal, key),
    CONSTRAINT ck_idempotency_key_request_hash CHECK (octet_length(request_hash) = 32)
);
CREATE INDEX ix_idempotency_key_expires_at ON idempotency_key (expires_at);
COMMENT ON TABLE idempotency_key IS 'What a mutation did, so that a repeat does nothing more. The effect, never the answer (DR17).';
COMMENT ON COLUMN idempotency_key.principal IS 'Who asked.';
COMMENT ON COLUMN idempotency_key.key IS 'The key sent along.';
COMMENT ON COLUMN idempotency_key.created_at IS 'When it was created.';
COMMENT ON COLUMN idempotency_key.request_hash IS 'SHA-256 of the request; another request under the key is refused.';
COMMENT ON COLUMN idempotency_key.effect IS 'Which rows were written; nothing while the first is still running.';
COMMENT ON COLUMN idempotency_key.expires_at IS 'When it is forgotten.';

CREATE TABLE import_claim (
    claim_key TEXT NOT NULL,
    source TEXT NOT NULL,
    external_ref TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_import_claim PRIMARY KEY (claim_key, source, external_ref)
);
COMMENT ON TABLE import_claim IS 'One reference of another system, taken for ever: the same one under another account is refused (D3).';
COMMENT ON COLUMN import_claim.claim_key IS 'What is claimed, such as a conversion.';
COMMENT ON COLUMN import_claim.source IS 'The other system.';
COMMENT ON COLUMN import_claim.external_ref IS 'The reference there.';
COMMENT ON COLUMN import_claim.created_at IS 'When it was created.';

CREATE TABLE platform_setting (
    key TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    value JSONB NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_platform_setting PRIMARY KEY (key)
);
COMMENT ON TABLE platform_setting IS 'One setting of the whole platform.';
COMMENT ON COLUMN platform_setting.key IS 'What it is called.';
COMMENT ON COLUMN platform_setting.created_at IS 'When it was created.';
COMMENT ON COLUMN platform_setting.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN platform_setting.value IS 'What it is set to.';
COMMENT ON COLUMN platform_setting.updated_at IS 'When it was last set.';

CREATE TABLE trusted_document (
    hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_trusted_document PRIMARY KEY (hash),
    CONSTRAINT ck_trusted_document_hash CHECK (hash ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE trusted_document IS 'An operation that was registered beforehand, and may be run by its hash.';
COMMENT ON COLUMN trusted_document.hash IS 'SHA-256 of its text, in hexadecimal.';
COMMENT ON COLUMN trusted_document.created_at IS 'When it was created.';
COMMENT ON COLUMN trusted_document.name IS 'Name of the operation.';
COMMENT ON COLUMN trusted_document.text IS 'The operation.';

CREATE SEQUENCE import_job_id_seq AS BIGINT;
CREATE TABLE import_job (
    id BIGINT DEFAULT nextval('import_job_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    state import_state DEFAULT 'QUEUED' NOT NULL,
    entity TEXT NOT NULL,
    source TEXT NOT NULL,
    scheduled BOOLEAN DEFAULT false NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_job PRIMARY KEY (id)
);
ALTER SEQUENCE import_job_id_seq OWNED BY import_job.id;
CREATE INDEX ix_import_job_created_by_id ON import_job (created_by_id);
COMMENT ON TABLE import_job IS 'One run of a data import; each line is a mutation by whoever started it (A15).';
COMMENT ON COLUMN import_job.id IS 'Its number.';
COMMENT ON COLUMN import_job.created_at IS 'When it was created.';
COMMENT ON COLUMN import_job.created_by_id IS 'Whom it runs as.';
COMMENT ON COLUMN import_job.name IS 'What it is called, such as the name of a file.';
COMMENT ON COLUMN import_job.state IS 'Where it stands.';
COMMENT ON COLUMN import_job.entity IS 'What its lines are, such as conversions.';
COMMENT ON COLUMN import_job.source IS 'The system its lines come from.';
COMMENT ON COLUMN import_job.scheduled IS 'Whether it runs by itself, and is everybody''s to read.';
COMMENT ON COLUMN import_job.started_at IS 'When it began.';
COMMENT ON COLUMN import_job.finished_at IS 'When it ended.';

CREATE SEQUENCE session_id_seq AS BIGINT;
CREATE TABLE session (
    id BIGINT DEFAULT nextval('session_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    user_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_session PRIMARY KEY (id),
    CONSTRAINT ck_session_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT ck_session_expiry CHECK (expires_at > created_at),
    CONSTRAINT uq_session_token_hash UNIQUE (token_hash)
);
ALTER SEQUENCE session_id_seq OWNED BY session.id;
CREATE INDEX ix_session_expires_at ON session (expires_at);
CREATE INDEX ix_session_user_id ON session (user_id);
COMMENT ON TABLE session IS 'One signed-in browser.';
COMMENT ON COLUMN session.id IS 'Its number.';
COMMENT ON COLUMN session.created_at IS 'When it was created.';
COMMENT ON COLUMN session.user_id IS 'Who is signed in.';
COMMENT ON COLUMN session.token_hash IS 'Keyed SHA-256 of the cookie.';
COMMENT ON COLUMN session.expires_at IS 'When it ends by itself.';
COMMENT ON COLUMN session.last_seen_at IS 'When it was last used, to the minute.';
COMMENT ON COLUMN session.revoked_at IS 'When it was signed out.';

CREATE SEQUENCE api_key_id_seq AS BIGINT;
CREATE TABLE api_key (
    id BIGINT DEFAULT nextval('api_key_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    owner_kind key_owner NOT NULL,
    organization_id BIGINT,
    user_id BIGINT,
    created_by_id BIGINT,
    name TEXT NOT NULL,
    prefix TEXT,
    last_four TEXT,
    hash BYTEA,
    scopes TEXT[],
    state key_state NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT ck_api_key_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_api_key_owner CHECK (CASE owner_kind WHEN 'ORG' THEN organization_id IS NOT NULL AND user_id IS NULL ELSE organization_id IS NULL AND user_id IS NOT NULL END),
    CONSTRAINT ck_api_key_scopes CHECK (owner_kind = 'ORG' OR cardinality(scopes) > 0),
    CONSTRAINT ck_api_key_claimed CHECK ((state = 'PENDING') = (hash IS NULL)),
    CONSTRAINT ck_api_key_secret CHECK ((hash IS NULL) = (prefix IS NULL) AND (hash IS NULL) = (last_four IS NULL)),
    CONSTRAINT ck_api_key_hash CHECK (octet_length(hash) = 32),
    CONSTRAINT uq_api_key_hash UNIQUE (hash)
);
ALTER SEQUENCE api_key_id_seq OWNED BY api_key.id;
CREATE INDEX ix_api_key_organization ON api_key (organization_id);
CREATE INDEX ix_api_key_user ON api_key (user_id);
COMMENT ON TABLE api_key IS 'A key of an organization or of a user. The secret itself is stored nowhere (SM6).';
COMMENT ON COLUMN api_key.id IS 'Its number.';
COMMENT ON COLUMN api_key.created_at IS 'When it was created.';
COMMENT ON COLUMN api_key.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN api_key.owner_kind IS 'An organization''s key, or a user''s.';
COMMENT ON COLUMN api_key.organization_id IS 'The organization whose key it is.';
COMMENT ON COLUMN api_key.user_id IS 'The user whose key it is.';
COMMENT ON COLUMN api_key.created_by_id IS 'Who made it.';
COMMENT ON COLUMN api_key.name IS 'What it is for.';
COMMENT ON COLUMN api_key.prefix IS 'How it begins.';
COMMENT ON COLUMN api_key.last_four IS 'Its last four characters.';
COMMENT ON COLUMN api_key.hash IS 'Keyed SHA-256 of the secret.';
COMMENT ON COLUMN api_key.scopes IS 'The only things it may do; everything its organization may, if none is named.';
COMMENT ON COLUMN api_key.state IS 'Whether it can be used.';
COMMENT ON COLUMN api_key.expires_at IS 'When it ends by itself.';
COMMENT ON COLUMN api_key.last_used_at IS 'When it was last used, to the minute.';
COMMENT ON COLUMN api_key.revoked_at IS 'When it was revoked.';

CREATE SEQUENCE import_log_id_seq AS BIGINT;
CREATE TABLE import_log (
    id BIGINT DEFAULT nextval('import_log_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    job_id BIGINT NOT NULL,
    line INTEGER NOT NULL,
    outcome import_outcome NOT NULL,
    column_name TEXT,
    value TEXT,
    reason TEXT,
    CONSTRAINT pk_import_log PRIMARY KEY (id),
    CONSTRAINT ck_import_log_line CHECK (line > 0)
);
ALTER SEQUENCE import_log_id_seq OWNED BY import_log.id;
CREATE INDEX ix_import_log_job ON import_log (job_id, line);
COMMENT ON TABLE import_log IS 'What became of one line of an import, or of one value in it.';
COMMENT ON COLUMN import_log.id IS 'Its number.';
COMMENT ON COLUMN import_log.created_at IS 'When it was created.';
COMMENT ON COLUMN import_log.job_id IS 'The import.';
COMMENT ON COLUMN import_log.line IS 'The line of the file, from 1 on.';
COMMENT ON COLUMN import_log.outcome IS 'What became of it.';
COMMENT ON COLUMN import_log.column_name IS 'The column that is wrong.';
COMMENT ON COLUMN import_log.value IS 'What it says there.';
COMMENT ON COLUMN import_log.reason IS 'What is wrong with it.';

CREATE TABLE account_shard (
    affiliate_account_id BIGINT NOT NULL,
    CONSTRAINT pk_account_shard PRIMARY KEY (affiliate_account_id)
);
COMMENT ON TABLE account_shard IS 'Every affiliate account, beside its facts: what drives the search for the newest facts of each (D7).';
COMMENT ON COLUMN account_shard.affiliate_account_id IS 'The affiliate account.';

-- Read in every operation, so it is there from the start.
INSERT INTO authz_epoch DEFAULT VALUES;
