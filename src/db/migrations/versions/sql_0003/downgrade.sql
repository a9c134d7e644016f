-- Everything that the migration made.

DROP TABLE outgoing_mail, mail_token, sign_in_attempt;
DROP TYPE mail_kind;
