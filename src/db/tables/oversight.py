"""Who watches the watchers: the audit log, transfers of ownership, requests for access, and reviews of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import (
    AccessRequestState,
    ReviewItemState,
    ReviewScope,
    ReviewState,
    TransferState,
)
from sightline.db.tables.parts import choice, created_at, numbered, reference, version

POLICY = FieldClass.POLICY


class AuditLogRow(Row):
    """One change, chained to the one before it. Append-only: the application may neither change nor delete it."""

    __tablename__ = "audit_log"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("octet_length(hash) = 32 AND octet_length(prev_hash) = 32", name="hash"),
        sa.Index("ix_audit_log_at", "at"),
        sa.Index("ix_audit_log_actor", "actor_id"),
        sa.Index("ix_audit_log_organization", "organization_id"),
        sa.Index("ix_audit_log_affiliate_account", "affiliate_account_id"),
        sa.Index("ix_audit_log_target", "target_type", "target_id"),
    )

    id: Mapped[int] = numbered("audit_log")
    at: Mapped[datetime] = column(FOLLOWS_ROW, "When it happened.", server_default=sa.text("now()"))
    actor_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who did it; none if the system did.", "app_user.id")
    on_behalf_of_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The other person, where one looked or acted as another.", "app_user.id"
    )
    api_key_id: Mapped[int | None] = reference(POLICY, "The key it was done with.", "api_key.id")
    via_path: Mapped[str | None] = column(POLICY, "The grant that allowed it.")
    organization_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The organization it concerns.", "organization.id")
    affiliate_account_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The affiliate account it concerns.", "affiliate_account.id"
    )
    action: Mapped[str] = column(PUBLIC, "What was done, as `resource:verb`.")
    target_type: Mapped[str] = column(FOLLOWS_ROW, "The kind of what was changed.")
    target_id: Mapped[str] = column(FOLLOWS_ROW, "Which one was changed; a fact's is account and number.", opaque=True)
    # They quote fields of any class: each is shown by the class of its own field, never the whole (M5b).
    before: Mapped[dict[str, Any] | None] = column(INTERNAL, "The changed fields as they were.")
    after: Mapped[dict[str, Any] | None] = column(INTERNAL, "The changed fields as they became.")
    prev_hash: Mapped[bytes] = column(INTERNAL, "The hash of the row before; zeros for the first.", unique=True)
    hash: Mapped[bytes] = column(INTERNAL, "SHA-256 of the hash before and this row.")


class OwnershipTransferRow(Row):
    """The moving of an affiliate account to another company, or to none (SM8)."""

    __tablename__ = "ownership_transfer"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        # F24: whoever asks does not approve.
        sa.CheckConstraint("approved_by_id <> requested_by_id", name="second_person"),
        sa.CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approval"),
        sa.CheckConstraint("state <> 'APPROVED' OR approved_at IS NOT NULL", name="approved"),
        sa.CheckConstraint("state NOT IN ('REQUESTED', 'REJECTED') OR approved_at IS NULL", name="unapproved"),
        sa.CheckConstraint("(state = 'EXECUTED') = (executed_at IS NOT NULL)", name="executed"),
        sa.CheckConstraint("from_company_id IS DISTINCT FROM to_company_id", name="companies"),
        # Of what is asked for, not of the account: whoever asks for the same sees the other request, and nobody is told
        # of one between companies that he does not see (LK15).
        sa.Index(
            "uq_ownership_transfer_open",
            "affiliate_account_id",
            "from_company_id",
            "to_company_id",
            unique=True,
            postgresql_where=sa.text("state IN ('REQUESTED', 'APPROVED')"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = numbered("ownership_transfer")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    affiliate_account_id: Mapped[int] = reference(FOLLOWS_ROW, "The affiliate account.", "affiliate_account.id")
    from_company_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The company that owns it now.", "company.id")
    to_company_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The company that shall own it.", "company.id")
    state: Mapped[TransferState] = choice(
        PUBLIC, "Where it stands.", TransferState, server_default=TransferState.REQUESTED.value
    )
    requested_by_id: Mapped[int] = reference(FOLLOWS_ROW, "Who asked for it.", "app_user.id")
    approved_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The other person who approved it.", "app_user.id")
    content_hash: Mapped[bytes] = column(INTERNAL, "SHA-256 of what is asked for; an approval holds for this only.")
    approved_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was approved.")
    executed_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When the account changed hands.")
    expires_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it ends by itself.")


class AccessRequestRow(Row):
    """One user's request for access. It grants nothing by itself, and repeats what he typed, nothing more."""

    __tablename__ = "access_request"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("(state IN ('APPROVED', 'REFUSED')) = (decided_at IS NOT NULL)", name="decided"),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decision"),
        sa.CheckConstraint("decided_by_id <> requester_id", name="second_person"),
        sa.CheckConstraint("granted_until IS NULL OR state = 'APPROVED'", name="granted"),
        sa.CheckConstraint("answer IS NULL OR decided_at IS NOT NULL", name="answered"),
        sa.Index("ix_access_request_organization", "organization_id"),
    )

    id: Mapped[int] = numbered("access_request")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    requester_id: Mapped[int] = reference(FOLLOWS_ROW, "Who asks.", "app_user.id", index=True)
    coordinate: Mapped[str | None] = column(FOLLOWS_ROW, "The field asked for, as typed.")
    node: Mapped[str | None] = column(FOLLOWS_ROW, "The object asked for, as typed.")
    reason: Mapped[str] = column(FOLLOWS_ROW, "Why it is needed.")
    organization_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The organization that is asked; none where the operator is.", "organization.id"
    )
    wanted_until: Mapped[datetime | None] = column(
        FOLLOWS_ROW, "Until when it is needed; without an end if there is none."
    )
    state: Mapped[AccessRequestState] = choice(
        PUBLIC, "Where it stands.", AccessRequestState, server_default=AccessRequestState.REQUESTED.value
    )
    decided_by_id: Mapped[int | None] = reference(POLICY, "Who decided.", "app_user.id")
    decided_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was decided.")
    granted_until: Mapped[datetime | None] = column(FOLLOWS_ROW, "When what was given ends by itself.")
    answer: Mapped[str | None] = column(FOLLOWS_ROW, "What whoever decided says to it.")


class AccessReviewRow(Row):
    """A periodic look at who has access, by who may change it (L12)."""

    __tablename__ = "access_review"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint(
            "(scope = 'ACCOUNT') = (affiliate_account_id IS NOT NULL)"
            " AND (scope IN ('ORGANIZATION', 'ORGANIZATION_KEYS')) = (organization_id IS NOT NULL)"
            " AND (scope = 'COMPANY') = (company_id IS NOT NULL)",
            name="target",
        ),
        sa.CheckConstraint(
            "(state = 'COMPLETED') = (completed_at IS NOT NULL) AND (completed_at IS NULL) = (completed_by_id IS NULL)",
            name="completed",
        ),
        sa.Index("ix_access_review_affiliate_account", "affiliate_account_id"),
        sa.Index("ix_access_review_organization", "organization_id"),
        sa.Index("ix_access_review_company", "company_id"),
        sa.Index(
            "uq_access_review_open",
            "scope",
            "affiliate_account_id",
            "organization_id",
            "company_id",
            unique=True,
            postgresql_where=sa.text("state = 'OPEN'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = numbered("access_review")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    scope: Mapped[ReviewScope] = choice(FOLLOWS_ROW, "Whose access is looked at.", ReviewScope)
    affiliate_account_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The affiliate account.", "affiliate_account.id")
    organization_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The organization.", "organization.id")
    company_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The company.", "company.id")
    state: Mapped[ReviewState] = choice(
        PUBLIC, "Whether it is done.", ReviewState, server_default=ReviewState.OPEN.value
    )
    due_at: Mapped[datetime] = column(FOLLOWS_ROW, "Until when it should be done.")
    opened_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who began it; none if the system did.", "app_user.id")
    completed_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who did it.", "app_user.id")
    completed_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was done.")
    findings: Mapped[dict[str, Any] | None] = column(
        INTERNAL, "What was found in all, before reviews had a row for each grant."
    )


class AccessReviewItemRow(Row):
    """One grant that is looked at in a review: kept, taken away, or ended meanwhile (L12)."""

    __tablename__ = "access_review_item"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("(state IN ('CONFIRMED', 'REVOKED')) = (decided_at IS NOT NULL)", name="decided"),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decision"),
        sa.CheckConstraint(
            "num_nonnulls(membership_id, collaborator_id, api_key_id, company_access_id) <= 1", name="one_grant"
        ),
        # A grant may end while it is looked at, or afterwards: what was found of it stays.
        sa.ForeignKeyConstraint(["membership_id"], ["role_assignment.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["collaborator_id"], ["collaborator.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["company_access_id"], ["company_access.id"], ondelete="SET NULL"),
        # One user may have several keys, and an organization's key is nobody's.
        sa.Index(
            "uq_access_review_item_user",
            "review_id",
            "user_id",
            unique=True,
            postgresql_where=sa.text("api_key_id IS NULL"),
        ),
        sa.Index("uq_access_review_item_api_key", "review_id", "api_key_id", unique=True),
        sa.Index("ix_access_review_item_api_key", "api_key_id"),
        sa.Index("ix_access_review_item_company_access", "company_access_id"),
        sa.Index("ix_access_review_item_membership", "membership_id"),
        sa.Index("ix_access_review_item_collaborator", "collaborator_id"),
    )

    id: Mapped[int] = numbered("access_review_item")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    review_id: Mapped[int] = reference(FOLLOWS_ROW, "The review.", "access_review.id")
    user_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "Whose access it is; none where it is an organization's key.", "app_user.id"
    )
    membership_id: Mapped[int | None] = column(FOLLOWS_ROW, "The membership or platform role; none where it is gone.")
    collaborator_id: Mapped[int | None] = column(FOLLOWS_ROW, "The collaborator's role; none where it is gone.")
    api_key_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The API key.", "api_key.id")
    company_access_id: Mapped[int | None] = column(FOLLOWS_ROW, "The access to the company; none where it is gone.")
    person: Mapped[str] = column(
        FOLLOWS_ROW, "What the person, or the organization of a key, was called when it was looked at."
    )
    role: Mapped[str] = column(
        FOLLOWS_ROW, "What the role was called when it was looked at; of a key its name and scopes."
    )
    access_until: Mapped[datetime | None] = column(FOLLOWS_ROW, "When the access would have ended by itself.")
    state: Mapped[ReviewItemState] = choice(
        PUBLIC, "What became of it.", ReviewItemState, server_default=ReviewItemState.OPEN.value
    )
    decided_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who decided.", "app_user.id")
    decided_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was decided.")
    note: Mapped[str | None] = column(FOLLOWS_ROW, "Why.")
