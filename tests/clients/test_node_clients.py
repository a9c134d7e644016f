"""E1, E7, E8: clients of Node over a real socket."""

from __future__ import annotations

from typing import Any

import pytest
from callers import Callers
from nodejs import Workspace
from shipped import shipped

AUDITS = 61
# "MAY accept GET", and "MAY allow variables in GET" for either media type: the server takes operations by POST only.
WITHOUT_GET = {"5A70": "notice", "D6D5": "notice", "6A70": "notice"}

ADVERTISER, PARTNER = "adv-admin", "partner-admin"
TABLES = {ADVERTISER: "conversions", PARTNER: "earnings"}
PAGES = 2
PAGE = 3


async def _rows(callers: Callers, member: str) -> tuple[int, list[dict[str, Any]]]:
    """What the same table says to the Python client, in one page."""
    async with callers.calling(member) as caller:
        order = [{"field": "EVENT_AT", "direction": "DESC"}]
        page = (await caller.read(shipped(TABLES[member]), None, first=PAGES * PAGE, orderBy=order))["conversions"]
    return page["totalCount"], [edge["node"] for edge in page["edges"]]


def _plain(row: Any) -> Any:
    """A row without the type names that caches add."""
    return {key: _plain(value) for key, value in row.items() if key != "__typename"} if isinstance(row, dict) else row


async def _check(found: dict[str, Any], callers: Callers, member: str) -> None:
    """What every client must have made of the same questions."""
    total, rows = await _rows(callers, member)
    assert found["total"] == total
    assert [_plain(row) for row in found["rows"]] == rows
    assert found["statuses"]
    assert set(found["statuses"]) == {"APPROVED"}
    assert ("ORG_ADVERTISER" in found["kinds"]) == (member == ADVERTISER)
    # Revenue exists for advertisers only; to partners it is as unknown as a made-up field.
    assert found["revenue"] == (None if member == ADVERTISER else ["BAD_INPUT"])
    assert found["partly"] == {"viewer": True, "conversions": None, "codes": ["BAD_INPUT"]}


def test_e1_the_audits_of_graphql_http(workspace: Workspace, callers: Callers) -> None:
    """E1: 61 of 61 with a key, three of them notices that a server need not take GET."""
    audits = workspace.script("audits.mjs", callers.url, callers.token(ADVERTISER)).json()
    assert len(audits) == AUDITS
    assert {audit["id"]: audit["status"] for audit in audits if audit["status"] != "ok"} == WITHOUT_GET


@pytest.mark.parametrize("member", TABLES)
async def test_e7_apollo_client(workspace: Workspace, callers: Callers, member: str) -> None:
    """E7: variables, pages merged in the cache, rows kept under their ids, error policies none and all."""
    found = workspace.script("apollo.mjs", callers.url, callers.token(member), TABLES[member]).json()
    await _check(found, callers, member)
    assert len(found["normalized"]) >= PAGES * PAGE
    assert {f"Conversion:{row['id']}" for row in found["rows"]} <= set(found["normalized"])
    assert found["nothing"] == ["BAD_INPUT"]


@pytest.mark.parametrize("member", TABLES)
async def test_e8_urql(workspace: Workspace, callers: Callers, member: str) -> None:
    """E8: by POST alone."""
    found = workspace.script("urql.mjs", callers.url, callers.token(member), TABLES[member]).json()
    await _check(found, callers, member)
    assert found["methods"] == ["POST"]
