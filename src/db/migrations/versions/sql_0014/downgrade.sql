DELETE FROM outgoing_mail WHERE kind::text IN ('REGISTRATION', 'ALREADY_REGISTERED');
ALTER TABLE outgoing_mail DROP COLUMN registration_id;
DROP TABLE registration;

-- No value is ever taken from a type, so it is made anew.
ALTER TABLE mail_token DROP CONSTRAINT ck_mail_token_purpose;
ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_invitation;
ALTER TYPE mail_kind RENAME TO mail_kind_with_registrations;
CREATE TYPE mail_kind AS ENUM
    ('RESET_PASSWORD', 'VERIFY_EMAIL', 'PASSWORD_CHANGED', 'INVITATION', 'ACCOUNT_TRANSFERRED', 'REPORT_READY');
ALTER TABLE outgoing_mail ALTER COLUMN kind TYPE mail_kind USING kind::text::mail_kind;
ALTER TABLE mail_token ALTER COLUMN purpose TYPE mail_kind USING purpose::text::mail_kind;
DROP TYPE mail_kind_with_registrations;
ALTER TABLE mail_token ADD CONSTRAINT ck_mail_token_purpose CHECK (purpose <> 'PASSWORD_CHANGED');
ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_invitation
    CHECK ((kind::text = 'INVITATION') = (invitation_id IS NOT NULL));
