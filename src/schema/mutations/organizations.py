"""Mutations of organizations, their profiles, sources and members."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.db.tables.enums import ProductLine, SourceKind
from sightline.resolvers.mutations import members, organizations
from sightline.schema.annotations import list_of
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional, version_of
from sightline.schema.scalars import DateTime

_ORGANIZATION = id_of("The organization.")
_NAME = given(str, "What it is called.")
_OTHER_NAME = optional(str, "What it is called.")
_ZONE = optional(str, "IANA name of the time zone of its reports.")
_ARCHIVED = optional(bool, "Whether it is archived.")
_MEMBERSHIP = id_of("The membership.")
_VERSION_OF_MEMBERSHIP = version_of("membership")

MUTATIONS: Final = (
    Mutation(
        "create_organization",
        verb="organization:create",
        description="Make an organization; you become its first administrator.",
        takes={"name": _NAME, "time_zone": _ZONE},
        gives={"organization": "organization"},
        work=organizations.create_organization,
        granting=True,
    ),
    Mutation(
        "edit_organization",
        verb="organization:edit",
        description="Change an organization's record.",
        takes={"organization": _ORGANIZATION, "name": _OTHER_NAME, "time_zone": _ZONE, "version": VERSION},
        gives={"organization": "organization"},
        work=organizations.edit_organization,
    ),
    Mutation(
        "configure_organization",
        verb="organization:configure",
        description="Set what members and guests of an organization do not see.",
        takes={
            "organization": _ORGANIZATION,
            "guest_hides_partner_names": optional(bool, "Whether guests do not see which partner a row is of."),
            "hides_archived_profiles": optional(bool, "Whether members and guests do not see archived profiles."),
            "version": VERSION,
        },
        gives={"organization": "organization"},
        work=organizations.configure_organization,
        granting=True,
    ),
    Mutation(
        "create_advertiser_profile",
        verb="advertiser_profile:create",
        description="Make an advertiser of an organization.",
        takes={"organization": _ORGANIZATION, "name": _NAME},
        gives={"advertiser_profile": "advertiser_profile"},
        work=organizations.create_advertiser_profile,
        granting=True,
    ),
    Mutation(
        "edit_advertiser_profile",
        verb="advertiser_profile:edit",
        description="Change or archive an advertiser.",
        takes={"profile": id_of("The advertiser."), "name": _OTHER_NAME, "archived": _ARCHIVED, "version": VERSION},
        gives={"advertiser_profile": "advertiser_profile"},
        work=organizations.edit_advertiser_profile,
        granting=True,
    ),
    Mutation(
        "approve_advertiser_profile",
        verb="advertiser_profile:approve",
        description="Let an advertiser's organization browse partners, or no longer.",
        takes={
            "profile": id_of("The advertiser."),
            "approved": given(bool, "Whether it may browse."),
            "version": VERSION,
        },
        gives={"advertiser_profile": "advertiser_profile"},
        work=organizations.approve_advertiser_profile,
        granting=True,
    ),
    Mutation(
        "create_partner_profile",
        verb="partner_profile:create",
        description="Make a partner's public identity.",
        takes={
            "organization": _ORGANIZATION,
            "name": _NAME,
            "description": optional(str, "What the partner says of itself."),
            "listed": optional(bool, "Whether it is shown in the marketplace."),
        },
        gives={"partner_profile": "partner_profile"},
        work=organizations.create_partner_profile,
        granting=True,
    ),
    Mutation(
        "edit_partner_profile",
        verb="partner_profile:edit",
        description="Change, list or archive a partner's public identity.",
        takes={
            "profile": id_of("The partner profile."),
            "name": _OTHER_NAME,
            "description": optional(str, "What the partner says of itself."),
            "listed": optional(bool, "Whether it is shown in the marketplace."),
            "archived": _ARCHIVED,
            "version": VERSION,
        },
        gives={"partner_profile": "partner_profile"},
        work=organizations.edit_partner_profile,
    ),
    Mutation(
        "create_traffic_source",
        verb="traffic_source:create",
        description="Make a place that a partner sends visitors from.",
        takes={
            "partner_profile": id_of("The partner profile."),
            "name": _NAME,
            "kind": given(SourceKind, "What it is."),
            "url": optional(str, "Where it is found."),
        },
        gives={"traffic_source": "traffic_source"},
        work=organizations.create_traffic_source,
    ),
    Mutation(
        "edit_traffic_source",
        verb="traffic_source:edit",
        description="Change a traffic source.",
        takes={
            "traffic_source": id_of("The traffic source."),
            "name": _OTHER_NAME,
            "kind": optional(SourceKind, "What it is."),
            "url": optional(str, "Where it is found."),
            "version": VERSION,
        },
        gives={"traffic_source": "traffic_source"},
        work=organizations.edit_traffic_source,
    ),
    Mutation(
        "change_membership",
        verb="organization:manage_members",
        description="Give a member another role, other limits or another end.",
        takes={
            "membership": _MEMBERSHIP,
            "role": optional(strawberry.ID, "The role."),
            "programs": optional(list_of(strawberry.ID), "The only programs it reaches."),
            "product_lines": optional(list_of(ProductLine), "The only product lines it reaches."),
            "unlimited": optional(bool, "Whether lists that are not given are taken away."),
            "expires_at": optional(DateTime, "When it ends by itself."),
            "version": _VERSION_OF_MEMBERSHIP,
        },
        gives={"membership": "role_assignment"},
        work=members.change_membership,
        granting=True,
    ),
    Mutation(
        "remove_member",
        verb="organization:manage_members",
        description="End somebody's membership, at once.",
        takes={"membership": _MEMBERSHIP, "version": _VERSION_OF_MEMBERSHIP},
        gives={"user": "app_user"},
        work=members.remove_member,
        granting=True,
    ),
    Mutation(
        "leave_organization",
        verb="membership:leave",
        description="End your own membership.",
        takes={"organization": _ORGANIZATION},
        gives={"user": "app_user"},
        work=members.leave_organization,
        granting=True,
    ),
)
