"""The platform's own pages: written, changed, published, withdrawn (A11)."""

from __future__ import annotations

from typing import Any

from sightline.db.tables.enums import PublicationState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.refusals import InvalidError

_TAKEN = "SELECT 1 FROM content_page WHERE slug = $1 AND id <> $2"


async def create_content_page(change: Change, *, slug: str, name: str, body: str) -> Done:
    """A page that nobody but those who write them sees yet."""
    values: dict[str, Any] = {
        "slug": checks.slug(slug, "slug"),
        "name": checks.name(name, "name"),
        "body": checks.needed(body, "body"),
    }
    await change.allow("content_page:create")
    await _refuse_taken(change, values["slug"], other_than=0)
    made = await change.insert("content_page", status=PublicationState.DRAFT, **values)
    row = Found("content_page", Key(made["id"]))
    await change.record("content_page:create", row, after=values)
    return Done({"content_page": row})


async def edit_content_page(change: Change, *, content_page: str, version: int | None = None, **given: Any) -> Done:
    """Its name in addresses, title and text; of a published one at once."""
    values: dict[str, Any] = {}
    if "slug" in given:
        values["slug"] = checks.slug(given["slug"] or "", "slug")
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "body" in given:
        values["body"] = checks.needed(given["body"], "body")
    row = await change.find("content_page", content_page, "contentPage")
    await change.allow("content_page:edit", row)
    before = await change.lock(row)
    if "slug" in values:
        await _refuse_taken(change, values["slug"], other_than=row.key.id)
    return await change.edit("content_page:edit", row, before, values, version=version)


async def publish_content_page(change: Change, *, content_page: str, version: int | None = None) -> Done:
    """DRAFT to PUBLISHED; it keeps the moment it was first published."""
    return await _turned(change, content_page, PublicationState.PUBLISHED, "content_page:publish", version)


async def withdraw_content_page(change: Change, *, content_page: str, version: int | None = None) -> Done:
    """PUBLISHED to DRAFT."""
    return await _turned(change, content_page, PublicationState.DRAFT, "content_page:withdraw", version)


async def _turned(change: Change, content_page: str, state: PublicationState, action: str, version: int | None) -> Done:
    row = await change.find("content_page", content_page, "contentPage")
    await change.allow("content_page:edit", row)
    before = await change.lock(row)
    if before["status"] == state:
        raise InvalidError(f"This page is {state} already.", "contentPage")
    values: dict[str, Any] = {"status": state}
    if state is PublicationState.PUBLISHED and before["published_at"] is None:
        values["published_at"] = change.operation.snapshot.clock
    return await change.edit(action, row, before, values, version=version)


async def _refuse_taken(change: Change, slug: str, *, other_than: int) -> None:
    """Whoever writes pages sees all of them, so may be told."""
    if await change.fetch(_TAKEN, slug, other_than):
        raise InvalidError("Another page has this name in addresses.", "slug")
