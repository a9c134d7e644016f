-- People who registered and have not confirmed their address: no users yet.

ALTER TYPE mail_kind ADD VALUE 'REGISTRATION';
ALTER TYPE mail_kind ADD VALUE 'ALREADY_REGISTERED';

CREATE SEQUENCE registration_id_seq AS BIGINT;
CREATE TABLE registration (
    id BIGINT DEFAULT nextval('registration_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    token_hash BYTEA,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_registration PRIMARY KEY (id),
    CONSTRAINT ck_registration_email CHECK (email = lower(email) AND email LIKE '_%@_%'),
    CONSTRAINT ck_registration_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_registration_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT uq_registration_token_hash UNIQUE (token_hash)
);
ALTER SEQUENCE registration_id_seq OWNED BY registration.id;
CREATE INDEX ix_registration_email ON registration (email);
CREATE INDEX ix_registration_expires_at ON registration (expires_at);
COMMENT ON TABLE registration IS 'Somebody who registered and has not confirmed his address: no user yet.';
COMMENT ON COLUMN registration.id IS 'Its number.';
COMMENT ON COLUMN registration.created_at IS 'When it was created.';
COMMENT ON COLUMN registration.email IS 'The address he says is his.';
COMMENT ON COLUMN registration.name IS 'How he will be shown to others.';
COMMENT ON COLUMN registration.password_hash IS 'Argon2id hash of the password he chose; to be given again with the token.';
COMMENT ON COLUMN registration.token_hash IS 'Keyed SHA-256 of the token that was sent to the address; none before it was.';
COMMENT ON COLUMN registration.expires_at IS 'When it ends by itself.';

ALTER TABLE outgoing_mail
    ADD COLUMN registration_id BIGINT,
    ADD CONSTRAINT fk_outgoing_mail_registration_id FOREIGN KEY (registration_id) REFERENCES registration (id),
    -- As text: a value that was added to a type cannot be used in the same transaction.
    ADD CONSTRAINT ck_outgoing_mail_registration CHECK ((kind::text = 'REGISTRATION') = (registration_id IS NOT NULL));
CREATE INDEX ix_outgoing_mail_registration_id ON outgoing_mail (registration_id);
COMMENT ON COLUMN outgoing_mail.registration_id IS 'The registration it is to confirm.';
