"""Mutations of the platform's own pages."""

from __future__ import annotations

from typing import Final

from sightline.resolvers.mutations import content_pages
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional

_PAGE = id_of("The page.")
_GIVES: Final = {"content_page": "content_page"}

MUTATIONS: Final = (
    Mutation(
        "create_content_page",
        verb="content_page:create",
        description="Write a page of the platform, as a draft.",
        takes={
            "slug": given(str, "Its name in addresses, such as about-us."),
            "name": given(str, "Its title."),
            "body": given(str, "Its text, in Markdown."),
        },
        gives=_GIVES,
        work=content_pages.create_content_page,
    ),
    Mutation(
        "edit_content_page",
        verb="content_page:edit",
        description="Change a page of the platform.",
        takes={
            "content_page": _PAGE,
            "slug": optional(str, "Its name in addresses."),
            "name": optional(str, "Its title."),
            "body": optional(str, "Its text, in Markdown."),
            "version": VERSION,
        },
        gives=_GIVES,
        work=content_pages.edit_content_page,
    ),
    Mutation(
        "publish_content_page",
        verb="content_page:edit",
        description="Show a page to everybody who is signed in.",
        takes={"content_page": _PAGE, "version": VERSION},
        gives=_GIVES,
        work=content_pages.publish_content_page,
    ),
    Mutation(
        "withdraw_content_page",
        verb="content_page:edit",
        description="Take a page back into drafts.",
        takes={"content_page": _PAGE, "version": VERSION},
        gives=_GIVES,
        work=content_pages.withdraw_content_page,
    ),
)
