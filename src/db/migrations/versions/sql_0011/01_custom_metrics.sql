-- Report columns that somebody made of others.

CREATE TYPE metric_state AS ENUM ('ACTIVE', 'ARCHIVED');

CREATE SEQUENCE custom_metric_id_seq AS BIGINT;

CREATE TABLE custom_metric (
    id BIGINT DEFAULT nextval('custom_metric_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    owner_id BIGINT NOT NULL,
    organization_id BIGINT,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    formula TEXT NOT NULL,
    state metric_state DEFAULT 'ACTIVE' NOT NULL,
    CONSTRAINT pk_custom_metric PRIMARY KEY (id),
    CONSTRAINT uq_custom_metric_key UNIQUE (key),
    CONSTRAINT ck_custom_metric_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_custom_metric_key CHECK (key ~ '^custom_[a-z0-9]+$'),
    CONSTRAINT ck_custom_metric_formula CHECK (formula <> ''),
    CONSTRAINT fk_custom_metric_owner_id FOREIGN KEY (owner_id) REFERENCES app_user (id),
    CONSTRAINT fk_custom_metric_organization_id FOREIGN KEY (organization_id) REFERENCES organization (id)
);
CREATE INDEX ix_custom_metric_owner_id ON custom_metric (owner_id);
CREATE INDEX ix_custom_metric_offered ON custom_metric (organization_id)
    WHERE state = 'ACTIVE' AND organization_id IS NOT NULL;
COMMENT ON TABLE custom_metric IS 'A report column that somebody made of others: a formula, which each reader computes with his own rights (M5a).';
COMMENT ON COLUMN custom_metric.id IS 'Its number.';
COMMENT ON COLUMN custom_metric.created_at IS 'When it was created.';
COMMENT ON COLUMN custom_metric.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN custom_metric.owner_id IS 'Who made it.';
COMMENT ON COLUMN custom_metric.organization_id IS 'The organization whose members it is offered to; nobody else''s if none.';
COMMENT ON COLUMN custom_metric.key IS 'What it is called in a request.';
COMMENT ON COLUMN custom_metric.name IS 'What it is called in a heading.';
COMMENT ON COLUMN custom_metric.description IS 'What it means.';
COMMENT ON COLUMN custom_metric.formula IS 'How it is computed from columns.';
COMMENT ON COLUMN custom_metric.state IS 'Whether it can be used.';
