"""Files of orders sent from the console: tried, logged, imported and given up; and who is offered none of it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from browsing import Visitor
from playwright.async_api import FilePayload, Locator, Route, expect

from sightline.db.database import Database

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

MAPPING = """source: {source}
file: {{ date_format: iso, time_zone: UTC }}
order: {{ key: order, date: when }}
amount: {{ column: amount }}
currency: {{ constant: EUR }}
account: {{ column: account, by: name }}
program: {{ column: program, by: name }}
"""
# An active enrollment with a plan, in EUR, whose program and account have names of their own.
_PLACE = """
    SELECT p.name AS program, a.name AS account FROM enrollment e JOIN program p ON p.id = e.program_id
    JOIN affiliate_account a ON a.id = e.affiliate_account_id
    WHERE e.state = 'ACTIVE' AND e.commission_plan_id IS NOT NULL AND p.currency = 'EUR'
      AND (SELECT count(*) FROM affiliate_account o WHERE o.name = a.name) = 1
      AND (SELECT count(*) FROM program o WHERE o.name = p.name) = 1
      AND (SELECT count(*) FROM enrollment o WHERE (o.program_id, o.affiliate_account_id)
           = (e.program_id, e.affiliate_account_id) AND o.ended_at IS NULL) = 1
    ORDER BY e.id LIMIT 1
"""


async def form(visitor: Visitor, name: str, rows: list[str]) -> Locator:
    """The form, with a file and what its columns mean."""
    page = visitor.page
    await visitor.goes("/access?tab=imports")
    await page.get_by_text("Import a file of orders").click()
    text = "order,when,account,program,amount\n" + "".join(f"{row}\n" for row in rows)
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    await page.get_by_label("File: CSV, TSV, NDJSON or XLSX").set_input_files(files=[file])
    mapping = page.get_by_role("textbox", name="What its columns mean")
    await mapping.fill(MAPPING.format(source=name.removesuffix(".csv")))
    return mapping


async def test_a_file_is_tried_and_then_imported(visitor: Visitor, console_url: str) -> None:
    """A15: trying writes the log and nothing else; a row that names nothing is in it, with its reason."""
    page, name = visitor.page, f"orders-{uuid4().hex[:6]}.csv"
    async with Database.open(console_url, reads=1, writes=1) as database, database.writes.acquire() as connection:
        place = await connection.fetchrow(_PLACE)
    good = f"1,2026-03-01T10:00:00,{place['account']},{place['program']},10.00"
    bad = f"2,2026-03-01T11:00:00,Nobody at all,{place['program']},10.00"
    await visitor.becomes("admin")
    mapping = await form(visitor, name, [good, bad])
    right = await mapping.input_value()
    await mapping.fill("source: [")
    await page.get_by_role("button", name="Try it", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await mapping.fill(right)
    assert await visitor.barriers() == []
    await page.get_by_role("button", name="Try it", exact=True).click()
    job = page.get_by_role("list", name="Imports").get_by_role("listitem").filter(has_text=name)
    await expect(job.filter(has_text="tried only")).to_contain_text("2 rows read, 1 taken, 1 in the log")
    await job.get_by_role("button", name=f"Log of {name}").click()
    await expect(job.get_by_role("row").nth(1)).to_contain_text("3")  # the line of the file
    await expect(job.get_by_role("row").nth(1)).to_contain_text("Nobody at all")

    await page.get_by_role("checkbox", name="Try it only").uncheck()
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(job.filter(has_not_text="tried only")).to_contain_text("2 rows read, 1 taken, 1 in the log")


async def test_an_import_whose_file_never_came_is_given_up(visitor: Visitor) -> None:
    """A15: what is wrong while a file is sent is said; what waits for one can be given up, and leaves nothing."""
    page, name = visitor.page, f"lost-{uuid4().hex[:6]}.csv"

    async def lost(route: Route) -> None:
        await route.abort()

    await visitor.becomes("admin")
    await page.route("**/imports/*", lost)
    await form(visitor, name, ["1,2026-03-01T10:00:00,A,B,1"])
    await page.get_by_role("button", name="Try it", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    visitor.complaints.clear()  # browsers write down every request that fails
    job = page.get_by_role("list", name="Imports").get_by_role("listitem").filter(has_text=name)
    await expect(job).to_contain_text("its file is awaited")
    await job.get_by_role("button", name=f"Cancel {name}").click()
    await expect(job).to_contain_text("given up")


async def test_who_imports_nothing_is_offered_nothing(visitor: Visitor) -> None:
    """A15: without the permission there is no such part, by whatever address one comes."""
    page = visitor.page
    for somebody in ("adv-admin", "partner-admin", "support"):
        await visitor.becomes(somebody)
        await visitor.goes("/access?tab=imports")
        await expect(page.get_by_role("navigation", name="Parts of access")).to_be_visible()
        await expect(page.get_by_role("link", name="Imports")).to_have_count(0)
        await expect(page.get_by_text("Import a file of orders")).to_have_count(0)
