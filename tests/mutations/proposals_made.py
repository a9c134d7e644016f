"""What advertisers of INTERMEDIATED programs ask for in tests: of which conversion, as whom, and what is kept of it."""

from __future__ import annotations

from typing import Any

from demo_platform import Platform
from sales import key_of, new_conversion, recorder

PROPOSALS = "conversion { status proposals(first: 10) { nodes { state status reason } } }"


async def conversion_of(platform: Platform, model: str = "INTERMEDIATED") -> tuple[str, str]:
    """The id of a conversion in PENDING, and the name of its advertiser's organization."""
    conversion = await new_conversion(platform, (await recorder(platform)).token, model)
    name = await platform.one(
        "SELECT o.name FROM conversion c JOIN organization o ON o.id = c.advertiser_org_id WHERE c.id = $1",
        key_of(platform, conversion)[1],
    )
    return conversion, str(name)


async def member(platform: Platform, organization: str, role: str) -> str:
    """The token of a new member: with a predefined role, or with one of these permissions."""
    held: str | int = role
    if ":" in role:
        number = await platform.named("organization", organization)
        held = await platform.role(role, scope="ORGANIZATION", base_type="ORG", organization_id=number)
    return (await platform.person(await platform.membership(organization, held))).token


async def propose(platform: Platform, who: str, conversion: str, status: str, **more: Any) -> dict[str, Any]:
    """What asking for a status answers."""
    given = {"conversion": conversion, "status": status} | more
    return await platform.change_by(who, "proposeConversionStatus", PROPOSALS, **given)


async def stored(platform: Platform, conversion: str) -> list[tuple[str, str]]:
    """The proposals of a conversion as they are kept: state and status."""
    rows = await platform.rows(
        "SELECT state::text, status::text FROM conversion_proposal"
        " WHERE affiliate_account_id = $1 AND conversion_id = $2 ORDER BY n",
        *key_of(platform, conversion),
    )
    return [tuple(row) for row in rows]
