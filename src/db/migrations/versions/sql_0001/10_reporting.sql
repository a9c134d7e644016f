-- Reports: the catalogue of columns, the lists of them that users may use, saved reports and their schedules.

CREATE SEQUENCE column_list_id_seq AS BIGINT;
CREATE TABLE column_list (
    id BIGINT DEFAULT nextval('column_list_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    owner_kind column_list_owner NOT NULL,
    user_id BIGINT,
    CONSTRAINT pk_column_list PRIMARY KEY (id),
    CONSTRAINT ck_column_list_owner CHECK ((owner_kind = 'USER') = (user_id IS NOT NULL)),
    CONSTRAINT uq_column_list_user_id UNIQUE NULLS NOT DISTINCT (user_id)
);
ALTER SEQUENCE column_list_id_seq OWNED BY column_list.id;
COMMENT ON TABLE column_list IS 'The report columns a user may use: his own list, or the system''s, which holds for everybody without one (RC1).';
COMMENT ON COLUMN column_list.id IS 'Its number.';
COMMENT ON COLUMN column_list.created_at IS 'When it was created.';
COMMENT ON COLUMN column_list.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN column_list.owner_kind IS 'The system''s list, or a user''s.';
COMMENT ON COLUMN column_list.user_id IS 'Whose list it is.';

CREATE TABLE report_column (
    key TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    label TEXT NOT NULL,
    description TEXT NOT NULL,
    formula TEXT,
    classes TEXT[] NOT NULL,
    aggregation aggregation NOT NULL,
    owner_id BIGINT,
    CONSTRAINT pk_report_column PRIMARY KEY (key),
    CONSTRAINT ck_report_column_key CHECK (key ~ '^[a-z][a-z0-9_]*$'),
    CONSTRAINT ck_report_column_classes CHECK (cardinality(classes) > 0),
    CONSTRAINT ck_report_column_formula CHECK (aggregation = 'SUM' OR formula IS NOT NULL)
);
CREATE INDEX ix_report_column_owner_id ON report_column (owner_id);
COMMENT ON TABLE report_column IS 'One column that a report may have; labels and formulas of built-in ones are public documentation (RC6).';
COMMENT ON COLUMN report_column.key IS 'What it is called in a request.';
COMMENT ON COLUMN report_column.created_at IS 'When it was created.';
COMMENT ON COLUMN report_column.label IS 'What it is called in a heading.';
COMMENT ON COLUMN report_column.description IS 'What it means.';
COMMENT ON COLUMN report_column.formula IS 'How it is computed from other columns; none if it is a sum.';
COMMENT ON COLUMN report_column.classes IS 'The field classes it needs, all of them.';
COMMENT ON COLUMN report_column.aggregation IS 'How it is computed over a group.';
COMMENT ON COLUMN report_column.owner_id IS 'Who made it, if it is a custom metric.';

CREATE TABLE column_list_item (
    list_id BIGINT NOT NULL,
    column_key TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    position SMALLINT NOT NULL,
    CONSTRAINT pk_column_list_item PRIMARY KEY (list_id, column_key),
    CONSTRAINT uq_column_list_item_list_id_position UNIQUE (list_id, position) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE column_list_item IS 'One column of a list.';
COMMENT ON COLUMN column_list_item.list_id IS 'The list.';
COMMENT ON COLUMN column_list_item.column_key IS 'The column.';
COMMENT ON COLUMN column_list_item.created_at IS 'When it was created.';
COMMENT ON COLUMN column_list_item.position IS 'Its place in the list, from 1 on.';

CREATE SEQUENCE saved_report_id_seq AS BIGINT;
CREATE TABLE saved_report (
    id BIGINT DEFAULT nextval('saved_report_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    name TEXT NOT NULL,
    owner_id BIGINT NOT NULL,
    organization_id BIGINT,
    lens report_lens NOT NULL,
    lens_organization_id BIGINT,
    lens_account_id BIGINT,
    definition JSONB NOT NULL,
    CONSTRAINT pk_saved_report PRIMARY KEY (id),
    CONSTRAINT ck_saved_report_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_saved_report_lens CHECK (CASE lens WHEN 'PLATFORM' THEN lens_organization_id IS NULL AND lens_account_id IS NULL WHEN 'ACCOUNT' THEN lens_organization_id IS NULL AND lens_account_id IS NOT NULL ELSE lens_organization_id IS NOT NULL AND lens_account_id IS NULL END)
);
ALTER SEQUENCE saved_report_id_seq OWNED BY saved_report.id;
CREATE INDEX ix_saved_report_organization_id ON saved_report (organization_id);
CREATE INDEX ix_saved_report_owner_id ON saved_report (owner_id);
COMMENT ON TABLE saved_report IS 'The definition of a report. It is run with the present rights of whoever runs it (RC10).';
COMMENT ON COLUMN saved_report.id IS 'Its number.';
COMMENT ON COLUMN saved_report.created_at IS 'When it was created.';
COMMENT ON COLUMN saved_report.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN saved_report.name IS 'What it is called.';
COMMENT ON COLUMN saved_report.owner_id IS 'Who saved it.';
COMMENT ON COLUMN saved_report.organization_id IS 'The organization whose members it is shared with.';
COMMENT ON COLUMN saved_report.lens IS 'From whose point of view it is computed.';
COMMENT ON COLUMN saved_report.lens_organization_id IS 'The organization of that point of view.';
COMMENT ON COLUMN saved_report.lens_account_id IS 'The affiliate account of that point of view.';
COMMENT ON COLUMN saved_report.definition IS 'Columns, filters, grouping and order.';

CREATE SEQUENCE report_schedule_id_seq AS BIGINT;
CREATE TABLE report_schedule (
    id BIGINT DEFAULT nextval('report_schedule_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    saved_report_id BIGINT NOT NULL,
    owner_id BIGINT NOT NULL,
    state schedule_state DEFAULT 'ACTIVE' NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    format export_format NOT NULL,
    on_restricted on_restricted DEFAULT 'FAIL' NOT NULL,
    recipients TEXT[] NOT NULL,
    next_run_at TIMESTAMP WITH TIME ZONE,
    last_run_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    CONSTRAINT pk_report_schedule PRIMARY KEY (id)
);
ALTER SEQUENCE report_schedule_id_seq OWNED BY report_schedule.id;
CREATE INDEX ix_report_schedule_due ON report_schedule (next_run_at) WHERE state = 'ACTIVE';
CREATE INDEX ix_report_schedule_owner_id ON report_schedule (owner_id);
CREATE INDEX ix_report_schedule_report ON report_schedule (saved_report_id);
COMMENT ON TABLE report_schedule IS 'A saved report that is run from time to time, as its owner (RC10).';
COMMENT ON COLUMN report_schedule.id IS 'Its number.';
COMMENT ON COLUMN report_schedule.created_at IS 'When it was created.';
COMMENT ON COLUMN report_schedule.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN report_schedule.saved_report_id IS 'The report that is run.';
COMMENT ON COLUMN report_schedule.owner_id IS 'Whom it runs as.';
COMMENT ON COLUMN report_schedule.state IS 'Whether it runs.';
COMMENT ON COLUMN report_schedule.cron IS 'When it runs, in the five fields of cron.';
COMMENT ON COLUMN report_schedule.time_zone IS 'IANA name of the time zone of `cron`.';
COMMENT ON COLUMN report_schedule.format IS 'The file it is written to.';
COMMENT ON COLUMN report_schedule.on_restricted IS 'What becomes of a column the owner may no longer use: the run fails, or does without.';
COMMENT ON COLUMN report_schedule.recipients IS 'Addresses that are told of a run; each reads it with rights of his own.';
COMMENT ON COLUMN report_schedule.next_run_at IS 'When it runs next.';
COMMENT ON COLUMN report_schedule.last_run_at IS 'When it last ran.';
COMMENT ON COLUMN report_schedule.last_error IS 'Code of the error of the last run.';

CREATE TABLE saved_report_share (
    saved_report_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_saved_report_share PRIMARY KEY (saved_report_id, user_id)
);
CREATE INDEX ix_saved_report_share_user_id ON saved_report_share (user_id);
COMMENT ON TABLE saved_report_share IS 'One user whom a saved report is shared with: the definition, never its answer.';
COMMENT ON COLUMN saved_report_share.saved_report_id IS 'The report.';
COMMENT ON COLUMN saved_report_share.user_id IS 'Who may open it.';
COMMENT ON COLUMN saved_report_share.created_at IS 'When it was created.';
