"""Asking what a change would open and close, and reading what is told of it."""

from __future__ import annotations

from typing import Any

from demo_platform import Platform

ASK = """query ($input: ExposureInput!, $first: Int!, $after: ID) { exposure(input: $input) { __typename
    ... on Exposure { people(limit: $first, after: $after) { last touched { user { id } differences { kind coordinates
        rows { gained lost gainedExample lostExample } } } } }
    ... on UserError { message code path } ... on Conflict { version } } }"""


async def exposure(
    platform: Platform, who: str, mutation: str, first: int = 50, after: str | None = None, /, **given: Any
) -> Any:
    """What asking about a change answers."""
    data = await platform.read(who, ASK, input={mutation: given}, first=first, after=after)
    return data["exposure"]


def kinds(person: Any) -> dict[str, str]:
    """What becomes of each coordinate."""
    return {each: found["kind"] for found in person["differences"] for each in found["coordinates"]}


def rows_of(person: Any, coordinate: str) -> Any:
    (found,) = [each["rows"] for each in person["differences"] if coordinate in each["coordinates"]]
    return found


async def state(platform: Platform) -> list[Any]:
    """What an effect would move."""
    return [
        await platform.one(statement)
        for statement in (
            "SELECT n FROM authz_epoch",
            "SELECT max(id) FROM audit_log",
            "SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM role r",
            "SELECT md5(string_agg(a::text, '' ORDER BY id)) FROM role_assignment a",
            "SELECT md5(string_agg(p::text, '' ORDER BY p::text)) FROM role_permission p",
            "SELECT md5(string_agg(i::text, '' ORDER BY i::text)) FROM column_list_item i",
        )
    ]
