"""Who takes part: users, organizations, their profiles, companies, and who has access to a company."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import CompanyLevel, UserStatus
from sightline.db.tables.parts import choice, created_at, flag, lower_case_email, named, numbered, reference, version

USER_CONTACT = FieldClass.USER_CONTACT
PAYOUT_METHOD_FULL = FieldClass.PAYOUT_METHOD_FULL


class AppUserRow(Row):
    """A person who may sign in. Nothing is granted by being a user (A1)."""

    __tablename__ = "app_user"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        lower_case_email(),
        sa.CheckConstraint("(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name="oidc_identity"),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
    )

    id: Mapped[int] = numbered("app_user")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    email: Mapped[str] = column(USER_CONTACT, "The address he signs in with, in lower case.", unique=True)
    email_verified_at: Mapped[datetime | None] = column(USER_CONTACT, "When he proved that the address is his.")
    name: Mapped[str] = column(PUBLIC, "How he is shown to others.")
    password_hash: Mapped[str | None] = column(INTERNAL, "Argon2id hash of his password.")
    oidc_issuer: Mapped[str | None] = column(INTERNAL, "The identity provider that vouches for him.")
    oidc_subject: Mapped[str | None] = column(INTERNAL, "His identity at that provider.")
    status: Mapped[UserStatus] = choice(
        PUBLIC, "Whether he may use the platform.", UserStatus, server_default=UserStatus.ACTIVE.value
    )
    time_zone: Mapped[str | None] = column(FOLLOWS_ROW, "IANA name of the time zone his reports use, unless they say.")


class OrganizationRow(Row):
    """A tenant: it owns profiles of any kind, and members see everything in it (K3, K7)."""

    __tablename__ = "organization"
    __role__ = TableRole.REFERENCE
    __table_args__ = (named(),)

    id: Mapped[int] = numbered("organization")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    created_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who made it: its first administrator.", "app_user.id")
    time_zone: Mapped[str | None] = column(
        FOLLOWS_ROW, "IANA name of the time zone of its reports, where the user has none."
    )
    guest_hides_partner_names: Mapped[bool] = flag(FOLLOWS_ROW, "Whether guests do not see which partner a row is of.")
    hides_archived_profiles: Mapped[bool] = flag(
        FOLLOWS_ROW, "Whether members and guests do not see archived partner profiles."
    )


class AdvertiserProfileRow(Row):
    """An advertiser of an organization. Shown to its own members; partners see its programs only (K10)."""

    __tablename__ = "advertiser_profile"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        # What programs and invoices carry of it refers to these keys.
        sa.UniqueConstraint("id", "organization_id"),
        sa.UniqueConstraint("id", "organization_id", "name"),
    )

    id: Mapped[int] = numbered("advertiser_profile")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    organization_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The organization that owns it.", "organization.id", index=True
    )
    name: Mapped[str] = column(PUBLIC, "The advertiser's name.")
    approved_at: Mapped[datetime | None] = column(
        FOLLOWS_ROW, "When the operator approved it; from then on its organization may browse partners."
    )
    archived_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was archived.")


class PartnerProfileRow(Row):
    """The public identity of a partner in the marketplace (K12)."""

    __tablename__ = "partner_profile"
    __role__ = TableRole.REFERENCE
    __table_args__ = (named(), sa.UniqueConstraint("id", "organization_id"))

    id: Mapped[int] = numbered("partner_profile")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    organization_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The organization that owns it.", "organization.id", index=True
    )
    name: Mapped[str] = column(PUBLIC, "The partner's name.")
    description: Mapped[str | None] = column(PUBLIC, "What the partner says of itself.")
    listed: Mapped[bool] = flag(PUBLIC, "Whether it is shown to advertisers in the marketplace.")
    archived_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was archived.")


class CompanyRow(Row):
    """The legal owner of affiliate accounts and of what they earn (A20). No module gives access to it (L1)."""

    __tablename__ = "company"
    __role__ = TableRole.REFERENCE
    __table_args__ = (named(),)

    id: Mapped[int] = numbered("company")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    name: Mapped[str] = column(PUBLIC, "Its legal name.")
    tax_id: Mapped[str | None] = column(PAYOUT_METHOD_FULL, "Its tax number.")


class CompanyAccessRow(Row):
    """One user's access to a company; written by its owners only (AC9)."""

    __tablename__ = "company_access"
    __role__ = TableRole.LOCAL
    __table_args__ = (sa.UniqueConstraint("company_id", "user_id"),)

    id: Mapped[int] = numbered("company_access")
    created_at: Mapped[datetime] = created_at()
    company_id: Mapped[int] = reference(FOLLOWS_ROW, "The company.", "company.id")
    user_id: Mapped[int] = reference(FOLLOWS_ROW, "Who has access.", "app_user.id", index=True)
    level: Mapped[CompanyLevel] = choice(FOLLOWS_ROW, "Owners set payout information, members do not.", CompanyLevel)
    expires_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When the access ends by itself.")
