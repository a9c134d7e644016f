"""Sales that tests make through the API: who records them, on which enrollments, and what state they are put into."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from demo_platform import Person, Platform

from sightline.db.rollups import resummed

SHOWN = "conversion { id status settlement saleAmount { amount currency } payout { amount } revenue { amount } }"
SWITCHES = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
PLANNED = """
    SELECT e.*, p.currency, c.payout_percent, c.payout_fixed, c.revenue_percent, c.revenue_fixed
    FROM enrollment e JOIN program p ON p.id = e.program_id
    JOIN commission_plan c ON c.id = coalesce(e.commission_plan_id, p.default_plan_id)
    WHERE e.state = 'ACTIVE' AND p.commission_model = $1 AND p.currency = 'EUR' AND c.goal_id IS NULL
      AND c.payout_percent > 0 AND c.valid_from IS NULL AND c.valid_to IS NULL ORDER BY e.id LIMIT 1
"""


async def recorder(platform: Platform, *, statuses: Iterable[str] | None = None, **switches: bool) -> Person:
    """Somebody who records and decides conversions."""
    limits = {} if statuses is None else {"statuses": list(statuses)}
    return await platform.staff("TRANSACTIONS:W AFFILIATES:R OFFERS:R", **(SWITCHES | switches), **limits)


async def joined(platform: Platform, model: str = "INTERMEDIATED") -> Any:
    """An active enrollment in euros whose plan is a percentage, without goal or days."""
    (row,) = await platform.rows(PLANNED, model)
    return row


async def recorded(platform: Platform, who: str, enrollment: Any, shown: str = SHOWN, **more: Any) -> dict[str, Any]:
    """What recording a conversion of 80.05 euros answers somebody."""
    given = {
        "enrollment": platform.global_id("enrollment", enrollment["id"]),
        "source": "shop",
        "externalId": uuid4().hex,
        "saleAmount": "80.05",
        "lockAt": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    }
    return await platform.change_by(who, "recordConversion", shown, **(given | more))


async def new_conversion(platform: Platform, who: str, model: str = "INTERMEDIATED") -> str:
    """The id of a conversion in PENDING."""
    answer = await recorded(platform, who, await joined(platform, model))
    assert answer["__typename"] == "RecordConversionSuccess", answer
    return str(answer["conversion"]["id"])


def key_of(platform: Platform, global_id: str) -> tuple[int, int]:
    """The stored key of a fact."""
    key = platform.engine.services.ids.decode(global_id)[1]
    return key.account, key.id


async def version_of(platform: Platform, conversion: str) -> int:
    """The version of a conversion, as whoever decides on it is told it."""
    account, number = key_of(platform, conversion)
    statement = "SELECT version FROM conversion WHERE affiliate_account_id = $1 AND id = $2"
    return int(await platform.one(statement, account, number))


async def brought_to(platform: Platform, conversion: str, status: str, settlement: str = "OPEN") -> None:
    """A conversion put into a state, together with the stored sums, as an import would leave it."""
    account, number = key_of(platform, conversion)
    async with (
        platform.engine.database.owner() as connection,
        connection.transaction(),
        resummed(connection, [account], [number]),
    ):
        await connection.execute(
            "UPDATE conversion SET status = $3::conversion_status, settlement = $4::settlement,"
            " approved_at = CASE WHEN $3::conversion_status IN ('APPROVED', 'REVERSED') THEN now() END"
            " WHERE affiliate_account_id = $1 AND id = $2",
            account,
            number,
            status,
            settlement,
        )


async def decide(platform: Platform, who: str, conversion: str, status: str, **more: Any) -> dict[str, Any]:
    """What deciding a conversion answers somebody."""
    if status == "HOLD":
        more = {"lockAt": (datetime.now(UTC) + timedelta(days=3)).isoformat()} | more
    shown = "conversion { id status }"
    return await platform.change_by(who, "decideConversion", shown, conversion=conversion, status=status, **more)
