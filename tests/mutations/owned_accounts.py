"""Accounts and companies that tests of ownership make for themselves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from demo_platform import BLUEBIRD, Platform


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
