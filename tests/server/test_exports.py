"""Reports as files: the same numbers, for the same principal, with the rights of the moment they are fetched."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import orjson
import pyarrow.parquet
import pytest
from demo_platform import NORTHWIND, Platform
from files_of_reports import app_of, export_of, exports_over, fetched, state_of, watched
from kept_reports import asked, member, saved
from lists_of_columns import has
from starlette.datastructures import Headers

from sightline.authz.scopes import USER_SCOPES
from sightline.db.secrets import TokenKind, new_token
from sightline.server.answers import RefusedError
from sightline.server.exports.cells import Heading
from sightline.server.exports.fetching import Exports, Fetch
from sightline.server.exports.neutral import neutralised
from sightline.server.exports.sheets import WorkbookWriter
from sightline.server.exports.streams import CsvWriter, JsonLinesWriter
from sightline.server.identity.browsers import Browsers

REPORT = """query ($input: ReportInput!) { report(input: $input) { rowCount columns { key values total }
    rows { dimensions { value label } } } }"""
FILES = ("CSV", "JSONL", "XLSX", "PARQUET")
FORMULAS = ('=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1")


@pytest.fixture
def exports(platform: Platform) -> Exports:
    """What fetches over the shared platform."""
    return exports_over(platform)


async def test_rc11_a_file_has_the_rows_and_totals_of_the_report(platform: Platform, exports: Exports) -> None:
    """RC11, M1: the same pipeline: every row, value, name and total that `report` answers, in each kind of file."""
    owner = (await member(platform, "Admin")).token
    columns = ["clicks", "conversions", "revenue", "aov", "payout"]
    report = await asked(platform, *columns, groupBy=["program", "month"])
    answer = (await platform.read(owner, REPORT, input=report | {"first": 1000}))["report"]
    assert answer["rowCount"] == len(answer["rows"]) > 10
    expected = {}
    for at, row in enumerate(answer["rows"]):
        (program, month) = row["dimensions"]
        key = (program["label"], program["value"], month["value"])
        expected[key] = [_number(each["values"][at]) for each in answer["columns"]]
    totals = [_number(each["total"]) for each in answer["columns"]]

    path = await export_of(platform, owner, report)
    response = await fetched(exports, path, owner)
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith('attachment; filename="Report.csv"')
    assert response.headers["cache-control"] == "private, no-store"
    heading, *lines = _lines(response.content)
    assert heading[:6] == ["Program", "Program id", "Month", "Clicks", "Conversions", "Revenue (EUR)"]
    assert heading[7].startswith("Payout (EUR, over ")
    *rows, last = [([cell or None for cell in line[:3]], [_number(cell) for cell in line[3:]]) for line in lines]
    assert {tuple(key): values for key, values in rows} == expected
    assert last == (["Total", None, None], totals)
    ended = {"state": "COMPLETED", "rowsWritten": len(rows), "rowsTotal": len(rows), "error": None}
    assert await state_of(platform, owner, path) == ended

    text = (await fetched(exports, await export_of(platform, owner, report, "JSONL"), owner)).text
    *objects, summed = [orjson.loads(line) for line in text.splitlines()]
    assert text.endswith("}\n"), "every line has its end, the last one too"
    found = {
        (each["program"], each["program_id"], each["month"]): [_number(each[key]) for key in columns]
        for each in objects
    }
    assert found == expected
    assert [_number(summed["totals"][key]) for key in columns] == totals

    book = await fetched(exports, await export_of(platform, owner, report, "XLSX"), owner)
    _, *sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)
    assert len(sheet) == len(expected) + 1
    for line in sheet[:-1]:
        assert [None if cell is None else pytest.approx(cell) for cell in line[3:]] == [
            None if each is None else float(each) for each in expected[line[:3]]
        ]

    content = (await fetched(exports, await export_of(platform, owner, report, "PARQUET"), owner)).content
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    read = {
        (each["program"], each["program_id"], each["month"]): [each[key] for key in columns]
        for each in table.to_pylist()
    }
    assert read == expected
    assert str(table.schema.field("revenue").type) == "decimal128(38, 4)"
    metadata = pyarrow.parquet.read_metadata(io.BytesIO(content)).metadata
    assert [_number(json.loads(metadata[b"totals"])[key]) for key in columns] == totals


async def test_rc11_having_and_order_are_those_of_the_report(platform: Platform, exports: Exports) -> None:
    """RC11: totals stay those of all rows; an order that is asked for is kept; amounts may keep their currency."""
    owner = (await member(platform, "Admin")).token
    report = await asked(
        platform, "clicks", "revenue", having=[{"column": "clicks", "gt": "0"}], currency="NATIVE", groupBy=["program"]
    )
    for order in ([], [{"key": "revenue", "direction": "DESC"}]):
        given = report | {"orderBy": order}
        answer = (await platform.read(owner, REPORT, input=given))["report"]
        lines = _lines((await fetched(exports, await export_of(platform, owner, given), owner)).content)[1:]
        assert lines[-1][-2:] == [each["total"] or "" for each in answer["columns"]]
        values = list(zip(*(each["values"] for each in answer["columns"]), strict=True))
        found = [tuple(line[-2:]) for line in lines[:-1]]
        assert (found if order else sorted(found)) == (values if order else sorted(values))


async def test_rc11_a_link_works_for_the_principal_it_ran_as_alone(platform: Platform, exports: Exports) -> None:
    """RC11, LK12: to everybody else, also to a key of the same user, it is what does not exist; without a token 401."""
    owner, other = await member(platform, "Admin"), await member(platform, "Admin")
    report = await asked(platform, "clicks")
    path = await export_of(platform, owner.token, report)
    key = await platform.user_key(owner.id, ["org:W", "self:R", "PERFORMANCE_REPORTS:R"])
    organizations = platform.member("northwind-key")
    missing = platform.global_id("report_export", 987_654_321)
    for stranger in (other.token, key, organizations):
        answers = [await fetched(exports, each, stranger) for each in (path, f"/exports/{missing}", "/exports/zzz")]
        assert [each.status_code for each in answers] == [404] * 3
        said = [each.json()["errors"] for each in answers]
        assert said[0] == said[1] == said[2]
        assert said[0][0]["message"] == "There is no export with this id that you may fetch."
    assert (await fetched(exports, path, platform.member("admin"))).status_code == 404
    assert (await fetched(exports, path, None)).status_code == 401
    assert (await fetched(exports, path, "sl_live_nothing")).status_code == 401
    assert (await fetched(exports, path, owner.token)).status_code == 200
    assert (await state_of(platform, other.token, path)) is None


async def test_rc11_no_key_asks_for_a_file_or_gives_one_up(platform: Platform) -> None:
    """RC11, AC5: whatever its scopes, it only reads what is its user's own; it reports all the same."""
    owner = await member(platform, "Admin")
    key = await platform.user_key(owner.id, sorted(USER_SCOPES))
    assert (await platform.read(key, REPORT, input=await asked(platform, "clicks")))["report"]["rowCount"] > 0
    for who in (key, platform.member("northwind-key"), platform.member("bluebird-key")):
        for mutation in ("exportReport", "cancelExport"):
            assert not await platform.exists(who, f"Mutation.{mutation}")
    assert await platform.exists(owner.token, "Mutation.exportReport")


async def test_rc11_rights_are_looked_at_again_when_it_is_fetched(platform: Platform, exports: Exports) -> None:
    """RC10, RC11, DR16: what was lost since is not in the file; who is suspended has no file at all."""
    owner = await member(platform, "Admin")
    report = await asked(platform, "clicks", "payout")
    path = await export_of(platform, owner.token, report)
    dropping = await export_of(platform, owner.token, report | {"onRestricted": "DROP"})
    analyst = await platform.predefined("Analyst")
    await platform.change(f"UPDATE role_assignment SET role_id = {analyst} WHERE user_id = {owner.id}")
    refused = await fetched(exports, path, owner.token)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["extensions"]["code"] == "COLUMN_RESTRICTED"
    assert await state_of(platform, owner.token, path) == {
        "state": "FAILED",
        "rowsWritten": 0,
        "rowsTotal": None,
        "error": "COLUMN_RESTRICTED",
    }
    assert _lines((await fetched(exports, dropping, owner.token)).content)[0] == ["Program", "Program id", "Clicks"]
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {owner.id}")
    gone = await fetched(exports, dropping, owner.token)
    assert gone.json()["errors"][0]["message"] == "This lens does not exist or is not available to you."
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {owner.id}")
    assert (await fetched(exports, dropping, owner.token)).status_code == 401


@pytest.mark.parametrize("file", ["CSV", "JSONL"])
async def test_f19_no_row_comes_after_a_revocation(platform: Platform, exports: Exports, file: str) -> None:
    """F19, AC6: a fetch under way ends, visibly and without its last chunk, at the next look at the rights."""
    owner = await member(platform, "Admin")
    report = await asked(platform, "clicks", "revenue", groupBy=["program", "day", "account"])
    whole = await watched(exports, await export_of(platform, owner.token, report, file), owner.token)
    assert whole.complete

    async def revoke() -> None:
        await platform.change(f"DELETE FROM role_assignment WHERE user_id = {owner.id}")

    path = await export_of(platform, owner.token, report, file)
    cut = await watched(exports, path, owner.token, revoke)
    assert (cut.status, cut.complete) == (200, False)
    *rows, last = cut.body.splitlines()
    assert b"Your rights changed while this was written" in last
    assert len(rows) <= 501 < len(whole.body.splitlines())
    assert (await state_of(platform, owner.token, path))["error"] == "RIGHTS_CHANGED"


async def test_what_others_are_granted_ends_nobodys_export(platform: Platform, exports: Exports) -> None:
    """F19: the epoch moves with every grant; only one's own rights matter, and those of before are enough."""
    owner = await member(platform, "Admin")
    report = await asked(platform, "clicks", groupBy=["program", "day", "account"])
    path = await export_of(platform, owner.token, report)

    async def hire() -> None:
        await member(platform, "Member")

    assert (await watched(exports, path, owner.token, hire)).complete


async def test_an_export_is_given_up(platform: Platform, exports: Exports) -> None:
    """RC11: before it is fetched, and while it is; by its owner alone, and once."""
    owner, other = await member(platform, "Admin"), await member(platform, "Admin")
    report = await asked(platform, "clicks", groupBy=["program", "day", "account"])
    path = await export_of(platform, owner.token, report)

    async def cancel(who: str = owner.token, place: str = path) -> str:
        given = {"reportExport": place.rpartition("/")[2]}
        return str((await platform.change_by(who, "cancelExport", **given))["__typename"])

    assert await cancel(other.token) == "NotFound"
    cut = await watched(exports, path, owner.token, cancel)
    assert not cut.complete
    assert b"This export was given up." in cut.body
    assert (await state_of(platform, owner.token, path))["state"] == "CANCELLED"
    assert (await fetched(exports, path, owner.token)).status_code == 410
    assert await cancel() == "ValidationError"
    waiting = await export_of(platform, owner.token, report)
    assert await cancel(place=waiting) == "CancelExportSuccess"
    assert (await fetched(exports, waiting, owner.token)).status_code == 410


async def test_rc11_a_link_lives_for_an_hour(platform: Platform, exports: Exports) -> None:
    """RC11: short-lived; what its period meant when it was asked for does not move."""
    owner = await member(platform, "Admin")
    path = await export_of(platform, owner.token, await asked(platform, "clicks", period={"preset": "LAST_30_DAYS"}))
    number = platform.engine.services.ids.decode(path.rpartition("/")[2])[1].id
    (row,) = await platform.rows("SELECT *, expires_at - created_at AS lives FROM report_export WHERE id = $1", number)
    assert 3_590 < row["lives"].total_seconds() < 3_610
    assert list(row["definition"]["period"]) == ["moments"]
    await platform.change(f"UPDATE report_export SET expires_at = clock_timestamp() WHERE id = {number}")
    assert (await fetched(exports, path, owner.token)).status_code == 410


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"columns": ["zzz"]}, 'Column "zzz" does not exist or is not available to you.'),
        ({"after": "x"}, "This is of no page: leave out `after`."),
    ],
)
async def test_rc6_what_cannot_be_asked_is_no_file(platform: Platform, more: dict[str, Any], said: str) -> None:
    """RC6, AC12: refused when it is asked for, in the words of `report`."""
    report = await asked(platform, "clicks") | more
    answer = await platform.change_by(platform.member("adv-member"), "exportReport", report=report, format="CSV")
    assert (answer["__typename"], answer["message"]) == ("ValidationError", said)


async def test_rc11_a_saved_report_is_exported_as_its_reader_has_it(platform: Platform, exports: Exports) -> None:
    """RC10, RC11: who was shared a report gets a file of his own, with his rights; who was not gets none."""
    owner, reader = await member(platform, "Admin"), await member(platform, "Analyst")
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    secret = await saved(platform, owner.token, await asked(platform, "payout"))
    given = {"savedReport": kept, "format": "CSV"}
    assert (await platform.change_by(reader.token, "exportReport", **given))["__typename"] == "NotFound"
    org = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    for each in (kept, secret):
        await platform.change_by(owner.token, "shareReport", savedReport=each, organization=org)
    answer = await platform.change_by(reader.token, "exportReport", "link", **given)
    assert (await fetched(exports, answer["link"], reader.token)).status_code == 200
    assert (await fetched(exports, answer["link"], owner.token)).status_code == 404
    refused = await platform.change_by(reader.token, "exportReport", savedReport=secret, format="CSV")
    assert refused["message"] == 'Column "payout" does not exist or is not available to you.'
    assert refused["path"] == ["savedReport"]
    narrowed = await member(platform, "Admin")
    await has(platform, narrowed, "clicks")
    often = {"savedReport": secret, "format": "CSV", "cron": "0 6 * * *", "timeZone": "UTC"}
    refused = await platform.change_by(narrowed.token, "scheduleReport", **often)
    assert refused["message"] == 'Column "payout" does not exist or is not available to you.'
    assert refused["path"] == ["savedReport"]
    both = await platform.change_by(owner.token, "exportReport", format="CSV")
    assert both["__typename"] == "ValidationError"


async def test_a_sheet_that_is_too_small_is_refused_before_it_is_written(platform: Platform, exports: Exports) -> None:
    """RC11: with a message that says what to do; the limit is that of the format, here a smaller one."""

    class Small(WorkbookWriter):
        most_rows = 3

    owner = (await member(platform, "Admin")).token
    report = await asked(platform, "clicks", groupBy=["program", "month"])
    for more in ({}, {"having": [{"column": "clicks", "gte": "0"}]}):
        path = await export_of(platform, owner, report | more, "XLSX")
        fetch = await exports.find(owner, path.rpartition("/")[2])
        fetch = Fetch(exports, fetch.presented, fetch.fetcher, fetch.export, Small)
        with pytest.raises(Exception, match="A sheet has room for 3 rows and these are more: ask for CSV or Parquet"):
            _ = [part async for part in fetch.parts()]
        assert (await state_of(platform, owner, path))["error"] == "BAD_INPUT"


async def test_only_so_many_are_written_at_once(platform: Platform, exports: Exports) -> None:
    """GOAL4: each keeps a connection, so a process writes two, one of a person; the next is told when to come again."""
    owners = [(await member(platform, "Admin")).token for _ in range(3)]
    report = await asked(platform, "clicks")
    paths = [await export_of(platform, owner, report) for owner in (*owners, owners[0])]

    async def refused(path: str, owner: str) -> str:
        answer = await fetched(exports, path, owner)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        return str(answer.json()["errors"][0]["message"])

    async def with_the_first() -> None:
        assert (await refused(paths[3], owners[0])).startswith("Another export of yours is being written")
        assert (await watched(exports, paths[1], owners[1], with_both)).complete

    async def with_both() -> None:
        assert (await refused(paths[2], owners[2])).startswith("Other exports are being written")

    assert (await watched(exports, paths[0], owners[0], with_the_first)).complete
    for path, owner in ((paths[2], owners[2]), (paths[3], owners[0])):
        assert (await fetched(exports, path, owner)).status_code == 200


def test_n44_no_text_is_a_formula(tmp_path: Path) -> None:
    """N44: in CSV and XLSX a text that a spreadsheet would compute gets an apostrophe; numbers stay numbers."""
    headings = [Heading("name", "Name"), Heading("profit", "Profit", 4)]
    rows = [[each, Decimal("-1.5")] for each in (*FORMULAS, "plain", "a=b")]
    file = CsvWriter()
    file.begin(headings)
    text = file.rows(rows)
    assert [line[0] for line in _lines(text)] == [*(f"'{each}" for each in FORMULAS), "plain", "a=b"]
    assert {line[1] for line in _lines(text)} == {"-1.5"}
    book = WorkbookWriter(tmp_path)
    book.begin(headings)
    book.rows(rows)
    book.end([])
    path = book.finished()
    assert path is not None
    cells = list(openpyxl.load_workbook(path).active.iter_rows(min_row=2))
    assert {cell.data_type for line in cells for cell in line} == {"s", "n"}
    assert all(str(line[0].value).startswith("'") for line in cells[: len(FORMULAS)])
    assert neutralised("plain") == "plain"
    lines = JsonLinesWriter()
    lines.begin(headings)
    assert orjson.loads(lines.rows(rows[:1])) == {"name": FORMULAS[0], "profit": "-1.5"}


async def test_n44_an_id_stays_as_it_is_and_a_name_does_not(platform: Platform, exports: Exports) -> None:
    """N44, RC11: an id may begin as a formula does, and was written by nobody: it is the same in every file."""
    owner = (await member(platform, "Admin")).token
    numbers = range(900_000_000, 900_010_000)
    number = next(each for each in numbers if platform.global_id("brand", each).startswith("-"))
    (program,) = await platform.rows(
        "SELECT id, brand_id, advertiser_profile_id FROM program WHERE brand_id IS NOT NULL AND advertiser_org_id = $1"
        " ORDER BY id LIMIT 1",
        await platform.named("organization", NORTHWIND),
    )
    await platform.add("brand", id=number, advertiser_profile_id=program["advertiser_profile_id"], name=FORMULAS[0])
    moved = "UPDATE program SET brand_id = {} WHERE id = {}"
    await platform.change(moved.format(number, program["id"]))
    report = await asked(platform, "clicks", groupBy=["brand"])
    found = {file: await fetched(exports, await export_of(platform, owner, report, file), owner) for file in FILES}
    await platform.change(moved.format(program["brand_id"], program["id"]), f"DELETE FROM brand WHERE id = {number}")
    id_ = platform.global_id("brand", number)
    sheet = openpyxl.load_workbook(io.BytesIO(found["XLSX"].content)).active
    assert [f"'{FORMULAS[0]}", id_] in [line[:2] for line in _lines(found["CSV"].content)]
    assert (f"'{FORMULAS[0]}", id_) in list(sheet.iter_rows(max_col=2, values_only=True))
    assert {cell.data_type for line in sheet.iter_rows(max_col=2) for cell in line} <= {"s", "n"}
    objects = [orjson.loads(line) for line in found["JSONL"].text.splitlines()]
    table = pyarrow.parquet.read_table(io.BytesIO(found["PARQUET"].content)).to_pylist()
    for rows in (objects[:-1], table):
        assert (FORMULAS[0], id_) in [(each["brand"], each["brand_id"]) for each in rows]


def test_a_cookie_comes_from_this_site_or_from_nowhere() -> None:
    """N32: a link of another site does not have a file fetched; one typed in, or of the console, does."""
    browsers = Browsers(demo=True)
    token = new_token(TokenKind.SESSION)
    asked = {"cookie": f"{browsers.cookie}={token}", "host": "127.0.0.1:8000"}
    for site in ("same-origin", "none"):
        assert browsers.presented_for_download(Headers(asked | {"sec-fetch-site": site})) == token
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {}, {"origin": "http://evil"}):
        with pytest.raises(RefusedError) as refused:
            browsers.presented_for_download(Headers(asked | headers))
        assert refused.value.status == 403


async def test_an_export_is_fetched_by_get_alone(platform: Platform, exports: Exports) -> None:
    """N19: nothing else is answered, and no key in the URL is."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_of(exports)), base_url="http://test") as client:
        assert (await client.post("/exports/x")).status_code == 405
        assert (await client.get("/exports/x?token=sl_live_x")).status_code == 400


def _lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(text)
