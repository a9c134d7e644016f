"""Files that cannot be all there: before their first row refused with a status, after it broken off visibly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from demo_platform import Platform
from files_of_reports import export_of, exports_over, fetched, state_of, watched
from kept_reports import asked, member
from structlog.testing import capture_logs

from sightline.db.tables.enums import ExportFormat
from sightline.resolvers.errors import BadInputError
from sightline.server.exports import fetching
from sightline.server.exports.cells import Cell
from sightline.server.exports.fetching import Exports
from sightline.server.exports.streams import CsvWriter

FILES = tuple(ExportFormat)


@pytest.fixture
def exports(platform: Platform) -> Exports:
    """What fetches over the shared platform."""
    return exports_over(platform)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("having", [[], [{"column": "clicks", "lt": "0"}]])
async def test_rc11_too_many_rows_to_order_are_refused_as_any_file(
    platform: Platform, exports: Exports, monkeypatch: pytest.MonkeyPatch, file: str, having: Sequence[object]
) -> None:
    """RC11, GOAL4: the ceiling is a smaller one here; no heading is sent of what is then refused."""
    monkeypatch.setattr("sightline.resolvers.reports.running.MOST_GROUPS", 3)
    owner = (await member(platform, "Admin")).token
    ordered = {"groupBy": ["program", "month"], "orderBy": [{"key": "clicks"}], "having": having}
    path = await export_of(platform, owner, await asked(platform, "clicks", **ordered), file)
    refused = await fetched(exports, path, owner)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"].startswith("There are more than 20,000 rows, too many to choose and order")
    assert (await state_of(platform, owner, path))["error"] == "BAD_INPUT"


@pytest.mark.parametrize("file", ["CSV", "JSONL"])
async def test_a_report_without_rows_is_a_file(platform: Platform, exports: Exports, file: str) -> None:
    """RC11: what waits for the first row comes with the totals where there is none."""
    owner = (await member(platform, "Admin")).token
    for group_by in (["program"], []):
        nothing = {"groupBy": group_by, "having": [{"column": "clicks", "lt": "0"}]}
        path = await export_of(platform, owner, await asked(platform, "clicks", **nothing), file)
        whole = await watched(exports, path, owner)
        assert (whole.status, whole.complete) == (200, True)
        heading = b"Program,Program id,Clicks\r\nTotal,," if group_by else b"Clicks\r\n"
        expected = heading if file == "CSV" else b'{"totals":' if group_by else b""
        assert whole.body.startswith(expected)
        assert whole.body.endswith(b"\n") or not expected


class _Failing(CsvWriter):
    """Writes one piece, and fails at the next."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error
        self._wrote = False

    def rows(self, rows: Sequence[Sequence[Cell]]) -> bytes:
        if self._wrote:
            raise self._error
        self._wrote = True
        return super().rows(rows)


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Iterator[None]:
    """CSV files fail like this after their first piece."""
    with monkeypatch.context() as patched:
        patched.setitem(fetching._WRITERS, ExportFormat.CSV, lambda _: _Failing(error))
        yield


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuntimeError("secret"), "INTERNAL", "Something is broken on our side. Tell the operator the error id."),
        (BadInputError("Ask for less."), "BAD_INPUT", "Ask for less."),
    ],
)
async def test_what_fails_after_its_first_row_says_so_in_the_file(
    platform: Platform, exports: Exports, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, said: str
) -> None:
    """F19: whatever it is: a last line, no last chunk, and a line of the log; never the text of a fault."""
    owner = (await member(platform, "Admin")).token
    path = await export_of(platform, owner, await asked(platform, "clicks", groupBy=["program", "day", "account"]))
    with failing(monkeypatch, error), capture_logs() as logged:
        cut = await watched(exports, path, owner)
    assert (cut.status, cut.complete) == (200, False)
    assert len(cut.lines) == 502
    (fault,) = [line for line in logged if line["event"] == "fault"]
    assert cut.lines[-1] == [f"#INCOMPLETE {said} Error id: {fault['error_id']}"]
    (operation,) = [line for line in logged if line["event"] == "operation"]
    assert (operation["status"], operation["codes"]) == (200, [code])
    assert (await state_of(platform, owner, path))["error"] == code


async def test_a_file_that_takes_too_long_says_so(
    platform: Platform, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F19: the time is over while a part is sent."""
    owner = (await member(platform, "Admin")).token
    path = await export_of(platform, owner, await asked(platform, "clicks", groupBy=["program", "day", "account"]))
    monkeypatch.setattr("sightline.server.exports.endpoint.EXPORT_SECONDS", 5)
    cut = await watched(exports, path, owner, lambda: asyncio.sleep(60))
    assert (cut.status, cut.complete) == (200, False)
    assert cut.lines[-1][0].startswith("#INCOMPLETE The operation took too long: ask for less. Error id: ")


@pytest.mark.parametrize(
    ("zeros", "refused"),
    [(480, {"XLSX", "PARQUET"}), (32, {"PARQUET"}), (24, set())],
    ids=["no float", "no decimal", "both"],
)
async def test_numbers_that_a_file_does_not_hold_are_refused(
    platform: Platform, exports: Exports, zeros: int, refused: set[str]
) -> None:
    """RC11, GOAL4: with the column, what the format holds, and which one holds it; the others write it whole."""
    owner = (await member(platform, "Admin")).token
    made = await platform.change_by(
        owner,
        "createCustomMetric",
        "customMetric { key }",
        name="Enormous",
        formula=f"clicks * 1{'0' * zeros}",
    )
    assert made["__typename"] == "CreateCustomMetricSuccess", made
    key = made["customMetric"]["key"]
    report = await asked(platform, key)
    held = {
        "XLSX": "numbers too large for a sheet, 1.8e+308 at most: ask for CSV or JSONL.",
        "PARQUET": "numbers too large for a Parquet file, 32 digits before the point: ask for CSV or JSONL.",
    }
    for file in FILES:
        path = await export_of(platform, owner, report, file)
        answer = await fetched(exports, path, owner)
        if file in refused:
            assert answer.status_code == 400, file
            assert answer.json()["errors"][0]["message"] == f'Column "Enormous" has {held[file]}'
            assert (await state_of(platform, owner, path))["error"] == "BAD_INPUT"
        else:
            assert answer.status_code == 200, file
            assert file in ("XLSX", "PARQUET") or b"0" * zeros in answer.content
