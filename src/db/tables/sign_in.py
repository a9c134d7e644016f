"""What signing in needs beside the sessions: counted failures, mailed tokens, registrations, mail that waits."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.db.tables.base import INTERNAL, Row, TableRole, column
from sightline.db.tables.enums import MailKind
from sightline.db.tables.parts import NOW, choice, created_at, lower_case_email, named, numbered, reference


class SignInAttemptRow(Row):
    """Failures to sign in from one client, or for one address, within a quarter of an hour."""

    __tablename__ = "sign_in_attempt"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("octet_length(subject) = 32", name="subject"),
        sa.CheckConstraint("failures >= 0", name="failures"),
    )

    subject: Mapped[bytes] = column(INTERNAL, "Keyed SHA-256 of the client or the address.", primary_key=True)
    created_at: Mapped[datetime] = created_at(INTERNAL)
    failures: Mapped[int] = column(INTERNAL, "How many there were.", sa.Integer)
    counted_since: Mapped[datetime] = column(
        INTERNAL, "When the first of them was; a quarter of an hour later they are forgotten.", server_default=NOW
    )


class MailTokenRow(Row):
    """A token that was sent to a user, to be used once; a newer one for the same purpose takes its place."""

    __tablename__ = "mail_token"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        lower_case_email(),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        sa.CheckConstraint("purpose <> 'PASSWORD_CHANGED'", name="purpose"),
    )

    user_id: Mapped[int] = reference(
        INTERNAL, "To whom it was sent.", "app_user.id", primary_key=True, autoincrement=False
    )
    purpose: Mapped[MailKind] = choice(INTERNAL, "What it is good for.", MailKind, primary_key=True)
    created_at: Mapped[datetime] = created_at(INTERNAL)
    email: Mapped[str] = column(INTERNAL, "The address it was sent to; worth nothing once he has another.")
    token_hash: Mapped[bytes] = column(INTERNAL, "Keyed SHA-256 of the token.", unique=True)
    expires_at: Mapped[datetime] = column(INTERNAL, "When it ends by itself.")


class RegistrationRow(Row):
    """Somebody who registered and has not confirmed his address: no user yet."""

    __tablename__ = "registration"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        lower_case_email(),
        named(),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    )

    id: Mapped[int] = numbered("registration", INTERNAL)
    created_at: Mapped[datetime] = created_at(INTERNAL)
    email: Mapped[str] = column(INTERNAL, "The address he says is his.", index=True)
    name: Mapped[str] = column(INTERNAL, "How he will be shown to others.")
    password_hash: Mapped[str] = column(
        INTERNAL, "Argon2id hash of the password he chose; to be given again with the token."
    )
    token_hash: Mapped[bytes | None] = column(
        INTERNAL, "Keyed SHA-256 of the token that was sent to the address; none before it was.", unique=True
    )
    expires_at: Mapped[datetime] = column(INTERNAL, "When it ends by itself.", index=True)


class OutgoingMailRow(Row):
    """A mail that waits to be sent. It is written when it is sent, so that no token is stored here."""

    __tablename__ = "outgoing_mail"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        lower_case_email(),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.CheckConstraint("(kind::text = 'INVITATION') = (invitation_id IS NOT NULL)", name="invitation"),
        sa.CheckConstraint("(kind::text = 'REGISTRATION') = (registration_id IS NOT NULL)", name="registration"),
        sa.CheckConstraint("report_export_id IS NULL OR starts_with(kind::text, 'REPORT_')", name="report_export"),
    )

    id: Mapped[int] = numbered("outgoing_mail", INTERNAL)
    created_at: Mapped[datetime] = created_at(INTERNAL)
    kind: Mapped[MailKind] = choice(INTERNAL, "What it is about.", MailKind)
    email: Mapped[str] = column(INTERNAL, "The address it goes to, if somebody has it.")
    invitation_id: Mapped[int | None] = reference(INTERNAL, "The invitation it brings.", "invitation.id", index=True)
    registration_id: Mapped[int | None] = reference(
        INTERNAL, "The registration it is to confirm.", "registration.id", index=True
    )
    report_export_id: Mapped[int | None] = column(
        INTERNAL, "The delivery it tells of.", sa.ForeignKey("report_export.id", ondelete="CASCADE"), index=True
    )
    attempts: Mapped[int] = column(INTERNAL, "How often sending was begun.", sa.Integer, server_default="0")
    due_at: Mapped[datetime] = column(INTERNAL, "When it is to be tried next.", server_default=NOW, index=True)
    expires_at: Mapped[datetime] = column(INTERNAL, "When it is given up.")
