"""Reports as files of each kind, exports given up, schedules that pause, and what another has of a shared report."""

from __future__ import annotations

import io
import json
from uuid import uuid4

import openpyxl
import pyarrow.parquet
import pytest
from browsing import Visitor
from playwright.async_api import Locator, Page, expect

from sightline.db.database import Database
from sightline.db.report_exports import begin_export, go_on_with_export

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PERIOD = "period=2026-01-01..2026-06-30"
_ASK = """async ([query, variables]) => {
    const headers = { 'content-type': 'application/json', 'apollo-require-preflight': '1' };
    const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return (await answer.json()).data.answer.id;
}"""
_EXPORT = """mutation ($input: ExportReportInput!) {
    answer: exportReport(input: $input) { ... on ExportReportSuccess { id } }
}"""


async def opened(visitor: Visitor, path: str) -> Locator:
    """The dialog of exports of a report that has run."""
    await visitor.runs(path)
    await visitor.page.get_by_role("button", name="Export").click()
    return visitor.page.get_by_role("dialog")


async def file_of(page: Page, dialog: Locator, kind: str, name: str) -> io.BytesIO:
    """The report as a file of a kind, as the browser keeps it once the page says that it is done."""
    await dialog.get_by_role("radio", name=kind).check()
    await dialog.get_by_role("textbox", name="Name of the file").fill(name)
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Export", exact=True).click()
    await expect(dialog.get_by_role("listitem").filter(has_text=name)).to_contain_text("done")
    file = await download.value
    assert file.suggested_filename.startswith(f"{name}.")
    return io.BytesIO((await file.path()).read_bytes())


async def test_rc11_files_of_each_kind_have_the_rows_of_the_page(visitor: Visitor) -> None:
    """RC11: a workbook, Parquet and JSON lines have the rows that are shown and their totals, and no other column."""
    page = visitor.page
    await visitor.becomes("partner-member")
    dialog = await opened(visitor, f"/reports?columns=clicks,payout&by=month&{PERIOD}")
    rows = await page.locator(".rows tbody tr").count()

    book = openpyxl.load_workbook(await file_of(page, dialog, "Excel", f"Book {uuid4().hex[:6]}")).active
    assert book is not None
    heading, *lines, total = book.iter_rows(values_only=True)
    assert [str(cell).split(" (")[0] for cell in heading] == ["Month", "Clicks", "Payout"]
    assert len(lines) == rows
    assert total[0] == "Total"
    assert sum(line[1] for line in lines) == total[1]

    parquet = await file_of(page, dialog, "Parquet", f"Data {uuid4().hex[:6]}")
    table = pyarrow.parquet.read_table(parquet)
    assert table.column_names == ["month", "clicks", "payout"]
    assert table.num_rows == rows
    assert table.column("clicks").to_pylist() == [line[1] for line in lines]

    text = (await file_of(page, dialog, "JSON lines", f"Lines {uuid4().hex[:6]}")).read().decode()
    *objects, summed = [json.loads(line) for line in text.splitlines()]
    assert [set(each) for each in objects] == [{"month", "clicks", "payout"}] * rows
    assert set(summed["totals"]) == {"clicks", "payout"}


async def test_an_export_that_is_being_written_shows_how_far_and_is_given_up(
    visitor: Visitor, console_url: str
) -> None:
    """RC11: whatever process writes it, the page follows it; who gives it up gets no further row, and no file."""
    page, name = visitor.page, f"Long {uuid4().hex[:6]}"
    await visitor.becomes("partner-member")
    lens = {"kind": "PARTNER", "organization": await organization_of(visitor)}
    report = {"lens": lens, "period": {"preset": "LAST_YEAR"}, "columns": ["clicks"], "groupBy": ["day"]}
    await page.evaluate(_ASK, [_EXPORT, {"input": {"report": report, "format": "CSV", "name": name}}])
    async with Database.open(console_url, reads=1, writes=1) as database:
        async with database.writes.acquire() as connection:
            number = await connection.fetchval("SELECT id FROM report_export WHERE name = $1", name)
        assert await begin_export(database.writes, number)
        assert await go_on_with_export(database.writes, number, 2_000, 8_000)
        dialog = await opened(visitor, f"/reports?columns=clicks&by=month&{PERIOD}")
        line = dialog.get_by_role("listitem").filter(has_text=name)
        await expect(line).to_contain_text("being written, 2,000 of 8,000 rows")
        bar = line.get_by_role("progressbar", name=f"How much of {name} is written")
        await expect(bar).to_have_attribute("value", "2000")
        assert await go_on_with_export(database.writes, number, 6_000, 8_000)
        await expect(bar).to_have_attribute("value", "6000")
        await line.get_by_role("button", name=f"Cancel {name}").click()
        await expect(line).to_contain_text("given up")
        await expect(line.get_by_role("link")).to_have_count(0)
        assert not await go_on_with_export(database.writes, number, 8_000, 8_000)
        assert not await begin_export(database.writes, number)


async def organization_of(visitor: Visitor) -> str:
    """The organization that the visitor reports for."""
    query = "{ reportLenses { kind id } }"
    lenses = await visitor.page.evaluate(_ASK.replace(".data.answer.id", ".data.reportLenses"), [query, {}])
    return str(next(each["id"] for each in lenses if each["kind"] == "PARTNER"))


async def test_a_schedule_pauses_and_goes_on(visitor: Visitor) -> None:
    """RC11: one that pauses has no next time; one that goes on has one again."""
    name = f"Weekly {uuid4().hex[:6]}"
    await visitor.becomes("adv-admin")
    await saved(visitor, name, f"/reports?columns=clicks&by=program&{PERIOD}")
    dialog = await unfolded(visitor, name)
    schedules = dialog.get_by_role("region", name=f"Schedules of {name}")
    await schedules.get_by_role("button", name="Schedule", exact=True).click()
    await expect(schedules).to_contain_text("Every Monday at 6:00")
    await expect(schedules).to_contain_text(" next ")
    await schedules.get_by_role("button", name="Pause").click()
    await expect(schedules).to_contain_text(" pauses")
    await expect(schedules).not_to_contain_text(" next ")
    await schedules.get_by_role("button", name="Go on").click()
    await expect(schedules.get_by_role("button", name="Pause")).to_be_visible()
    await expect(schedules).to_contain_text(" next ")
    await schedules.get_by_role("button", name="Delete the schedule").click()
    await expect(schedules.get_by_role("button", name="Pause")).to_have_count(0)
    await expect(schedules).not_to_contain_text(" next ")
    await visitor.presses("Escape")  # the button that was pressed is gone, and the keyboard is still the dialog's
    await expect(dialog).to_have_count(0)
    await expect(visitor.page.get_by_role("button", name="Saved reports")).to_be_focused()


async def saved(visitor: Visitor, name: str, path: str) -> None:
    """Save a report under a name."""
    page = visitor.page
    await visitor.runs(path)
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name").fill(name)
    await page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()


async def unfolded(visitor: Visitor, name: str) -> Locator:
    """The dialog of saved reports, with what can be done with one of them."""
    await visitor.page.get_by_role("button", name="Saved reports").click()
    dialog = visitor.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=f"Share and schedule {name}").click()
    return dialog


async def test_rc10_who_lacks_a_column_of_a_shared_report_is_told_which_and_gets_none_of_it(visitor: Visitor) -> None:
    """RC10, RC6: sharing gives no right; one that names a restricted column opens for nobody who lacks it."""
    page, plain, rich = visitor.page, f"Clicks {uuid4().hex[:6]}", f"Money {uuid4().hex[:6]}"
    await visitor.becomes("adv-admin")
    for name, columns in ((plain, "clicks,revenue"), (rich, "clicks,revenue,payout")):
        await saved(visitor, name, f"/reports?columns={columns}&by=program&{PERIOD}")
        dialog = await unfolded(visitor, name)
        await dialog.get_by_role("searchbox", name="Somebody whose name begins with").fill("Anna L")
        await dialog.get_by_role("button", name="Share with Anna Lytton").click()
        await expect(dialog.get_by_role("status").filter(has_text="Shared with Anna Lytton")).to_be_visible()
        await dialog.get_by_role("button", name="Close").click()

    await visitor.becomes("analyst")
    await visitor.goes("/reports")
    await page.get_by_role("button", name="Saved reports").click()
    await dialog.get_by_role("button", name=rich, exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("names something that is not there for you")
    await expect(dialog.get_by_role("alert")).to_contain_text("payout")
    await dialog.get_by_role("button", name=plain, exact=True).click()
    await expect(page.get_by_role("heading", name=plain)).to_be_visible()
    await expect(page.get_by_role("columnheader")).to_have_text(["Program", "Clicks", "Revenue"])

    await visitor.becomes("adv-member")
    await visitor.goes("/reports")
    await page.get_by_role("button", name="Saved reports").click()
    await expect(dialog.get_by_role("status", name="Loading")).to_have_count(0)
    for name in (plain, rich):
        await expect(dialog.get_by_role("button", name=name, exact=True)).to_have_count(0)
