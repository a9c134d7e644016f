"""Organizations, their profiles and sources: making, changing, approving, archiving (K6, K7, K9, K16 to K19)."""

from __future__ import annotations

from typing import Any

from sightline.authz.permissions import Scope
from sightline.db.tables.enums import ListScope, SourceKind
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.refusals import InvalidError

_ADMIN_ROLE = "SELECT id FROM role WHERE origin = 'PREDEFINED' AND name = 'Admin'"
_ZONES = "SELECT 1 FROM pg_timezone_names WHERE name = $1"


async def create_organization(change: Change, *, name: str, time_zone: str | None = None) -> Done:
    """A new organization; whoever makes it is its first administrator (K6)."""
    title = checks.name(name, "name")
    zone = await _zone(change, time_zone)
    await change.allow("organization:create", Found("app_user", Key(change.actor)))
    made = await change.insert("organization", name=title, created_by_id=change.actor, time_zone=zone)
    (role,) = await change.fetch(_ADMIN_ROLE)
    await change.insert(
        "role_assignment",
        user_id=change.actor,
        scope=Scope.ORGANIZATION,
        organization_id=made["id"],
        role_id=role["id"],
        program_scope=ListScope.ALL,
        line_scope=ListScope.ALL,
    )
    row = Found("organization", Key(made["id"]))
    await change.record("organization:create", row, after={"name": title}, organization=made["id"])
    return Done({"organization": row})


async def edit_organization(change: Change, *, organization: str, version: int | None = None, **given: Any) -> Done:
    """Its name and time zone."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "time_zone" in given:
        values["time_zone"] = await _zone(change, given["time_zone"])
    row = await change.find("organization", organization, "organization")
    await change.allow("organization:edit", row)
    return await _changed(change, row, "organization:edit", version, values)


async def configure_organization(
    change: Change, *, organization: str, version: int | None = None, **given: Any
) -> Done:
    """The settings that limit what members and guests see (C-13, K20)."""
    names = ("guest_hides_partner_names", "hides_archived_profiles")
    values = {name: given[name] for name in names if given.get(name) is not None}
    row = await change.find("organization", organization, "organization")
    await change.allow("organization:configure", row)
    return await _changed(change, row, "organization:configure", version, values)


async def create_advertiser_profile(change: Change, *, organization: str, name: str) -> Done:
    """An advertiser of an organization; the operator approves it before it browses partners."""
    return await _profile(change, "advertiser_profile", organization, {"name": checks.name(name, "name")})


async def create_partner_profile(
    change: Change, *, organization: str, name: str, description: str | None = None, listed: bool | None = None
) -> Done:
    """A partner's public identity."""
    values = {
        "name": checks.name(name, "name"),
        "description": checks.text(description, "description"),
        "listed": bool(listed),
    }
    return await _profile(change, "partner_profile", organization, values)


async def edit_advertiser_profile(change: Change, *, profile: str, version: int | None = None, **given: Any) -> Done:
    """Its name, which its programs carry too, and whether it is archived."""
    return await _edit_profile(change, "advertiser_profile", profile, version, given)


async def edit_partner_profile(change: Change, *, profile: str, version: int | None = None, **given: Any) -> Done:
    """Its name, description and place in the marketplace, and whether it is archived."""
    return await _edit_profile(change, "partner_profile", profile, version, given)


async def approve_advertiser_profile(
    change: Change, *, profile: str, approved: bool, version: int | None = None
) -> Done:
    """The operator's word that an advertiser may browse partners, or its end."""
    row = await change.find("advertiser_profile", profile, "profile")
    await change.allow("advertiser_profile:approve", row)
    before = await change.lock(row)
    if before["archived_at"] is not None and approved:
        raise InvalidError("This advertiser is archived.", "profile")
    moment = change.operation.snapshot.clock if approved else None
    return await _changed(change, row, "advertiser_profile:approve", version, {"approved_at": moment})


async def create_traffic_source(
    change: Change, *, partner_profile: str, name: str, kind: SourceKind, url: str | None = None
) -> Done:
    """A place a partner sends visitors from."""
    values = {"name": checks.name(name, "name"), "kind": kind, "url": checks.url(url, "url")}
    parent = await change.find("partner_profile", partner_profile, "partnerProfile")
    await change.allow("traffic_source:create", parent)
    profile = await change.lock(parent)
    if profile["archived_at"] is not None:
        raise InvalidError("This partner profile is archived: it gets no new sources.", "partnerProfile")
    organization = profile["organization_id"]
    made = await change.insert(
        "traffic_source", partner_profile_id=profile["id"], partner_org_id=organization, **values
    )
    row = Found("traffic_source", Key(made["id"]))
    await change.record("traffic_source:create", row, after=values, organization=organization)
    return Done({"traffic_source": row})


async def edit_traffic_source(change: Change, *, traffic_source: str, version: int | None = None, **given: Any) -> Done:
    """Its name, kind and address."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if given.get("kind") is not None:
        values["kind"] = given["kind"]
    if "url" in given:
        values["url"] = checks.url(given["url"], "url")
    row = await change.find("traffic_source", traffic_source, "trafficSource")
    await change.allow("traffic_source:edit", row)
    return await _changed(change, row, "traffic_source:edit", version, values, owner="partner_org_id")


async def _profile(change: Change, entity: str, organization: str, values: dict[str, Any]) -> Done:
    parent = await change.find("organization", organization, "organization")
    await change.allow(f"{entity}:create", parent)
    made = await change.insert(entity, organization_id=parent.key.id, **values)
    row = Found(entity, Key(made["id"]))
    await change.record(f"{entity}:create", row, after=values, organization=parent.key.id)
    return Done({entity: row})


async def _edit_profile(change: Change, entity: str, profile: str, version: int | None, given: dict[str, Any]) -> Done:
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "description" in given:
        values["description"] = checks.text(given["description"], "description")
    if given.get("listed") is not None:
        values["listed"] = given["listed"]
    if given.get("archived") is not None:
        values["archived_at"] = change.operation.snapshot.clock if given["archived"] else None
    row = await change.find(entity, profile, "profile")
    await change.allow(f"{entity}:edit", row)
    return await _changed(change, row, f"{entity}:edit", version, values)


async def _changed(
    change: Change,
    row: Found,
    action: str,
    version: int | None,
    values: dict[str, Any],
    *,
    owner: str = "organization_id",
) -> Done:
    before = await change.lock(row)
    organization = before["id"] if row.entity == "organization" else before[owner]
    return await change.edit(action, row, before, values, version=version, organization=organization)


async def _zone(change: Change, given: str | None) -> str | None:
    if given is None or not given.strip():
        return None
    if not await change.fetch(_ZONES, given):
        raise InvalidError("A time zone is an IANA name, such as Europe/Berlin.", "timeZone")
    return given
