"""Mutations of roles, and of who works for the operator."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.authz.permissions import Level
from sightline.authz.roles import BaseType
from sightline.db.tables.enums import ConversionStatus, ProductLine, UserVisibility
from sightline.resolvers.mutations import roles, staff
from sightline.schema.annotations import list_of
from sightline.schema.bindings import open_field
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional, version_of
from sightline.schema.scalars import DateTime


@strawberry.input(description="One permission of a role or of a set of modules.")
class PermissionInput:
    """A permission at a level."""

    permission: str = open_field("Its key, such as AFFILIATES.")
    level: Level = open_field("Read, or write, which implies read.")


_ROLE = id_of("The role.")
_NAME = given(str, "What it is called; not Custom, and no name that is taken.")
_PERMISSIONS = given(list_of(PermissionInput), "Its permissions, at least one.")
_SWITCHES = {
    "see_revenue": given(bool, "Whether its holders see what advertisers owe."),
    "see_payout": given(bool, "Whether its holders see what affiliates earn."),
    "see_sale_amount": given(bool, "Whether its holders see what customers paid."),
}
_USER = id_of("The user.")
_VERSION_OF_MEMBERSHIP = version_of("membership, where there is one,")

MUTATIONS: Final = (
    Mutation(
        "create_platform_role",
        verb="role:create_platform",
        description="Make a role for the operator's staff.",
        takes={
            "name": _NAME,
            "base_type": given(BaseType, "What it is built on; it stays so."),
            "permissions": _PERMISSIONS,
            **_SWITCHES,
            "user_visibility": optional(UserVisibility, "Whether its holders see all, or what is assigned to them."),
            "statuses": optional(list_of(ConversionStatus), "The only conversion statuses its holders see."),
        },
        gives={"role": "role"},
        work=roles.create_platform_role,
        granting=True,
    ),
    Mutation(
        "create_organization_role",
        verb="role:create_organization",
        description="Make a role of an organization.",
        takes={
            "organization": id_of("The organization."),
            "name": _NAME,
            "permissions": _PERMISSIONS,
            "product_lines": given(list_of(ProductLine), "The product lines it covers, at least one."),
        },
        gives={"role": "role"},
        work=roles.create_organization_role,
        granting=True,
    ),
    Mutation(
        "edit_role",
        verb="role:edit",
        description="Change a role, for all who hold it.",
        takes={
            "role": _ROLE,
            "name": optional(str, "What it is called."),
            "permissions": optional(list_of(PermissionInput), "Its permissions, all of them."),
            **{name: optional(bool, each.description) for name, each in _SWITCHES.items()},
            "user_visibility": optional(UserVisibility, "Whether its holders see all, or what is assigned to them."),
            "statuses": optional(list_of(ConversionStatus), "The only conversion statuses its holders see."),
            "product_lines": optional(list_of(ProductLine), "The product lines it covers."),
            "version": VERSION,
        },
        gives={"role": "role"},
        work=roles.edit_role,
        granting=True,
    ),
    Mutation(
        "clone_role",
        verb="role:edit",
        description="Make a role with the content of another one.",
        takes={"role": _ROLE, "name": _NAME},
        gives={"role": "role"},
        work=roles.clone_role,
        granting=True,
    ),
    Mutation(
        "archive_role",
        verb="role:edit",
        description="End a custom role that nobody holds; its name becomes free.",
        takes={"role": _ROLE, "version": VERSION},
        gives={"role": "role"},
        work=roles.archive_role,
        granting=True,
    ),
    Mutation(
        "assign_platform_role",
        verb="role:assign_platform",
        description="Give somebody a role of the operator's staff, in place of the one he has.",
        takes={
            "user": _USER,
            "role": _ROLE,
            "expires_at": optional(DateTime, "When it ends by itself."),
            "version": _VERSION_OF_MEMBERSHIP,
        },
        gives={"membership": "role_assignment", "user": "app_user"},
        work=staff.assign_platform_role,
        granting=True,
    ),
    Mutation(
        "set_modules",
        verb="role:assign_platform",
        description="Give somebody a set of modules of his own, in place of the role he has.",
        takes={"user": _USER, "permissions": _PERMISSIONS, **_SWITCHES, "version": _VERSION_OF_MEMBERSHIP},
        gives={"membership": "role_assignment", "user": "app_user"},
        work=staff.set_modules,
        granting=True,
    ),
    Mutation(
        "remove_platform_role",
        verb="role:assign_platform",
        description="End somebody's work for the operator.",
        takes={"user": _USER, "version": _VERSION_OF_MEMBERSHIP},
        gives={"user": "app_user"},
        work=staff.remove_platform_role,
        granting=True,
    ),
    Mutation(
        "assign_manager",
        verb="manager_assignment:edit",
        description="Give an account or an advertiser to a manager who sees assigned ones only.",
        takes={
            "user": _USER,
            "affiliate_account": optional(strawberry.ID, "The affiliate account."),
            "advertiser_profile": optional(strawberry.ID, "The advertiser."),
            "expires_at": optional(DateTime, "When it ends by itself."),
        },
        gives={"manager_assignment": "manager_assignment"},
        work=staff.assign_manager,
        granting=True,
    ),
    Mutation(
        "unassign_manager",
        verb="manager_assignment:edit",
        description="Take an account or an advertiser from a manager.",
        takes={"assignment": id_of("The assignment.")},
        gives={"user": "app_user"},
        work=staff.unassign_manager,
        granting=True,
    ),
    Mutation(
        "suspend_user",
        verb="user:suspend",
        description="Take all access from somebody, at once.",
        takes={"user": _USER, "version": VERSION},
        gives={"user": "app_user"},
        work=staff.suspend_user,
        granting=True,
    ),
    Mutation(
        "reinstate_user",
        verb="user:suspend",
        description="Give a suspended user back what he had.",
        takes={"user": _USER, "version": VERSION},
        gives={"user": "app_user"},
        work=staff.reinstate_user,
        granting=True,
    ),
)
