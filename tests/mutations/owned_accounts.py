"""Accounts and companies that tests of ownership make for themselves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from demo_platform import BLUEBIRD, Person, Platform


async def company(platform: Platform, **access: int) -> int:
    """A new company; `owner` and `member` are users who get access to it."""
    number = await platform.add("company", name=f"Company {uuid4().hex[:8]}")
    for level, user in access.items():
        await platform.add("company_access", company_id=number, user_id=user, level=level.upper())
    return number


async def account(platform: Platform, **values: Any) -> int:
    """A new account of Bluebird, opened by one of its members; PENDING and without a company unless said."""
    profile, organization = (
        await platform.rows(
            "SELECT p.id, p.organization_id FROM partner_profile p JOIN organization o ON o.id = p.organization_id"
            " WHERE o.name = $1 AND p.archived_at IS NULL ORDER BY p.id LIMIT 1",
            BLUEBIRD,
        )
    )[0]
    plain = {
        "partner_profile_id": profile,
        "partner_org_id": organization,
        "name": f"Account {uuid4().hex[:8]}",
        "status": "PENDING",
        "created_by_id": await platform.one("SELECT id FROM app_user WHERE email LIKE 'partner-admin@%'"),
    }
    number = await platform.add("affiliate_account", **(plain | values))
    await platform.add("account_shard", affiliate_account_id=number)
    return number


async def with_paths(platform: Platform, number: int, *paths: str) -> Person:
    """Somebody with these paths to an account: `OWNER`, `MANAGER`, `READ_ONLY`, `Admin`, `Guest`, `AFFILIATES:W`."""
    person = await platform.person()
    for path in paths:
        if path in ("OWNER", "MANAGER", "READ_ONLY"):
            await platform.add("collaborator", affiliate_account_id=number, user_id=person.id, role=path)
        elif ":" in path:
            role = await platform.role(path)
            await platform.add("role_assignment", user_id=person.id, scope="PLATFORM", role_id=role)
        else:
            table, values = await platform.membership(BLUEBIRD, path)
            await platform.add(table, user_id=person.id, **values)
    return person


async def version_told(platform: Platform, who: str, number: int) -> int | None:
    """The version of an account, as somebody is told it."""
    query = "query ($id: ID!) { viewer { version(id: $id) } }"
    viewer = (await platform.read(who, query, id=platform.global_id("affiliate_account", number)))["viewer"]
    told: int | None = viewer["version"]
    return told


async def renamed(platform: Platform, who: str, number: int, version: int | None) -> tuple[str, int | None]:
    """What comes of another name for an account, by somebody who has read a version, and the version he is told."""
    given = {"affiliateAccount": platform.global_id("affiliate_account", number), "name": f"Named {uuid4().hex[:8]}"}
    answer = await platform.change_by(who, "editAffiliateAccount", "__typename", version=version, **given)
    return answer["__typename"], answer.get("version")


async def belongs(platform: Platform, number: int, user: int, level: str) -> None:
    """Access to a company."""
    await platform.add("company_access", company_id=number, user_id=user, level=level)
