DELETE FROM outgoing_mail WHERE kind::text = 'REPORT_REFUSED';
ALTER TABLE outgoing_mail DROP COLUMN report_export_id;

-- No value is ever taken from a type, so it is made anew.
ALTER TABLE mail_token DROP CONSTRAINT ck_mail_token_purpose;
ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_invitation;
ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_registration;
ALTER TYPE mail_kind RENAME TO mail_kind_with_refusals;
CREATE TYPE mail_kind AS ENUM (
    'RESET_PASSWORD', 'VERIFY_EMAIL', 'PASSWORD_CHANGED', 'INVITATION', 'ACCOUNT_TRANSFERRED', 'REPORT_READY',
    'REGISTRATION', 'ALREADY_REGISTERED'
);
ALTER TABLE outgoing_mail ALTER COLUMN kind TYPE mail_kind USING kind::text::mail_kind;
ALTER TABLE mail_token ALTER COLUMN purpose TYPE mail_kind USING purpose::text::mail_kind;
DROP TYPE mail_kind_with_refusals;
ALTER TABLE mail_token ADD CONSTRAINT ck_mail_token_purpose CHECK (purpose <> 'PASSWORD_CHANGED');
ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_invitation
    CHECK ((kind::text = 'INVITATION') = (invitation_id IS NOT NULL));
ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_registration
    CHECK ((kind::text = 'REGISTRATION') = (registration_id IS NOT NULL));
