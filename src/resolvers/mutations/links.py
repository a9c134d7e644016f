"""What an account is promoted with: its trackers and testimonials (A2, L4, L5)."""

from __future__ import annotations

import secrets
from typing import Any

from sightline.db.tables.enums import CatalogueStatus, EnrollmentState, PublicationState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.accounts import ENDED
from sightline.resolvers.mutations.change import Change, Done, Found, Values
from sightline.resolvers.mutations.refusals import InvalidError

_CODE_BYTES = 12
_BRAND = "SELECT brand_id FROM program WHERE id = $1"
_ACCOUNT = "SELECT id, partner_org_id FROM affiliate_account WHERE id = $1"


async def create_tracker(
    change: Change,
    *,
    affiliate_account: str,
    name: str,
    enrollment: str | None = None,
    media: str | None = None,
    landing_url: str | None = None,
) -> Done:
    """A new link of an account, with a code of its own that nobody chooses."""
    values: dict[str, Any] = {"name": checks.name(name, "name"), "landing_url": checks.url(landing_url, "landingUrl")}
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    joined = None if enrollment is None else await change.find("enrollment", enrollment, "enrollment")
    placed = None if media is None else await change.find("media", media, "media")
    await change.allow("affiliate_account:promote", account)
    stored = await _open_account(change, account)
    program = None
    if joined is not None:
        row = await change.lock(joined)
        if row["affiliate_account_id"] != account.key.id or row["state"] != EnrollmentState.ACTIVE:
            raise InvalidError("This is no active enrollment of this account.", "enrollment")
        program = row["program_id"]
    if placed is not None:
        await _refuse_unfit(change, placed, program)
    values |= {"enrollment_id": joined and joined.key.id, "media_id": placed and placed.key.id}
    code = secrets.token_urlsafe(_CODE_BYTES)
    made = await change.insert("tracker", affiliate_account_id=account.key.id, code=code, **values)
    return await _made(change, "tracker:create", Found("tracker", Key(made["id"])), stored, values)


async def edit_tracker(change: Change, *, tracker: str, version: int | None = None, **given: Any) -> Done:
    """Its name, media and landing page. Its enrollment stays: clicks were credited by it."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "landing_url" in given:
        values["landing_url"] = checks.url(given["landing_url"], "landingUrl")
    row = await change.find("tracker", tracker, "tracker")
    placed = await change.find("media", given["media"], "media") if given.get("media") is not None else None
    await change.allow("tracker:edit", row)
    before = await change.lock(row)
    if placed is not None:
        joined = before["enrollment_id"] and await change.lock(Found("enrollment", Key(before["enrollment_id"])))
        await _refuse_unfit(change, placed, joined["program_id"] if joined else None)
    if "media" in given:
        values["media_id"] = placed and placed.key.id
    return await _edited(change, row, before, "tracker:edit", version, values)


async def create_testimonial(change: Change, *, affiliate_account: str, name: str, text: str) -> Done:
    """What an affiliate says, as a draft."""
    values: dict[str, Any] = {"name": checks.name(name, "name"), "text": _said(text)}
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    await change.allow("affiliate_account:promote", account)
    stored = await _open_account(change, account)
    made = await change.insert(
        "testimonial", affiliate_account_id=account.key.id, state=PublicationState.DRAFT, **values
    )
    return await _made(change, "testimonial:create", Found("testimonial", Key(made["id"])), stored, values)


async def edit_testimonial(change: Change, *, testimonial: str, version: int | None = None, **given: Any) -> Done:
    """Other words. Changed by somebody who does not publish, it is a draft again."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "text" in given:
        values["text"] = _said(given["text"])
    row = await change.find("testimonial", testimonial, "testimonial")
    await change.allow("testimonial:edit", row)
    before = await change.lock(row)
    if values and not await change.may("testimonial:publish", row):
        values["state"] = PublicationState.DRAFT
    return await _edited(change, row, before, "testimonial:edit", version, values)


async def publish_testimonial(change: Change, *, testimonial: str, published: bool, version: int | None = None) -> Done:
    """Shown to everybody, or a draft again: the operator's decision."""
    row = await change.find("testimonial", testimonial, "testimonial")
    await change.allow("testimonial:publish", row)
    before = await change.lock(row)
    state = PublicationState.PUBLISHED if published else PublicationState.DRAFT
    return await _edited(change, row, before, "testimonial:publish", version, {"state": state})


async def _open_account(change: Change, account: Found) -> Any:
    stored = await change.lock(account)
    if stored["status"] in ENDED:
        raise InvalidError(f"This account is {stored['status']}: nothing is added to it any more.", "affiliateAccount")
    return stored


async def _refuse_unfit(change: Change, media: Found, program: int | None) -> None:
    """Media that is disabled, or made for another program or brand than the tracker's, as far as that is seen."""
    stored = await change.lock(media)
    if stored["status"] != CatalogueStatus.ENABLED:
        raise InvalidError("This media is disabled.", "media")
    brand = None if program is None else (await change.fetch(_BRAND, program))[0]["brand_id"]
    of_another = stored["program_id"] not in (None, program) and await change.sees("program", stored["program_id"])
    if not of_another and brand not in (None, stored["brand_id"]):
        of_another = await change.sees("program", program) and await change.sees("brand", brand)
    if of_another:
        raise InvalidError("This media is for another program: take one of the enrollment's.", "media")


def _said(given: str | None) -> str:
    text = checks.text(given, "text")
    if text is None:
        raise InvalidError("A testimonial says something.", "text")
    return text


async def _edited(
    change: Change, row: Found, before: Any, action: str, version: int | None, values: dict[str, Any]
) -> Done:
    (account,) = await change.fetch(_ACCOUNT, before["affiliate_account_id"])
    owner = account["partner_org_id"]
    return await change.edit(action, row, before, values, version=version, organization=owner, account=account["id"])


async def _made(change: Change, action: str, row: Found, account: Any, after: Values) -> Done:
    await change.record(action, row, after=after, organization=account["partner_org_id"], account=account["id"])
    return Done({row.entity: row})
