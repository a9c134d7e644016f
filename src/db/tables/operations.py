"""How the service is run: keys, sessions, the policy's version, settings, idempotency, imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import ImportOutcome, ImportState, KeyOwner, KeyState
from sightline.db.tables.parts import choice, created_at, flag, named, numbered, reference, version

KEY_META = FieldClass.KEY_META

IMPORTED_VALUE = (
    FieldClass.CUSTOMER_PII,
    FieldClass.PARTNER_IDENTITY,
    FieldClass.PAYOUT,
    FieldClass.REVENUE,
    FieldClass.SALE_AMOUNT,
)
"""An imported cell may be an amount, an order number or a name: whoever reads it holds all of these (M5b)."""


class ApiKeyRow(Row):
    """A key of an organization or of a user. The secret itself is stored nowhere (SM6)."""

    __tablename__ = "api_key"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        named(),
        sa.CheckConstraint(
            "CASE owner_kind WHEN 'ORG' THEN organization_id IS NOT NULL AND user_id IS NULL"
            " ELSE organization_id IS NULL AND user_id IS NOT NULL END",
            name="owner",
        ),
        sa.CheckConstraint("owner_kind = 'ORG' OR cardinality(scopes) > 0", name="scopes"),  # C-10
        sa.CheckConstraint("(state = 'PENDING') = (hash IS NULL)", name="claimed"),
        sa.CheckConstraint("(hash IS NULL) = (prefix IS NULL) AND (hash IS NULL) = (last_four IS NULL)", name="secret"),
        sa.CheckConstraint("octet_length(hash) = 32", name="hash"),
        sa.CheckConstraint("owner_kind = 'ORG' OR rotation_due_at IS NULL", name="rotation"),
        sa.Index("ix_api_key_organization", "organization_id"),
        sa.Index("ix_api_key_user", "user_id"),
    )

    id: Mapped[int] = numbered("api_key")
    created_at: Mapped[datetime] = created_at(KEY_META)
    version: Mapped[int] = version()
    owner_kind: Mapped[KeyOwner] = choice(KEY_META, "An organization's key, or a user's.", KeyOwner)
    organization_id: Mapped[int | None] = reference(KEY_META, "The organization whose key it is.", "organization.id")
    user_id: Mapped[int | None] = reference(KEY_META, "The user whose key it is.", "app_user.id")
    created_by_id: Mapped[int | None] = reference(KEY_META, "Who made it.", "app_user.id")
    name: Mapped[str] = column(KEY_META, "What it is for.")
    prefix: Mapped[str | None] = column(KEY_META, "How it begins.")
    last_four: Mapped[str | None] = column(KEY_META, "Its last four characters.")
    hash: Mapped[bytes | None] = column(INTERNAL, "Keyed SHA-256 of the secret.", unique=True)
    scopes: Mapped[list[str] | None] = column(
        KEY_META, "The only things it may do; everything its organization may, if none is named.", sa.ARRAY(sa.Text)
    )
    state: Mapped[KeyState] = choice(KEY_META, "Whether it can be used.", KeyState)
    expires_at: Mapped[datetime | None] = column(KEY_META, "When it ends by itself.")
    last_used_at: Mapped[datetime | None] = column(KEY_META, "When it was last used, to the minute.")
    revoked_at: Mapped[datetime | None] = column(KEY_META, "When it was revoked.")
    rotation_due_at: Mapped[datetime | None] = column(
        KEY_META, "From when on it should be rotated, as whoever made it is no administrator of its organization then."
    )


class SessionRow(Row):
    """One signed-in browser."""

    __tablename__ = "session"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        sa.CheckConstraint("expires_at > created_at", name="expiry"),
    )

    id: Mapped[int] = numbered("session")
    created_at: Mapped[datetime] = created_at(INTERNAL)
    user_id: Mapped[int] = reference(INTERNAL, "Who is signed in.", "app_user.id", index=True)
    token_hash: Mapped[bytes] = column(INTERNAL, "Keyed SHA-256 of the cookie.", unique=True)
    expires_at: Mapped[datetime] = column(INTERNAL, "When it ends by itself.", index=True)
    last_seen_at: Mapped[datetime | None] = column(INTERNAL, "When it was last used, to the minute.")
    revoked_at: Mapped[datetime | None] = column(INTERNAL, "When it was signed out.")


class AuthzEpochRow(Row):
    """The version of the policy: one row, counted up in the transaction of every change of a grant."""

    __tablename__ = "authz_epoch"
    __role__ = TableRole.LOCAL
    __table_args__ = (sa.CheckConstraint("id", name="one_row"),)

    id: Mapped[bool] = column(INTERNAL, "Always true: there is one row.", primary_key=True, server_default=sa.true())
    n: Mapped[int] = column(INTERNAL, "How often a grant changed.", server_default="0")


class PlatformSettingRow(Row):
    """One setting of the whole platform."""

    __tablename__ = "platform_setting"
    __role__ = TableRole.LOCAL

    key: Mapped[str] = column(PUBLIC, "What it is called.", primary_key=True)
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    value: Mapped[Any] = column(FOLLOWS_ROW, "What it is set to.", sa.dialects.postgresql.JSONB)
    updated_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it was last set.", server_default=sa.text("now()"))


class TrustedDocumentRow(Row):
    """An operation that was registered beforehand, and may be run by its hash."""

    __tablename__ = "trusted_document"
    __role__ = TableRole.LOCAL
    __table_args__ = (sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash"),)

    hash: Mapped[str] = column(INTERNAL, "SHA-256 of its text, in hexadecimal.", primary_key=True)
    created_at: Mapped[datetime] = created_at(INTERNAL)
    name: Mapped[str] = column(INTERNAL, "Name of the operation.")
    text: Mapped[str] = column(INTERNAL, "The operation.")


class IdempotencyKeyRow(Row):
    """What a mutation did, so that a repeat does nothing more. The effect, never the answer (DR17)."""

    __tablename__ = "idempotency_key"
    __role__ = TableRole.LOCAL
    __table_args__ = (sa.CheckConstraint("octet_length(request_hash) = 32", name="request_hash"),)

    principal: Mapped[str] = column(INTERNAL, "Who asked.", primary_key=True)
    key: Mapped[str] = column(INTERNAL, "The key sent along.", primary_key=True)
    created_at: Mapped[datetime] = created_at(INTERNAL)
    request_hash: Mapped[bytes] = column(INTERNAL, "SHA-256 of the request; another request under the key is refused.")
    effect: Mapped[dict[str, Any] | None] = column(
        INTERNAL, "Which rows were written; nothing while the first is still running."
    )
    expires_at: Mapped[datetime] = column(INTERNAL, "When it is forgotten.", index=True)


class ImportJobRow(Row):
    """One run of a data import; each line is a mutation by whoever started it (A15)."""

    __tablename__ = "import_job"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("bytes_read >= 0 AND rows_read >= 0", name="progress"),
        sa.Index("ix_import_job_beat_at", "beat_at", postgresql_where=sa.text("finished_at IS NULL")),
    )

    id: Mapped[int] = numbered("import_job")
    created_at: Mapped[datetime] = created_at()
    created_by_id: Mapped[int] = reference(FOLLOWS_ROW, "Whom it runs as.", "app_user.id", index=True)
    name: Mapped[str] = column(PUBLIC, "What it is called, such as the name of a file.")
    state: Mapped[ImportState] = choice(
        PUBLIC, "Where it stands.", ImportState, server_default=ImportState.QUEUED.value
    )
    entity: Mapped[str] = column(FOLLOWS_ROW, "What its lines are, such as conversions.")
    source: Mapped[str] = column(FOLLOWS_ROW, "The system its lines come from.")
    scheduled: Mapped[bool] = flag(FOLLOWS_ROW, "Whether it runs by itself, and is everybody's to read.")
    started_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it began.")
    finished_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it ended.")
    dry_run: Mapped[bool] = flag(FOLLOWS_ROW, "Whether it is tried only: a log is written, and nothing else.")
    mapping: Mapped[str | None] = column(INTERNAL, "What the columns of the file that is sent mean, as YAML.")
    file_size: Mapped[int | None] = column(FOLLOWS_ROW, "The bytes of its file, once that has come.")
    bytes_read: Mapped[int] = column(FOLLOWS_ROW, "How many of them have been read.", server_default="0")
    rows_read: Mapped[int] = column(FOLLOWS_ROW, "How many rows of it have been read.", server_default="0")
    rows_accepted: Mapped[int | None] = column(
        FOLLOWS_ROW, "How many of them were taken, repeated ones included, once it is completed."
    )
    rows_refused: Mapped[int | None] = column(FOLLOWS_ROW, "How many of them are in its log, once it is completed.")
    problem: Mapped[str | None] = column(FOLLOWS_ROW, "Why it failed, and what to do.")
    beat_at: Mapped[datetime | None] = column(INTERNAL, "When the process that has its file last said that it lives.")


class ImportLogRow(Row):
    """What became of one line of an import, or of one value in it."""

    __tablename__ = "import_log"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("line > 0", name="line"),
        sa.Index("ix_import_log_job", "job_id", "line"),
    )

    id: Mapped[int] = numbered("import_log")
    created_at: Mapped[datetime] = created_at()
    job_id: Mapped[int] = reference(FOLLOWS_ROW, "The import.", "import_job.id")
    line: Mapped[int] = column(FOLLOWS_ROW, "The line of the file, from 1 on.", sa.Integer)
    outcome: Mapped[ImportOutcome] = choice(FOLLOWS_ROW, "What became of it.", ImportOutcome)
    column_name: Mapped[str | None] = column(FOLLOWS_ROW, "The column that is wrong.")
    value: Mapped[str | None] = column(IMPORTED_VALUE, "What it says there.")
    reason: Mapped[str | None] = column(FOLLOWS_ROW, "What is wrong with it.")


class ImportClaimRow(Row):
    """One reference of another system, taken for ever: the same one under another account is refused (D3)."""

    __tablename__ = "import_claim"
    __role__ = TableRole.LOCAL

    claim_key: Mapped[str] = column(INTERNAL, "What is claimed, such as a conversion.", primary_key=True)
    source: Mapped[str] = column(INTERNAL, "The other system.", primary_key=True)
    external_ref: Mapped[str] = column(INTERNAL, "The reference there.", primary_key=True)
    created_at: Mapped[datetime] = created_at(INTERNAL)


class AccountShardRow(Row):
    """Every affiliate account, beside its facts: what drives the search for the newest facts of each (D7)."""

    __tablename__ = "account_shard"
    __role__ = TableRole.FACT

    affiliate_account_id: Mapped[int] = reference(
        INTERNAL, "The affiliate account.", "affiliate_account.id", primary_key=True, autoincrement=False
    )
