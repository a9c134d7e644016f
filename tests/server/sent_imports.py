"""Asking for imports, sending their files, and waiting for their end, over the shared platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from demo_platform import Person, Platform
from starlette.applications import Starlette
from starlette.routing import Route

from sightline.server.identity.browsers import Browsers
from sightline.server.imports.endpoint import ImportEndpoint
from sightline.server.imports.running import Imports

MOST_BYTES = 4_000_000
HEADER = "order,when,account,program,amount,status,kind\n"
SWITCHES = {"see_sale_amount": True, "see_payout": True, "see_revenue": True}
IMPORTS_ALL = "DATA_IMPORTS:W TRANSACTIONS:W AFFILIATES:R OFFERS:R COMMISSION_PLANS:R"
JOB = """state name source dryRun fileSize bytesRead rowsRead rowsAccepted rowsRefused problem
    logs(first: 100) { nodes { line outcome columnName value reason } }"""
OVER = ("COMPLETED", "FAILED", "CANCELLED")

MAPPING = """
source: {source}
file: {{date_format: iso, time_zone: UTC}}
order: {{key: order, date: when}}
amount: {{column: amount}}
currency: {{constant: EUR}}
status: {{column: status}}
lock_after_days: 30
account: {{column: account, by: {by}}}
program: {{column: program, by: {by}}}
cancellation: {{column: kind, equals: cancelled}}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An active enrollment of the demo platform, and what it joins."""

    enrollment: int
    program: int
    program_name: str
    account: int
    account_name: str
    advertiser: int


@dataclass(slots=True, eq=False)
class Desk:
    """Where a test imports: the platform, and a process that takes files."""

    platform: Platform
    imports: Imports
    most_bytes: int = MOST_BYTES
    source: str = field(default_factory=lambda: f"feed-{uuid4().hex[:8]}")

    def mapping(self, **said: str) -> str:
        """The mapping of most tests; accounts and programs are named by their names."""
        return MAPPING.format(**{"source": self.source, "by": "name"} | said)

    async def asked(self, who: str, mapping: str | None = None, **more: Any) -> dict[str, Any]:
        """What asking for an import answers."""
        given = {"name": "orders.csv", "mapping": self.mapping() if mapping is None else mapping} | more
        return await self.platform.change_by(who, "importOrders", "link importJob { id state }", **given)

    async def sent(self, who: str | None, link: str, content: bytes | str, **headers: str) -> httpx.Response:
        """What sending a file answers."""
        given = {"content-type": "application/octet-stream"} | headers
        if who is not None:
            given["authorization"] = f"Bearer {who}"
        endpoint = ImportEndpoint(lambda: self.imports, Browsers(demo=True), most_bytes=self.most_bytes)
        app = Starlette(routes=[Route("/imports/{id}", endpoint)])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            body = content if isinstance(content, bytes) else content.encode()
            return await client.post(link, content=body, headers=given)

    async def job(self, who: str, link: str) -> dict[str, Any]:
        """How an import stands, as somebody sees it."""
        query = f"query ($id: ID!) @onDenied(mode: MASK) {{ node(id: $id) {{ ... on ImportJob {{ {JOB} }} }} }}"
        found: dict[str, Any] = (await self.platform.read(who, query, id=link.rpartition("/")[2]))["node"]
        return found

    async def ended(self, who: str, link: str) -> dict[str, Any]:
        """How an import stands once it has ended."""

        async def over() -> bool:
            return (await self.job(who, link))["state"] in OVER

        await until(over)
        return await self.job(who, link)

    async def until_running(self, who: str, link: str) -> None:
        """Wait until an import is being carried out, and its rows are read."""

        async def reading() -> bool:
            job = await self.job(who, link)
            return job["state"] == "RUNNING" and job["rowsRead"] > 0

        await until(reading)

    @asynccontextmanager
    async def held_up(self) -> AsyncIterator[None]:
        """A block in which every import stops where it would begin to write."""
        async with self.platform.engine.database.owner() as connection, connection.transaction():
            await connection.execute("LOCK TABLE import_claim IN EXCLUSIVE MODE")
            yield

    async def imported(self, who: str, rows: str, *, header: str = HEADER, **more: Any) -> dict[str, Any]:
        """How an import of these rows ended."""
        answer = await self.asked(who, **more)
        assert answer["__typename"] == "ImportOrdersSuccess", answer
        response = await self.sent(who, answer["link"], header + rows)
        assert response.status_code == 202, response.text
        return await self.ended(who, answer["link"])

    async def written(self) -> list[str]:
        """The numbers of this test's conversions that are there."""
        return await self.platform.stored(
            "SELECT external_ref FROM conversion WHERE source = $1 ORDER BY external_ref", self.source
        )

    async def places(self) -> list[Place]:
        """Active enrollments whose account and program have names of their own, with a plan, in EUR."""
        found = await self.platform.rows(
            """SELECT e.id, e.program_id, p.name AS program, e.affiliate_account_id, a.name AS account,
                      e.advertiser_profile_id
            FROM enrollment e JOIN program p ON p.id = e.program_id
            JOIN affiliate_account a ON a.id = e.affiliate_account_id
            WHERE e.state = 'ACTIVE' AND e.commission_plan_id IS NOT NULL AND p.currency = 'EUR'
              AND (SELECT count(*) FROM affiliate_account o WHERE o.name = a.name) = 1
              AND (SELECT count(*) FROM program o WHERE o.name = p.name) = 1
              AND (SELECT count(*) FROM enrollment o WHERE (o.program_id, o.affiliate_account_id)
                   = (e.program_id, e.affiliate_account_id) AND o.ended_at IS NULL) = 1
            ORDER BY e.id"""
        )
        return [Place(*row) for row in found]

    async def importer(self, permissions: str = IMPORTS_ALL, **role: Any) -> Person:
        """Somebody who runs imports; unless said, with every switch."""
        return await self.platform.staff(permissions, **(SWITCHES | role))


@asynccontextmanager
async def desk_over(platform: Platform, **more: Any) -> AsyncIterator[Desk]:
    """A process that takes files, for the length of the block."""
    engine = platform.engine
    imports = Imports(engine.database, engine.services, engine.access, beat_seconds=0.05, **more)
    async with imports.open():
        yield Desk(platform, imports)


async def until(holds: Callable[[], Awaitable[Any]]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110  # it is the database that changes
            await asyncio.sleep(0.03)


def row(number: str, place: Place, amount: str = "10.00", status: str = "PENDING", **more: str) -> str:
    """One row of a file; `kind=cancelled` takes an order back."""
    account, program = more.get("account", place.account_name), more.get("program", place.program_name)
    return f'{number},2026-06-01T10:00:00,"{account}","{program}",{amount},{status},{more.get("kind", "")}\n'
