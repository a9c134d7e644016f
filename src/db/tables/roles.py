"""What a user may do: roles with their permissions, and who holds them where."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.authz.permissions import Level, Scope
from sightline.authz.roles import BaseType
from sightline.db.tables.base import FOLLOWS_ROW, PUBLIC, Row, TableRole, column, enum_type
from sightline.db.tables.enums import (
    ConversionStatus,
    ListScope,
    ProductLine,
    RoleOrigin,
    RoleStatus,
    UserVisibility,
)
from sightline.db.tables.parts import choice, created_at, flag, named, numbered, reference, version

POLICY = FieldClass.POLICY


class RoleRow(Row):
    """A named set of permissions and limits. What may be changed in it follows from its origin (DR9)."""

    __tablename__ = "role"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        named(),
        sa.CheckConstraint("lower(name) <> 'custom' OR origin = 'PERSONAL'", name="name_reserved"),  # DR3, I5
        sa.CheckConstraint("(organization_id IS NULL) = (scope = 'PLATFORM' OR origin = 'PREDEFINED')", name="owner"),
        sa.CheckConstraint("(scope = 'ORGANIZATION') = (base_type = 'ORG')", name="base_type"),
        sa.CheckConstraint("(origin = 'PERSONAL') = (base_type = 'PERSONAL')", name="personal_base"),
        sa.CheckConstraint("(origin = 'PERSONAL') = (owner_id IS NOT NULL)", name="personal_owner"),
        sa.CheckConstraint(
            "CASE scope WHEN 'PLATFORM' THEN origin IN ('DEFAULT', 'CUSTOM', 'PERSONAL')"
            " ELSE origin IN ('PREDEFINED', 'CUSTOM') END",
            name="origin",
        ),
        # S8, DR6: everybody else sees all.
        sa.CheckConstraint(
            "user_visibility = 'ALL' OR base_type IN ('AFFILIATE_MANAGER', 'ADVERTISER_MANAGER')", name="visibility"
        ),
        # An empty set would mean a role that sees no conversion at all; organization roles see every status (AC8).
        sa.CheckConstraint("statuses IS NULL OR cardinality(statuses) > 0", name="statuses"),
        sa.CheckConstraint("statuses IS NULL OR scope = 'PLATFORM'", name="statuses_scope"),
        sa.CheckConstraint("status = 'ACTIVE' OR origin IN ('CUSTOM', 'PERSONAL')", name="archived"),  # SM7
        sa.UniqueConstraint("id", "scope"),
        # DR3. Personal roles are all shown as "Custom"; their key is their owner.
        sa.Index(
            "uq_role_name",
            "scope",
            "organization_id",
            sa.text("lower(name)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text("status = 'ACTIVE' AND origin <> 'PERSONAL'"),
        ),
        sa.Index(
            "uq_role_owner",
            "owner_id",
            unique=True,
            postgresql_where=sa.text("status = 'ACTIVE' AND origin = 'PERSONAL'"),
        ),
    )

    id: Mapped[int] = numbered("role")
    created_at: Mapped[datetime] = created_at(POLICY)
    version: Mapped[int] = version()
    name: Mapped[str] = column(PUBLIC, 'What it is called; "Custom" is the set of one user.')
    status: Mapped[RoleStatus] = choice(
        PUBLIC, "Whether it can still be assigned.", RoleStatus, server_default=RoleStatus.ACTIVE.value
    )
    scope: Mapped[Scope] = choice(POLICY, "Where it applies.", Scope)
    origin: Mapped[RoleOrigin] = choice(POLICY, "Who made it, and so what may be changed in it.", RoleOrigin)
    base_type: Mapped[BaseType] = choice(POLICY, "The type it is built on; chosen once.", BaseType)
    organization_id: Mapped[int | None] = reference(
        POLICY, "The organization whose role it is; none for platform and predefined roles.", "organization.id"
    )
    owner_id: Mapped[int | None] = reference(POLICY, "The user whose own set of modules it is.", "app_user.id")
    user_visibility: Mapped[UserVisibility] = choice(
        POLICY,
        "Whether its holders see all affiliates or advertisers, or those assigned to them.",
        UserVisibility,
        server_default=UserVisibility.ALL.value,
    )
    see_revenue: Mapped[bool] = flag(POLICY, "Whether its holders see what advertisers owe.")
    see_payout: Mapped[bool] = flag(POLICY, "Whether its holders see what affiliates earn.")
    see_sale_amount: Mapped[bool] = flag(POLICY, "Whether its holders see what customers paid.")
    statuses: Mapped[list[ConversionStatus] | None] = column(
        POLICY,
        "The only conversion statuses its holders see; all of them if none is named.",
        sa.ARRAY(enum_type(ConversionStatus)),
    )


class RolePermissionRow(Row):
    """One permission of a role, at one level."""

    __tablename__ = "role_permission"
    __role__ = TableRole.LOCAL
    __table_args__ = (sa.CheckConstraint("permission ~ '^[A-Z][A-Z_]*$'", name="permission"),)

    role_id: Mapped[int] = reference(POLICY, "The role.", "role.id", primary_key=True, autoincrement=False)
    permission: Mapped[str] = column(POLICY, "Key of the permission.", primary_key=True)
    created_at: Mapped[datetime] = created_at(POLICY)
    level: Mapped[Level] = choice(POLICY, "Read, or write, which implies read.", Level)


class RoleProductLineRow(Row):
    """One product line that a role of an organization covers (I5)."""

    __tablename__ = "role_product_line"
    __role__ = TableRole.LOCAL

    role_id: Mapped[int] = reference(POLICY, "The role.", "role.id", primary_key=True, autoincrement=False)
    product_line: Mapped[ProductLine] = choice(POLICY, "The product line.", ProductLine, primary_key=True)
    created_at: Mapped[datetime] = created_at(POLICY)


class RoleAssignmentRow(Row):
    """One user's role on the platform or in one organization: exactly one each (C-02). Membership is such a row."""

    __tablename__ = "role_assignment"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.ForeignKeyConstraint(["role_id", "scope"], ["role.id", "role.scope"], name="fk_role_assignment_role"),
        sa.CheckConstraint("(organization_id IS NULL) = (scope = 'PLATFORM')", name="organization"),
        sa.CheckConstraint(
            "scope = 'ORGANIZATION' OR (program_scope = 'ALL' AND line_scope = 'ALL')", name="platform_unlisted"
        ),
        sa.UniqueConstraint("user_id", "scope", "organization_id", postgresql_nulls_not_distinct=True),
        sa.Index("ix_role_assignment_organization", "organization_id"),
        sa.Index("ix_role_assignment_role", "role_id"),
    )

    id: Mapped[int] = numbered("role_assignment")
    created_at: Mapped[datetime] = created_at(POLICY)
    version: Mapped[int] = version()
    user_id: Mapped[int] = reference(FOLLOWS_ROW, "Who holds the role.", "app_user.id")
    scope: Mapped[Scope] = choice(FOLLOWS_ROW, "Whether it holds on the platform or in one organization.", Scope)
    organization_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The organization it holds in; none on the platform.", "organization.id"
    )
    role_id: Mapped[int] = column(POLICY, "The role held.")
    program_scope: Mapped[ListScope] = choice(
        POLICY, "Whether it reaches every program or the listed ones.", ListScope, server_default=ListScope.ALL.value
    )
    line_scope: Mapped[ListScope] = choice(
        POLICY,
        "Whether it reaches every product line or the listed ones.",
        ListScope,
        server_default=ListScope.ALL.value,
    )
    expires_at: Mapped[datetime | None] = column(POLICY, "When it ends by itself.")


class AssignmentProgramRow(Row):
    """One program that a listed assignment reaches."""

    __tablename__ = "assignment_program"
    __role__ = TableRole.LOCAL

    assignment_id: Mapped[int] = reference(
        POLICY, "The role assignment.", "role_assignment.id", primary_key=True, autoincrement=False
    )
    program_id: Mapped[int] = reference(POLICY, "The program.", "program.id", primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = created_at(POLICY)


class AssignmentProductLineRow(Row):
    """One product line that a listed assignment reaches."""

    __tablename__ = "assignment_product_line"
    __role__ = TableRole.LOCAL

    assignment_id: Mapped[int] = reference(
        POLICY, "The role assignment.", "role_assignment.id", primary_key=True, autoincrement=False
    )
    product_line: Mapped[ProductLine] = choice(POLICY, "The product line.", ProductLine, primary_key=True)
    created_at: Mapped[datetime] = created_at(POLICY)


class ManagerAssignmentRow(Row):
    """One affiliate account or one advertiser given to a manager who sees assigned ones only (S10, S12)."""

    __tablename__ = "manager_assignment"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(affiliate_account_id, advertiser_profile_id) = 1", name="one_target"),
        sa.UniqueConstraint(
            "user_id",
            "affiliate_account_id",
            "advertiser_profile_id",
            name="uq_manager_assignment_target",
            postgresql_nulls_not_distinct=True,
        ),
        sa.Index("ix_manager_assignment_account", "affiliate_account_id"),
        sa.Index("ix_manager_assignment_advertiser", "advertiser_profile_id"),
    )

    id: Mapped[int] = numbered("manager_assignment")
    created_at: Mapped[datetime] = created_at()
    user_id: Mapped[int] = reference(FOLLOWS_ROW, "The manager.", "app_user.id")
    affiliate_account_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The affiliate account assigned to him.", "affiliate_account.id"
    )
    advertiser_profile_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The advertiser assigned to him.", "advertiser_profile.id"
    )
    expires_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it ends by itself.")
