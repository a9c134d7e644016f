"""Payout runs on a real server: nobody but the server does them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from demo_platform import Platform
from served import served
from stored_sums import out_of_step, put_in_step

from sightline.db.secrets import Secrets

START = """mutation ($input: StartPayoutRunInput!) { startPayoutRun(input: $input) {
    ... on StartPayoutRunSuccess { payoutRun { id state } } } }"""
SHOWN = "query ($id: ID!) { node(id: $id) { ... on PayoutRun { state payoutInvoices(first: 1) { totalCount } } } }"
MAY, APRIL = ("2026-05-01", "2026-06-01"), ("2026-04-01", "2026-05-01")
PATIENCE = 120


async def test_a10_a_server_does_what_was_started(own_platform: Platform, own_url: str, secrets: Secrets) -> None:
    """A10: what one left behind that stopped, from its start on, and what is asked of itself: until both are done."""
    platform, who = own_platform, own_platform.member("finance-manager")
    await put_in_step(platform)
    given = {"periodStart": MAY[0], "periodEnd": MAY[1]}
    left = (await platform.change_by(who, "startPayoutRun", "payoutRun { id state }", **given))["payoutRun"]
    assert left["state"] == "RUNNING"
    with served(own_url, secrets) as origin:
        async with httpx.AsyncClient(base_url=origin, headers={"authorization": f"Bearer {who}"}) as client:

            async def asked(query: str, **variables: Any) -> Any:
                response = await client.post("/graphql", json={"query": query, "variables": variables})
                assert "errors" not in response.json(), response.text
                return response.json()["data"]

            answer = await asked(START, input={"periodStart": APRIL[0], "periodEnd": APRIL[1]})
            begun = answer["startPayoutRun"]["payoutRun"]
            assert begun["state"] == "RUNNING"
            async with asyncio.timeout(PATIENCE):
                runs = [(await asked(SHOWN, id=each["id"]))["node"] for each in (left, begun)]
                while {each["state"] for each in runs} != {"COMPLETED"}:
                    assert "FAILED" not in {each["state"] for each in runs}
                    await asyncio.sleep(0.2)
                    runs = [(await asked(SHOWN, id=each["id"]))["node"] for each in (left, begun)]
    assert runs[0]["payoutInvoices"]["totalCount"] > 100, "of most accounts"
    unpaid = "SELECT count(*) FROM conversion WHERE event_at >= $1 AND event_at < $2 AND settlement = 'LOCKED'"
    begin, end = [await platform.one("SELECT $1::text::timestamptz", f"{day}T00:00Z") for day in MAY]
    owed = f"{unpaid} AND status = 'APPROVED' AND payout <> 0"
    assert await platform.one(owed, begin, end) == 0
    assert await out_of_step(platform) == {}
