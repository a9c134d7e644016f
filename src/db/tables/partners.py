"""The partner side: accounts and sources, who works on them, enrollments, and the terms they are paid by."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column, derived
from sightline.db.tables.enums import (
    AccountStatus,
    CollaboratorRole,
    EnrollmentSide,
    EnrollmentState,
    InvitationScope,
    InvitationState,
    SourceKind,
)
from sightline.db.tables.parts import (
    account_key,
    advertiser_org,
    choice,
    composite,
    created_at,
    lower_case_email,
    named,
    numbered,
    partner_org,
    program_key,
    reference,
    version,
)

PARTNER_IDENTITY = FieldClass.PARTNER_IDENTITY
PAYOUT_METHOD_FULL = FieldClass.PAYOUT_METHOD_FULL
PAYOUT_METHOD_REDACTED = FieldClass.PAYOUT_METHOD_REDACTED
COMMISSION_TERMS = FieldClass.COMMISSION_TERMS
USER_CONTACT = FieldClass.USER_CONTACT


class AffiliateAccountRow(Row):
    """The account that commissions are credited and paid to; what permissions call an affiliate (V3, V6)."""

    __tablename__ = "affiliate_account"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        composite(
            "affiliate_account", "partner_profile", {"partner_profile_id": "id", "partner_org_id": "organization_id"}
        ),
        sa.UniqueConstraint("id", "partner_org_id"),
        sa.UniqueConstraint("id", "partner_profile_id", "partner_org_id"),
        sa.Index("ix_affiliate_account_partner_profile", "partner_profile_id"),
        sa.Index("ix_affiliate_account_partner_org", "partner_org_id"),
    )

    id: Mapped[int] = numbered("affiliate_account")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    partner_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The partner it belongs to.")
    partner_org_id: Mapped[int] = partner_org()
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    status: Mapped[AccountStatus] = choice(
        PUBLIC, "Where it stands in its life cycle.", AccountStatus, server_default=AccountStatus.PENDING.value
    )
    company_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The company that owns it and what it earns.", "company.id", index=True
    )
    created_by_id: Mapped[int] = reference(FOLLOWS_ROW, "Who opened it; somebody else approves it.", "app_user.id")
    external_id: Mapped[str | None] = column(
        FOLLOWS_ROW, "The operator's own number for it, by which imports name it.", unique=True
    )
    has_company = derived(
        FOLLOWS_ROW,
        "Whether a company is associated, also where it is not shown.",
        lambda t: t.c.company_id.is_not(None),
    )


class TrafficSourceRow(Row):
    """A place where a partner sends visitors from. Sources join programs, each for itself (K15)."""

    __tablename__ = "traffic_source"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        composite(
            "traffic_source", "partner_profile", {"partner_profile_id": "id", "partner_org_id": "organization_id"}
        ),
        sa.UniqueConstraint("id", "partner_profile_id", "partner_org_id"),
        sa.Index("ix_traffic_source_partner_profile", "partner_profile_id"),
        sa.Index("ix_traffic_source_partner_org", "partner_org_id"),
    )

    id: Mapped[int] = numbered("traffic_source")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    partner_profile_id: Mapped[int] = column(PUBLIC, "The partner whose source it is.")
    partner_org_id: Mapped[int] = partner_org()
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    kind: Mapped[SourceKind] = choice(PUBLIC, "What it is.", SourceKind)
    url: Mapped[str | None] = column(PUBLIC, "Where it is found.")


class CollaboratorRow(Row):
    """One user's access to one affiliate account (L9)."""

    __tablename__ = "collaborator"
    __role__ = TableRole.LOCAL
    __table_args__ = (sa.UniqueConstraint("affiliate_account_id", "user_id"),)

    id: Mapped[int] = numbered("collaborator")
    created_at: Mapped[datetime] = created_at()
    affiliate_account_id: Mapped[int] = reference(FOLLOWS_ROW, "The affiliate account.", "affiliate_account.id")
    user_id: Mapped[int] = reference(FOLLOWS_ROW, "Who has access.", "app_user.id", index=True)
    role: Mapped[CollaboratorRole] = choice(FOLLOWS_ROW, "What he may do there.", CollaboratorRole)
    expires_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When the access ends by itself.")


class InvitationRow(Row):
    """An offer of access, by e-mail. It gives access when the invited person accepts it, not before (L7)."""

    __tablename__ = "invitation"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        lower_case_email(),
        sa.CheckConstraint(
            "CASE scope WHEN 'ACCOUNT' THEN affiliate_account_id IS NOT NULL AND organization_id IS NULL"
            " WHEN 'ORGANIZATION' THEN affiliate_account_id IS NULL AND organization_id IS NOT NULL"
            " ELSE affiliate_account_id IS NULL AND organization_id IS NULL END",
            name="target",
        ),
        sa.CheckConstraint(
            "(scope = 'ACCOUNT') = (collaborator_role IS NOT NULL) AND (scope = 'ACCOUNT') = (role_id IS NULL)",
            name="role",
        ),
        sa.Index(
            "uq_invitation_pending",
            "scope",
            "affiliate_account_id",
            "organization_id",
            "email",
            "invited_by_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text("state = 'PENDING'"),
        ),
        sa.Index("ix_invitation_email", "email"),
    )

    id: Mapped[int] = numbered("invitation")
    created_at: Mapped[datetime] = created_at()
    scope: Mapped[InvitationScope] = choice(PUBLIC, "What it gives access to.", InvitationScope)
    affiliate_account_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The affiliate account it is for.", "affiliate_account.id"
    )
    organization_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The organization it is for.", "organization.id")
    email: Mapped[str] = column(USER_CONTACT, "The address invited, in lower case.")
    collaborator_role: Mapped[CollaboratorRole | None] = choice(
        PUBLIC, "What the invited person may do on the account.", CollaboratorRole
    )
    role_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The role the invited person gets.", "role.id", index=True)
    state: Mapped[InvitationState] = choice(
        PUBLIC, "Whether it was answered.", InvitationState, server_default=InvitationState.PENDING.value
    )
    invited_by_id: Mapped[int] = reference(FOLLOWS_ROW, "Who invited.", "app_user.id")
    target_name: Mapped[str] = column(PUBLIC, "Name of what it is for, as the invited person sees it.")
    inviter_name: Mapped[str] = column(PUBLIC, "Name of who invited, as the invited person sees it.")
    token_hash: Mapped[bytes] = column(INTERNAL, "SHA-256 of the token that was mailed.", unique=True)
    expires_at: Mapped[datetime] = column(PUBLIC, "Until when it can be accepted.")
    answered_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was accepted, declined or revoked.")


class PayoutMethodRow(Row):
    """How an account is paid. It belongs to the account and its company: another company ends it (AC9)."""

    __tablename__ = "payout_method"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.Index(
            "uq_payout_method_current",
            "affiliate_account_id",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = numbered("payout_method")
    created_at: Mapped[datetime] = created_at()
    affiliate_account_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The affiliate account that is paid.", "affiliate_account.id", index=True
    )
    company_id: Mapped[int] = reference(FOLLOWS_ROW, "The company that receives the money.", "company.id")
    created_by_id: Mapped[int] = reference(FOLLOWS_ROW, "Who set it.", "app_user.id")
    kind: Mapped[str] = column(PAYOUT_METHOD_REDACTED, "How money is sent, such as a bank transfer.")
    redacted: Mapped[str] = column(PAYOUT_METHOD_REDACTED, "The destination, all but its last characters withheld.")
    details: Mapped[bytes] = column(PAYOUT_METHOD_FULL, "The destination, encrypted with the server's key.")
    ended_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When another method or company took its place.")


class EnrollmentRow(Row):
    """A traffic source's joining of a program, from application or invitation to its end (SM1)."""

    __tablename__ = "enrollment"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        program_key("enrollment"),
        composite(
            "enrollment",
            "traffic_source",
            {
                "traffic_source_id": "id",
                "partner_profile_id": "partner_profile_id",
                "partner_org_id": "partner_org_id",
            },
        ),
        # INVARIANT: account and source are the same partner's; where the account is null nothing is compared.
        account_key("enrollment"),
        sa.ForeignKeyConstraint(
            ["proposed_account_id", "partner_profile_id", "partner_org_id"],
            ["affiliate_account.id", "affiliate_account.partner_profile_id", "affiliate_account.partner_org_id"],
            name="fk_enrollment_proposed_account",
        ),
        sa.CheckConstraint("state <> 'APPLIED' OR proposed_account_id IS NOT NULL", name="proposed"),
        sa.CheckConstraint(
            "CASE WHEN state IN ('APPLIED', 'DENIED', 'WITHDRAWN') THEN initiated_by = 'PARTNER'"
            " WHEN state IN ('INVITED', 'REJECTED', 'REVOKED', 'INVITE_EXPIRED') THEN initiated_by = 'ADVERTISER'"
            " ELSE true END",
            name="initiated_by",
        ),
        sa.CheckConstraint("(state IN ('ACTIVE', 'EXPIRED', 'LEFT')) = (activated_at IS NOT NULL)", name="activated"),
        sa.CheckConstraint("(activated_at IS NULL) = (affiliate_account_id IS NULL)", name="payee"),
        sa.CheckConstraint("(state IN ('APPLIED', 'INVITED', 'ACTIVE')) = (ended_at IS NULL)", name="ended"),
        sa.UniqueConstraint("id", "program_id", "traffic_source_id"),
        sa.Index(
            "uq_enrollment_open",
            "program_id",
            "traffic_source_id",
            unique=True,
            postgresql_where=sa.text("state IN ('APPLIED', 'INVITED', 'ACTIVE')"),
        ),
        sa.Index("ix_enrollment_program", "program_id"),
        sa.Index("ix_enrollment_traffic_source", "traffic_source_id"),
        sa.Index("ix_enrollment_affiliate_account", "affiliate_account_id"),
        sa.Index("ix_enrollment_proposed_account", "proposed_account_id"),
        sa.Index("ix_enrollment_advertiser_org", "advertiser_org_id"),
        sa.Index("ix_enrollment_partner_org", "partner_org_id"),
    )

    id: Mapped[int] = numbered("enrollment")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    program_id: Mapped[int] = column(FOLLOWS_ROW, "The program joined.")
    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser of the program.")
    advertiser_org_id: Mapped[int] = advertiser_org()
    traffic_source_id: Mapped[int] = column(PARTNER_IDENTITY, "The traffic source that joined.")
    partner_profile_id: Mapped[int] = column(PARTNER_IDENTITY, "The partner whose source it is.")
    partner_org_id: Mapped[int] = partner_org()
    affiliate_account_id: Mapped[int | None] = column(
        PARTNER_IDENTITY, "The account its commissions are credited to, fixed when it becomes active."
    )
    proposed_account_id: Mapped[int | None] = column(
        PARTNER_IDENTITY, "The account that the partner named when it applied; approving makes it the payee."
    )
    initiated_by: Mapped[EnrollmentSide] = choice(FOLLOWS_ROW, "Which side began; the other answers.", EnrollmentSide)
    state: Mapped[EnrollmentState] = choice(PUBLIC, "Where it stands.", EnrollmentState)
    commission_plan_id: Mapped[int | None] = reference(
        COMMISSION_TERMS, "The commission plan it is paid by, fixed when it becomes active.", "commission_plan.id"
    )
    activated_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it became active.")
    ended_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it ended, by whatever side.")
