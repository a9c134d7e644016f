"""Mutations of API keys."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.resolvers.mutations import api_keys
from sightline.schema.annotations import list_of
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.scalars import DateTime

_KEY = id_of("The key.")
_NAME = given(str, "What it is for.")
_END = optional(DateTime, "When it ends by itself.")
_SCOPES = "The only things it may do: a permission and R or W, such as PROGRAMS:R; `org`, `account` and R or W"
_SECRET = {"secret": optional(str, "The secret, this once: it is stored nowhere. Null for whoever is not its user.")}

MUTATIONS: Final = (
    Mutation(
        "create_organization_api_key",
        verb="api_key:create_organization",
        description="Make a key of an organization, which goes on when you leave.",
        takes={
            "organization": id_of("The organization."),
            "name": _NAME,
            "scopes": optional(list_of(str), f"{_SCOPES}. Everything of the organization, if left out."),
            "expires_at": _END,
        },
        gives={"api_key": "api_key"},
        once=_SECRET,
        work=api_keys.create_organization_api_key,
        granting=True,
    ),
    Mutation(
        "create_user_api_key",
        verb="api_key:create_user",
        description="Make a key of your own, or one for somebody else, who then claims it.",
        takes={
            "user": optional(strawberry.ID, "Whose key it is; yours, if left out."),
            "name": _NAME,
            "scopes": given(list_of(str), f"{_SCOPES}; self:R. Its user has to hold them."),
            "expires_at": _END,
        },
        gives={"api_key": "api_key"},
        once=_SECRET,
        work=api_keys.create_user_api_key,
        granting=True,
    ),
    Mutation(
        "claim_api_key",
        verb="api_key:claim",
        description="Take a key that somebody made for you: from then on it can be used.",
        takes={
            "api_key": _KEY,
            "expires_at": optional(DateTime, "When it ends by itself, if that is sooner than it was made to."),
            "version": VERSION,
        },
        gives={"api_key": "api_key"},
        once=_SECRET,
        work=api_keys.claim_api_key,
        granting=True,
    ),
    Mutation(
        "rotate_api_key",
        verb="api_key:rotate",
        description="Make a new key beside one that is in use, which then ends after an overlap.",
        takes={
            "api_key": _KEY,
            "overlap_minutes": optional(int, "How long the old key goes on, at most and unless said 1440 minutes."),
            "expires_at": optional(DateTime, "When the new key ends by itself; when the old one would, if left out."),
            "version": VERSION,
        },
        gives={"api_key": "api_key", "previous": "api_key"},
        once=_SECRET,
        work=api_keys.rotate_api_key,
        granting=True,
    ),
    Mutation(
        "revoke_api_key",
        verb="api_key:revoke",
        description="End a key at once, for ever.",
        takes={"api_key": _KEY, "version": VERSION},
        gives={"api_key": "api_key"},
        work=api_keys.revoke_api_key,
        granting=True,
    ),
)
