"""Mutations of requests for access, and of reviews of it."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.resolvers.mutations import access_requests, access_reviews
from sightline.schema.annotations import list_of
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional, version_of
from sightline.schema.scalars import DateTime

_REQUEST = id_of("The request.")
_ANSWER = optional(str, "What is said to whoever asked.")
_ITEM = id_of("The grant as the review has it.")
_NOTE = optional(str, "Why.")
_VERSION_OF_ITEM = version_of("grant under review")
_OPENS = tuple(f"access_review:open_{each}" for each in ("platform", "keys", "organization", "account", "company"))

MUTATIONS: Final = (
    Mutation(
        "request_access",
        verb="access_request:create",
        description="Ask for access that you do not have. It gives nothing by itself.",
        takes={
            "coordinate": optional(str, "What you would see, such as Conversion.payout; kept as you type it."),
            "node": optional(str, "The id of what it is about; kept as you type it."),
            "reason": given(str, "Why you need it."),
            "organization": optional(strawberry.ID, "The organization you ask; the operator, if left out."),
            "wanted_until": optional(DateTime, "Until when you need it."),
        },
        gives={"access_request": "access_request"},
        work=access_requests.request_access,
    ),
    Mutation(
        "withdraw_access_request",
        verb="access_request:withdraw",
        description="Take back a request that you made.",
        takes={"access_request": _REQUEST, "version": VERSION},
        gives={"access_request": "access_request"},
        work=access_requests.withdraw_access_request,
    ),
    Mutation(
        "deny_access_request",
        verb="access_request:decide",
        description="Give nothing for somebody's request.",
        takes={"access_request": _REQUEST, "answer": _ANSWER, "version": VERSION},
        gives={"access_request": "access_request"},
        work=access_requests.deny_access_request,
    ),
    Mutation(
        "approve_access_request",
        verb="access_request:decide",
        description="Give somebody what he asks for: exactly one of a role, columns, an account and an advertiser.",
        takes={
            "access_request": _REQUEST,
            "role": optional(strawberry.ID, "The role, in place of the one he has."),
            "columns": optional(list_of(str), "The keys of report columns that come to his list."),
            "affiliate_account": optional(strawberry.ID, "The affiliate account that is assigned to him."),
            "advertiser_profile": optional(strawberry.ID, "The advertiser that is assigned to him."),
            "expires_at": optional(DateTime, "When it ends by itself."),
            "answer": _ANSWER,
            "version": VERSION,
        },
        gives={"access_request": "access_request"},
        work=access_requests.approve_access_request,
        granting=True,
    ),
    Mutation(
        "open_access_review",
        verb=_OPENS,
        description="Begin to look at who has access to an organization, an account, a company, or the platform.",
        takes={
            "organization": optional(strawberry.ID, "The organization; with no place named, the platform's staff."),
            "affiliate_account": optional(strawberry.ID, "The affiliate account."),
            "company": optional(strawberry.ID, "The company."),
            "keys": optional(bool, "Whether to look at API keys instead: the organization's, or those of all users."),
            "due_at": given(DateTime, "Until when it should be done."),
        },
        gives={"access_review": "access_review"},
        work=access_reviews.open_access_review,
    ),
    Mutation(
        "confirm_access",
        verb="access_review:decide",
        description="Keep a grant that is looked at, as it is now.",
        takes={"item": _ITEM, "note": _NOTE, "version": _VERSION_OF_ITEM},
        gives={"item": "access_review_item", "access_review": "access_review"},
        work=access_reviews.confirm_access,
    ),
    Mutation(
        "revoke_access",
        verb="access_review:decide",
        description="Take away a grant that is looked at, at once.",
        takes={"item": _ITEM, "note": _NOTE, "version": _VERSION_OF_ITEM},
        gives={"item": "access_review_item", "access_review": "access_review"},
        work=access_reviews.revoke_access,
        granting=True,
    ),
    Mutation(
        "close_access_review",
        verb="access_review:decide",
        description="End a review in which every grant is decided about; nothing of it is changed afterwards.",
        takes={"access_review": id_of("The review."), "version": VERSION},
        gives={"access_review": "access_review"},
        work=access_reviews.close_access_review,
    ),
)
