"""What is promoted: brands, products and media, made, changed, enabled and disabled (A6, A7, A8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import asyncpg

from sightline.db.tables.enums import CatalogueStatus, MediaKind
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, Values
from sightline.resolvers.mutations.refusals import InvalidError, MissingError, NotAllowedError

_OWNER_OF_BRAND = """
    SELECT p.id, p.organization_id, p.archived_at FROM brand b
    JOIN advertiser_profile p ON p.id = b.advertiser_profile_id WHERE b.id = $1
"""
_OWNER = "SELECT id, organization_id, archived_at FROM advertiser_profile WHERE id = $1"
_PLACE_OF_PROGRAM = "SELECT advertiser_profile_id, brand_id FROM program WHERE id = $1"

_CHECKED: Final[dict[str, tuple[str, Callable[..., Any]]]] = {
    "description": ("description", checks.text),
    "website_url": ("websiteUrl", checks.url),
    "internal_notes": ("internalNotes", checks.text),
    "sku": ("sku", checks.text),
    "url": ("url", checks.url),
    "html": ("html", checks.text),
    "width": ("width", checks.pixels),
    "height": ("height", checks.pixels),
}
"""How each value that may be absent is read, and what the input calls it."""


async def create_brand(change: Change, *, advertiser_profile: str, name: str, **given: Any) -> Done:
    """An enabled brand of an advertiser."""
    values = _named(name) | _read(given)
    parent = await change.find("advertiser_profile", advertiser_profile, "advertiserProfile")
    await change.allow("brand:create", parent)
    (owner,) = await change.fetch(_OWNER, parent.key.id)
    await _refuse_archived(change, owner, "advertiserProfile")
    return await _made(change, "brand", owner, values | {"advertiser_profile_id": owner["id"]})


async def create_product(change: Change, *, brand: str, name: str, **given: Any) -> Done:
    """An enabled product of a brand."""
    values = _named(name) | _read(given)
    parent = await change.find("brand", brand, "brand")
    await change.allow("product:create", parent)
    owner = await _owner_of(change, parent)
    await _refuse_archived(change, owner, "brand")
    return await _made(change, "product", owner, values | {"brand_id": parent.key.id})


async def create_media(
    change: Change, *, brand: str, name: str, kind: MediaKind, program: str | None = None, **given: Any
) -> Done:
    """An enabled image, banner or link of a brand, for one program or for all of them."""
    values = _named(name) | _read(given)
    _refuse_unfit(kind, values)
    parent = await change.find("brand", brand, "brand")
    only = None if program is None else await change.find("program", program, "program")
    if only is None:
        await change.allow("media:create", parent)
    else:
        await change.allow("media:create_for_program", only)
    owner = await _owner_of(change, parent)
    if only is not None:
        await _refuse_foreign(change, only, parent, owner)
    await _refuse_archived(change, owner, "brand")
    placed = {"brand_id": parent.key.id, "program_id": None if only is None else only.key.id, "kind": kind}
    return await _made(change, "media", owner, values | placed)


async def edit_brand(change: Change, *, brand: str, version: int | None = None, **given: Any) -> Done:
    """Its texts, and whether it is enabled."""
    return await _edited(change, "brand", brand, version, given)


async def edit_product(change: Change, *, product: str, version: int | None = None, **given: Any) -> Done:
    """Its texts, and whether it is enabled."""
    return await _edited(change, "product", product, version, given)


async def edit_media(change: Change, *, media: str, version: int | None = None, **given: Any) -> Done:
    """Its name, content and size, and whether it is enabled; its kind and place stay."""
    return await _edited(change, "media", media, version, given)


async def annotate_brand(change: Change, *, brand: str, operator_notes: str) -> Done:
    """The operator's notes on a brand."""
    return await _annotated(change, "brand", brand, operator_notes)


async def annotate_product(change: Change, *, product: str, operator_notes: str) -> Done:
    """The operator's notes on a product."""
    return await _annotated(change, "product", product, operator_notes)


async def annotate_media(change: Change, *, media: str, operator_notes: str) -> Done:
    """The operator's notes on media."""
    return await _annotated(change, "media", media, operator_notes)


def _named(name: str | None) -> dict[str, Any]:
    return {"name": checks.name(name or "", "name")}


def _read(given: Values) -> dict[str, Any]:
    return {name: read(given[name], path) for name, (path, read) in _CHECKED.items() if name in given}


async def _made(change: Change, entity: str, owner: asyncpg.Record, values: dict[str, Any]) -> Done:
    made = await change.insert(entity, status=CatalogueStatus.ENABLED, **values)
    row = Found(entity, Key(made["id"]))
    await change.record(f"{entity}:create", row, after=values, organization=owner["organization_id"])
    return Done({entity: row})


async def _edited(change: Change, entity: str, id_: str, version: int | None, given: dict[str, Any]) -> Done:
    values = _read(given) | (_named(given["name"]) if "name" in given else {})
    if given.get("status") is not None:
        values["status"] = given["status"]
    row = await change.find(entity, id_, entity)
    await change.allow(f"{entity}:edit", row)
    before = await change.lock(row)
    if entity == "media":
        _refuse_unfit(MediaKind(before["kind"]), dict(before) | values)
    brand = row if entity == "brand" else Found("brand", Key(before["brand_id"]))
    organization = (await _owner_of(change, brand))["organization_id"]
    return await change.edit(f"{entity}:edit", row, before, values, version=version, organization=organization)


async def _annotated(change: Change, entity: str, id_: str, notes: str) -> Done:
    """In nobody's log but the operator's own: it is nothing that the advertiser may know of."""
    text = checks.text(notes, "operatorNotes")
    row = await change.find(entity, id_, entity)
    await change.allow(f"{entity}:annotate", row)
    before = await change.lock(row)
    return await change.edit(f"{entity}:annotate", row, before, {"operator_notes": text}, version=None, counted=False)


async def _owner_of(change: Change, brand: Found) -> asyncpg.Record:
    (owner,) = await change.fetch(_OWNER_OF_BRAND, brand.key.id) or (None,)
    if owner is None:
        raise MissingError("brand")
    return owner


async def _refuse_foreign(change: Change, program: Found, brand: Found, owner: asyncpg.Record) -> None:
    """Nothing of a brand is made for another advertiser's program. Whose the brand is must be the actor's to see."""
    (stored,) = await change.fetch(_PLACE_OF_PROGRAM, program.key.id)
    if stored["brand_id"] == brand.key.id:
        return
    if not await change.sees("advertiser_profile", owner["id"]):
        raise NotAllowedError("You do not see whose this brand is: name a program that promotes it.", "program")
    if stored["advertiser_profile_id"] != owner["id"]:
        raise InvalidError("This program is another advertiser's than the brand.", "program")


async def _refuse_archived(change: Change, owner: asyncpg.Record, *path: str) -> None:
    if owner["archived_at"] is not None and await change.sees("advertiser_profile", owner["id"]):
        raise InvalidError("This advertiser is archived: nothing new is made of it.", *path)


def _refuse_unfit(kind: MediaKind, values: Values) -> None:
    """A banner has markup, and nothing else has; an image or link has an address."""
    if (kind is MediaKind.HTML_BANNER) != (values.get("html") is not None):
        raise InvalidError("A banner needs its markup; images and links have none.", "html")
    if kind is not MediaKind.HTML_BANNER and values.get("url") is None:
        raise InvalidError("An image or a link needs its address.", "url")
