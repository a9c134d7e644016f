"""Mutations of affiliate accounts, their trackers and testimonials."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.db.tables.enums import AccountStatus
from sightline.resolvers.mutations import accounts, links
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional

_ACCOUNT = id_of("The affiliate account.")
_NAME = given(str, "What it is called.")
_OTHER_NAME = optional(str, "What it is called.")
_LANDING = optional(str, "Where it leads, unless to the program's own page.")
_MEDIA = optional(strawberry.ID, "The media it is placed with.")
_TESTIMONIAL = id_of("The testimonial.")

MUTATIONS: Final = (
    Mutation(
        "create_affiliate_account",
        verb="affiliate_account:create",
        description="Open an affiliate account, owned by a company you have access to; you become its owner.",
        takes={
            "partner_profile": id_of("The partner it belongs to."),
            "company": id_of("The company that owns it and what it earns."),
            "name": _NAME,
        },
        gives={"affiliate_account": "affiliate_account"},
        work=accounts.create_affiliate_account,
        granting=True,
    ),
    Mutation(
        "edit_affiliate_account",
        verb="affiliate_account:edit",
        description="Change an affiliate account.",
        takes={"affiliate_account": _ACCOUNT, "name": _OTHER_NAME, "version": VERSION},
        gives={"affiliate_account": "affiliate_account"},
        work=accounts.edit_affiliate_account,
    ),
    Mutation(
        "decide_affiliate_account",
        verb="affiliate_account:decide",
        description="Approve, reject, suspend, reinstate or close an affiliate account.",
        takes={"affiliate_account": _ACCOUNT, "status": given(AccountStatus, "What it becomes."), "version": VERSION},
        gives={"affiliate_account": "affiliate_account"},
        work=accounts.decide_affiliate_account,
    ),
    Mutation(
        "create_tracker",
        verb="affiliate_account:promote",
        description="Make a link of an affiliate account.",
        takes={
            "affiliate_account": _ACCOUNT,
            "name": _NAME,
            "enrollment": optional(strawberry.ID, "The active enrollment that its clicks belong to."),
            "media": _MEDIA,
            "landing_url": _LANDING,
        },
        gives={"tracker": "tracker"},
        work=links.create_tracker,
    ),
    Mutation(
        "edit_tracker",
        verb="tracker:edit",
        description="Change a link.",
        takes={
            "tracker": id_of("The tracker."),
            "name": _OTHER_NAME,
            "media": _MEDIA,
            "landing_url": _LANDING,
            "version": VERSION,
        },
        gives={"tracker": "tracker"},
        work=links.edit_tracker,
    ),
    Mutation(
        "create_testimonial",
        verb="affiliate_account:promote",
        description="Say something about working with the platform, as a draft.",
        takes={"affiliate_account": _ACCOUNT, "name": given(str, "Its headline."), "text": given(str, "What is said.")},
        gives={"testimonial": "testimonial"},
        work=links.create_testimonial,
    ),
    Mutation(
        "edit_testimonial",
        verb="testimonial:edit",
        description="Change a testimonial; it is a draft again, unless you may publish it.",
        takes={
            "testimonial": _TESTIMONIAL,
            "name": optional(str, "Its headline."),
            "text": optional(str, "What is said."),
            "version": VERSION,
        },
        gives={"testimonial": "testimonial"},
        work=links.edit_testimonial,
    ),
    Mutation(
        "publish_testimonial",
        verb="testimonial:publish",
        description="Publish a testimonial, or take it back.",
        takes={"testimonial": _TESTIMONIAL, "published": given(bool, "Whether it is shown."), "version": VERSION},
        gives={"testimonial": "testimonial"},
        work=links.publish_testimonial,
    ),
)
