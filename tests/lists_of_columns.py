"""Lists of report columns as editors change them, as users have them, and as they are stored."""

from __future__ import annotations

from typing import Any

from demo_platform import Person, Platform

ALL = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
READS = "TRANSACTIONS:R AFFILIATES:R OFFERS:R"
EDITS = f"USERS:W {READS}"
PLATFORM = {"kind": "PLATFORM"}
LIST = "list { own version available restricted }"
UNKNOWN = 'Column "{}" does not exist or is not available to you.'


def user_id(platform: Platform, person: Person) -> str:
    """A person's global id."""
    return platform.global_id("app_user", person.id)


async def edit(platform: Platform, who: str, person: Person, **given: Any) -> dict[str, Any]:
    """What an edit of a person's list answers."""
    return await platform.change_by(who, "editColumns", LIST, user=user_id(platform, person), **given)


async def reset(platform: Platform, who: str, person: Person, **given: Any) -> dict[str, Any]:
    """What taking a person's list away answers."""
    return await platform.change_by(who, "resetColumns", LIST, user=user_id(platform, person), **given)


async def seen(platform: Platform, who: str, person: Person | None = None) -> dict[str, Any] | None:
    """A list as somebody sees it; the system's, if nobody is named."""
    query = "query ($user: ID) { columnList(user: $user) { own version available restricted } }"
    given = {} if person is None else {"user": user_id(platform, person)}
    found: dict[str, Any] | None = (await platform.read(who, query, **given))["columnList"]
    return found


async def has(platform: Platform, person: Person, *columns: str) -> None:
    """Give somebody a list of his own, past the API."""
    number = await platform.add("column_list", owner_kind="USER", user_id=person.id)
    for position, key in enumerate(columns, 1):
        await platform.add("column_list_item", list_id=number, column_key=key, position=position)


async def stored(platform: Platform, person: Person) -> list[str] | None:
    """The list that somebody has of his own, as it is kept."""
    lists = await platform.stored("SELECT id FROM column_list WHERE user_id = $1", person.id)
    if not lists:
        return None
    return await platform.stored(
        "SELECT column_key FROM column_list_item WHERE list_id = $1 ORDER BY position", lists[0]
    )


async def used(platform: Platform, who: str, lens: dict[str, Any] | None = None) -> set[str]:
    """The columns that somebody may use in a lens."""
    query = "query ($lens: ReportLensInput!) { reportSchema(lens: $lens) { columns { key available } } }"
    columns = (await platform.read(who, query, lens=lens or PLATFORM))["reportSchema"]["columns"]
    return {each["key"] for each in columns if each["available"]}


async def reports(platform: Platform, who: str, column: str) -> bool:
    """Whether a report of a column is answered, or else refused as restricted."""
    query = "query ($input: ReportInput!) { report(input: $input) { columns { total } } }"
    given = {"lens": PLATFORM, "columns": [column], "period": {"preset": "LAST_YEAR"}}
    answer = await platform.ask(who, query, input=given)
    assert {error["extensions"]["code"] for error in answer.errors} <= {"COLUMN_RESTRICTED"}
    return not answer.errors


async def audited(platform: Platform, action: str) -> Any:
    """The latest record of an action."""
    (found,) = await platform.rows("SELECT * FROM audit_log WHERE action = $1 ORDER BY id DESC LIMIT 1", action)
    return found
