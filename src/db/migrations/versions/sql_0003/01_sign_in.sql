-- What signing in needs beside the sessions: counted failures, tokens sent by mail, mail that waits to be sent.

CREATE TYPE mail_kind AS ENUM ('RESET_PASSWORD', 'VERIFY_EMAIL', 'PASSWORD_CHANGED');

CREATE TABLE sign_in_attempt (
    subject BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    failures INTEGER NOT NULL,
    counted_since TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_sign_in_attempt PRIMARY KEY (subject),
    CONSTRAINT ck_sign_in_attempt_subject CHECK (octet_length(subject) = 32),
    CONSTRAINT ck_sign_in_attempt_failures CHECK (failures >= 0)
);
COMMENT ON TABLE sign_in_attempt IS 'Failures to sign in from one client, or for one address, within a quarter of an hour.';
COMMENT ON COLUMN sign_in_attempt.subject IS 'Keyed SHA-256 of the client or the address.';
COMMENT ON COLUMN sign_in_attempt.created_at IS 'When it was created.';
COMMENT ON COLUMN sign_in_attempt.failures IS 'How many there were.';
COMMENT ON COLUMN sign_in_attempt.counted_since IS 'When the first of them was; a quarter of an hour later they are forgotten.';

CREATE TABLE mail_token (
    user_id BIGINT NOT NULL,
    purpose mail_kind NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    email TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_mail_token PRIMARY KEY (user_id, purpose),
    CONSTRAINT ck_mail_token_email CHECK (email = lower(email) AND email LIKE '_%@_%'),
    CONSTRAINT ck_mail_token_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT ck_mail_token_purpose CHECK (purpose <> 'PASSWORD_CHANGED'),
    CONSTRAINT uq_mail_token_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_mail_token_user_id FOREIGN KEY (user_id) REFERENCES app_user (id)
);
COMMENT ON TABLE mail_token IS 'A token that was sent to a user, to be used once; a newer one for the same purpose takes its place.';
COMMENT ON COLUMN mail_token.user_id IS 'To whom it was sent.';
COMMENT ON COLUMN mail_token.purpose IS 'What it is good for.';
COMMENT ON COLUMN mail_token.created_at IS 'When it was created.';
COMMENT ON COLUMN mail_token.email IS 'The address it was sent to; worth nothing once he has another.';
COMMENT ON COLUMN mail_token.token_hash IS 'Keyed SHA-256 of the token.';
COMMENT ON COLUMN mail_token.expires_at IS 'When it ends by itself.';

CREATE SEQUENCE outgoing_mail_id_seq AS BIGINT;
CREATE TABLE outgoing_mail (
    id BIGINT DEFAULT nextval('outgoing_mail_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    kind mail_kind NOT NULL,
    email TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_outgoing_mail PRIMARY KEY (id),
    CONSTRAINT ck_outgoing_mail_email CHECK (email = lower(email) AND email LIKE '_%@_%'),
    CONSTRAINT ck_outgoing_mail_attempts CHECK (attempts >= 0)
);
ALTER SEQUENCE outgoing_mail_id_seq OWNED BY outgoing_mail.id;
CREATE INDEX ix_outgoing_mail_due_at ON outgoing_mail (due_at);
COMMENT ON TABLE outgoing_mail IS 'A mail that waits to be sent. It is written when it is sent, so that no token is stored here.';
COMMENT ON COLUMN outgoing_mail.id IS 'Its number.';
COMMENT ON COLUMN outgoing_mail.created_at IS 'When it was created.';
COMMENT ON COLUMN outgoing_mail.kind IS 'What it is about.';
COMMENT ON COLUMN outgoing_mail.email IS 'The address it goes to, if somebody has it.';
COMMENT ON COLUMN outgoing_mail.attempts IS 'How often sending was begun.';
COMMENT ON COLUMN outgoing_mail.due_at IS 'When it is to be tried next.';
COMMENT ON COLUMN outgoing_mail.expires_at IS 'When it is given up.';
