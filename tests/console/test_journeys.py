"""Three people at the console: a partner explores, a report builder builds, an administrator restricts a column.

Each goes by mouse and by keyboard. `visitor` fails the test where anything was asked of another site, where a policy
was broken, or where a page complained (GOAL26).
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from browsing import NARROW, Visitor, asked, choose
from playwright.async_api import expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

MOST_TRIES, TRYING_MILLISECONDS = 10, 1_500
PERIOD = "period=2026-01-01..2026-06-30"


async def test_a_partner_explores_by_mouse(visitor: Visitor) -> None:
    """He signs in from the cast, runs what is there, and is offered his own schema and no field more (LK1)."""
    page = visitor.page
    await page.goto(f"{visitor.origin}/explorer")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()  # nobody is yet
    visitor.complaints.clear()  # browsers write down every 401
    await page.get_by_role("button", name="Boris Nest").click()
    await page.wait_for_url("**/explorer")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".result-window")).to_contain_text("Boris Nest")
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await expect(page.locator(".graphiql-plugin")).to_contain_text("Conversion")
    # Whose name it is says what he may see: another of the cast has another schema, on the same page.
    assert await offers(visitor, "{ conversions { nodes { pay", "payout")
    await offers_nothing(visitor, "{ conversions { nodes { reve")
    await page.get_by_label("Look as another of the cast").select_option("adv-admin@demo.example")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Look as this one").click()
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")
    assert await offers(visitor, "{ conversions { nodes { reve", "revenue")


async def offers(visitor: Visitor, text: str, wanted: str) -> bool:
    """Whether the editor offers something at the end of a text, once it knows the schema."""
    await types(visitor, text)
    for _ in range(MOST_TRIES):
        await visitor.presses("Control+Space")
        try:
            rows = visitor.page.locator(".suggest-widget.visible .monaco-list-row")
            await expect(rows.filter(has_text=wanted).first).to_be_visible(timeout=TRYING_MILLISECONDS)
        except AssertionError:
            await visitor.presses("Escape")
        else:
            return True
    return False


async def offers_nothing(visitor: Visitor, text: str) -> None:
    """That the editor knows nothing at the end of a text. It must have known something else before."""
    await types(visitor, text)
    await visitor.presses("Control+Space")
    said = visitor.page.locator(".suggest-widget.visible .message")
    await expect(said.filter(has_text="No suggestions.", visible=True)).to_have_count(1)
    await visitor.presses("Escape")


async def types(visitor: Visitor, text: str) -> None:
    """Put a text into the editor, in place of what is there."""
    await visitor.page.locator(".graphiql-query-editor .view-lines").click()
    await visitor.presses("Control+a", "Delete")
    await visitor.page.keyboard.insert_text(text)


async def test_a_partner_explores_by_keyboard(visitor: Visitor) -> None:
    """He signs in, runs a linked document and leaves, without a mouse."""
    page = visitor.page
    await page.goto(f"{visitor.origin}/login?next=/explorer%23query=%7Bviewer%7Buser%7Bname%7D%7D%7D")
    await expect(page.get_by_role("button", name="Boris Nest")).to_be_visible()
    await visitor.tabs_to("Boris NestMember of Bluebird Media")
    await visitor.presses("Enter")
    await page.wait_for_url("**/explorer#query=*")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")
    await page.locator(".graphiql-query-editor textarea, .graphiql-query-editor .native-edit-context").first.focus()
    await visitor.presses("Control+Enter")
    await expect(page.locator(".result-window")).to_contain_text("Boris Nest")
    await page.goto(f"{visitor.origin}/")
    await expect(page.get_by_role("heading", name="Hello, Boris Nest")).to_be_visible()
    await visitor.tabs_to("Sign out")
    await visitor.presses("Enter")
    await page.wait_for_url("**/login")


async def test_a_report_builder_builds_by_mouse(visitor: Visitor) -> None:
    """Columns by search and by drag, a run, a chart, an order, a filter, and a link that is the whole report."""
    page = visitor.page
    await visitor.becomes("adv-admin")
    await visitor.goes(f"/reports?columns=clicks&by=program&{PERIOD}")
    await expect(page.get_by_role("columnheader", name="Clicks")).to_be_visible()
    await page.get_by_role("button", name="Choose columns").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("searchbox", name="Search columns").fill("hosts")
    await dialog.get_by_role("checkbox", name="Unique clicks").check()  # a synonym of other systems finds it
    await dialog.get_by_role("searchbox", name="Search columns").fill("sale_amount")
    await dialog.get_by_role("checkbox", name="Sale amount", exact=True).check()
    await dialog.get_by_role("button", name="Move Sale amount up").click()
    first = dialog.get_by_role("row", name="Clicks", exact=True)
    await dialog.get_by_role("row", name="Sale amount", exact=True).drag_to(first, target_position={"x": 90, "y": 3})
    await dialog.get_by_role("button", name="Use these 3 columns").click()
    await expect(page.get_by_text("run it again")).to_be_visible()
    await page.get_by_role("button", name="Run", exact=True).click()
    heads = page.get_by_role("columnheader")
    await expect(heads).to_have_text(["Program", "Sale amount", "Clicks", "Unique clicks"])
    totals = page.get_by_role("row", name="All rows")
    await expect(totals).to_contain_text("€")
    await expect(page.locator(".recharts-surface").first).to_be_visible()
    await page.get_by_role("button", name="Stacked").click()
    await page.get_by_role("columnheader", name="Sale amount").get_by_role("button").click()
    await expect(page.get_by_role("columnheader", name="Sale amount")).to_have_attribute("aria-sort", "descending")
    await page.get_by_role("row", name="Northwind Trail Gear").hover()
    await page.get_by_role("button", name="Only Northwind Trail Gear").click()
    await expect(page.get_by_text("1 row", exact=False).first).to_be_visible()
    text = await totals.inner_text()
    await page.goto(page.url)
    await expect(page.get_by_role("row", name="All rows")).to_have_text(text.replace("\n", "").replace("\t", ""))
    await page.get_by_role("link", name="Show GraphQL").click()
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("ConsoleReport")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".result-window")).to_contain_text("rowCount")


async def test_a_report_builder_builds_by_keyboard(visitor: Visitor) -> None:
    """Columns are found, ordered and used, and the report is run, without a mouse; what moves is announced."""
    page = visitor.page
    await visitor.becomes("partner-member")
    await visitor.runs(f"/reports?columns=clicks,payout&by=month&{PERIOD}")
    await visitor.tabs_to("Choose columns")
    await visitor.presses("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("epc")
    await expect(dialog.get_by_role("checkbox", name="EPC", exact=True)).to_be_visible()
    await dialog.get_by_role("checkbox", name="EPC", exact=True).focus()
    await visitor.presses("Space")
    await dialog.get_by_role("row", name="Clicks").focus()
    await visitor.presses("ArrowRight", "Enter", "ArrowDown", "ArrowDown", "Enter")
    rows = dialog.get_by_role("row")
    await expect(rows.last).to_contain_text("Clicks")
    await visitor.tabs_to("Use these 3 columns")
    await visitor.presses("Enter")
    await visitor.tabs_to("Run")
    await visitor.presses("Enter")
    await expect(page.get_by_role("columnheader")).to_have_text(["Month", "Payout", "EPC", "Clicks"])


async def test_signing_in_leads_nowhere_else(visitor: Visitor) -> None:
    """A link to the login page that names another site as the next page ends on ours."""
    page = visitor.page
    slashes = (
        "//evil.example/",
        "/\\evil.example",
        "/.//evil.example/x",
        "/%2e//evil.example",
        "/x/..//evil.example",
        "//",
    )
    for elsewhere in (*slashes, "https://evil.example/", "javascript:alert(1)"):
        await page.goto(f"{visitor.origin}/login?next={quote(elsewhere, safe='')}")
        await page.get_by_role("button", name="Nell Ashby").click()
        await expect(page.get_by_role("heading", name="Hello, Nell Ashby")).to_be_visible()
        assert page.url == f"{visitor.origin}/"


async def test_a_phone_shows_the_report_first(visitor: Visitor) -> None:
    """On a narrow screen what the report is made of is folded away, and a press opens it."""
    page = visitor.page
    await page.set_viewport_size(NARROW)
    await visitor.becomes("adv-admin")
    await visitor.runs(f"/reports?columns=clicks&by=month&{PERIOD}")
    await expect(page.get_by_role("button", name="Choose columns")).to_be_hidden()
    await page.get_by_text("What the report is made of").click()
    await page.get_by_role("button", name="Choose columns").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_what_a_partner_may_not_use_is_listed_with_the_reason(visitor: Visitor) -> None:
    """RC6: never an empty hole, and never a number: a link with such a column is not run, but says why."""
    page = visitor.page
    await visitor.becomes("partner-member")
    await visitor.goes(f"/reports?columns=clicks,revenue&by=month&{PERIOD}")
    warning = page.get_by_role("alert")
    await expect(warning).to_contain_text("Revenue is not available to you: your role has no revenue.")
    await expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Run without it").click()
    await expect(page.get_by_role("columnheader")).to_have_text(["Month", "Clicks"])
    await page.get_by_role("button", name="Choose columns").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("searchbox").fill("revenue")
    await expect(dialog.get_by_role("checkbox", name="Revenue", exact=True)).to_have_count(0)
    await expect(dialog.get_by_role("region", name="Not available to you")).to_contain_text("your role has no revenue")
    await dialog.get_by_role("button", name="About Revenue", exact=True).focus()
    await expect(page.get_by_role("tooltip")).to_be_visible()
    await visitor.presses("Escape", "Escape")


async def test_who_has_no_reports_and_no_lists_is_told_so(visitor: Visitor) -> None:
    """Designed, not broken: nobody's pages say what there would be, and offer nothing he lacks."""
    page = visitor.page
    await visitor.becomes("nobody")
    await visitor.goes("/")
    await page.goto(f"{visitor.origin}/reports")
    await expect(page.get_by_role("heading", name="There are no reports for you yet")).to_be_visible()
    await visitor.goes("/access")
    parts = page.get_by_role("navigation", name="Parts of access").get_by_role("link")
    assert {"Report columns", "Audit log"}.isdisjoint(await parts.all_inner_texts())
    await page.get_by_role("button", name="Explain").click()
    await expect(page.get_by_role("heading", name="Nothing to tell")).to_be_visible()


async def test_an_administrator_restricts_a_column_by_mouse(visitor: Visitor) -> None:
    """As soon as he saves, the partner can neither choose nor run it, whatever he links to; and gets it back."""
    page = visitor.page
    assert await usable(visitor, "partner-guest", "net_sale_amount")
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=columns")
    await choose(page, "Bea Feather")
    await page.get_by_role("searchbox", name="Search columns").fill("net sale")
    restricted = page.get_by_role("grid", name="Restricted columns")
    await page.get_by_role("row", name="Net sale amount").drag_to(restricted)
    await expect(page.get_by_text("Will be restricted: Net sale amount")).to_be_visible()
    exposed = page.get_by_role("region", name="What this change exposes")
    await expect(exposed.get_by_role("status")).to_contain_text("1 person would notice")
    await expect(exposed.get_by_text("Report columns: Net sale amount")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert not await usable(visitor, "partner-guest", "net_sale_amount")
    field = '{ viewer { canRead(coordinate: "ReportMetrics.netSaleAmount") } }'
    assert not (await asked(visitor, field, {}))["data"]["viewer"]["canRead"]
    await visitor.goes(f"/reports?columns=clicks,net_sale_amount&by=month&{PERIOD}")
    await expect(page.get_by_role("alert")).to_contain_text("restricted by your administrator")
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=columns")
    await choose(page, "Bea Feather")
    await page.get_by_role("button", name="Use the system's list").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="holds for them again")).to_be_visible()
    assert await usable(visitor, "partner-guest", "net_sale_amount")


async def test_an_administrator_restricts_a_column_by_keyboard(visitor: Visitor) -> None:
    """The same without a mouse, for another partner; discarding changes nothing."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=columns")
    await visitor.tabs_to("Search people")
    await page.keyboard.type("Birgit S")
    await expect(page.get_by_role("list", name="People").get_by_role("listitem")).to_have_count(1)
    await visitor.tabs_to("Birgit Song")
    await visitor.presses("Enter")
    await visitor.tabs_to("Search columns")
    await page.keyboard.type("impressions")
    available = page.get_by_role("grid", name="Available columns")
    await expect(available.get_by_role("row")).to_have_count(1)

    async def restrict_it() -> None:
        await available.get_by_role("row").focus()
        await visitor.presses("Space")
        await page.get_by_role("button", name="Restrict", exact=True).focus()
        await visitor.presses("Enter")

    await restrict_it()
    await visitor.tabs_to("Discard")
    await visitor.presses("Enter")
    await expect(page.get_by_role("button", name="Save")).to_have_count(0)
    await restrict_it()
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()  # once it is known what it exposes
    await visitor.tabs_to("Save")
    await visitor.presses("Enter")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert not await usable(visitor, "partner-admin", "impressions")


async def test_a_list_that_would_give_a_column_away_is_not_saved(visitor: Visitor) -> None:
    """RC7: what would be refused is said before it is tried, and mended by the press of a button."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=columns")
    await choose(page, "Magnus Reed")
    await page.get_by_role("searchbox", name="Search columns").fill("payout")
    await page.get_by_role("row", name="Payout", exact=True).click()
    await page.get_by_role("button", name="Restrict", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("would follow from")
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await page.get_by_role("button", name="too").click()
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()
    await expect(page.get_by_role("alert")).to_have_count(0)
    exposed = page.get_by_role("region", name="What this change exposes")
    await expect(exposed.get_by_role("status")).to_contain_text("1 person would notice")
    await expect(exposed).to_contain_text("Conversion: payout")


async def usable(visitor: Visitor, key: str, column: str) -> bool:
    """Whether a report of one of the cast may have a column; the visitor is that one from then on."""
    await visitor.becomes(key)
    lenses = (await asked(visitor, "{ reportLenses { kind id } }", {}))["data"]["reportLenses"]
    lens = {"kind": lenses[0]["kind"], "organization": lenses[0]["id"]}
    choices = "query ($lens: ReportLensInput!) { reportSchema(lens: $lens) { columns { key available } } }"
    columns = (await asked(visitor, choices, {"lens": lens}))["data"]["reportSchema"]["columns"]
    found = next(each["available"] for each in columns if each["key"] == column)
    report = "query ($input: ReportInput!) { report(input: $input) { rowCount } }"
    given = {"lens": lens, "period": {"preset": "TODAY"}, "columns": [column]}
    codes = [each["extensions"]["code"] for each in (await asked(visitor, report, {"input": given})).get("errors", ())]
    assert codes == ([] if found else ["COLUMN_RESTRICTED"])
    return bool(found)
