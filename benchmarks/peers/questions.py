"""The four questions in each contender's own GraphQL, and every answer as the same data, ids aside."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from benchmarks.questions import REPORT

PERIOD = REPORT["period"]["days"]
ZONE = "Europe/Berlin"
"""The days of the demo's administrator, who is not asked for them."""
MEASURES = ("conversions", "revenue", "payout", "profit", "saleAmount", "clicks", "cpa", "margin")
LAST_DIGITS = tuple(map(Decimal, ("0", "0.0001", "0.0001", "0.0001", "0.0001", "0", "0.0001", "0.000001")))
CELLS = ("status", "eventAt", "country", "device", "currency", "saleAmount", "source", "postedAt", "lockAt")

_WHEN = f'since: "{PERIOD["since"]}", until: "{PERIOD["until"]}", zone: "{ZONE}"'
_LINE = f"programId day {' '.join(MEASURES)}"
_PROGRAM = "programByProgramIdAndAdvertiserProfileIdAndAdvertiserOrgId"
_BELOW = "conversionsByAffiliateAccountIdAndPartnerProfileIdAndPartnerOrgId"

DOCUMENTS: Mapping[str, Mapping[str, str]] = {
    "postgraphile": {
        "page": f"""{{ allConversions(
            first: 100, orderBy: [ROW_ID_DESC], filter: {{status: {{in: [APPROVED, PENDING]}}}}
        ) {{ nodes {{ id {" ".join(CELLS)} }} }} }}""",
        "nested": f"""{{ allAffiliateAccounts(first: 50, orderBy: [ROW_ID_ASC]) {{ nodes {{ name
            conversions: {_BELOW}(first: 5, orderBy: [ROW_ID_DESC]) {{ nodes {{
                id status eventAt program: {_PROGRAM} {{ name }} }} }} }} }} }}""",
        "one": """{ node(id: "$NODE") { ... on Conversion { id status eventAt country device } } }""",
        "report": f"{{ peersReport({_WHEN}) {{ nodes {{ {_LINE} }} }} }}",
    },
    "yoga": {
        "page": f'{{ conversions(first: 100, statuses: ["APPROVED", "PENDING"]) {{ id {" ".join(CELLS)} }} }}',
        "nested": """{ affiliateAccounts(first: 50) { name conversions(first: 5) {
            id status eventAt program { name } } } }""",
        "one": """{ conversion(account: "$ACCOUNT", id: "$ID") { id status eventAt country device } }""",
        "report": f"{{ report({_WHEN}) {{ {_LINE} }} }}",
    },
}


def body(contender: str, question: str, *, account: int, conversion: int) -> bytes:
    """A peer's request for a question; the one row that is asked for is named by its keys."""
    node = base64.b64encode(orjson.dumps(["Conversion", str(account), str(conversion)])).decode()
    query = DOCUMENTS[contender][question].replace("$NODE", node)
    return orjson.dumps({"query": query.replace("$ACCOUNT", str(account)).replace("$ID", str(conversion))})


def as_data(question: str, answer: bytes) -> list[Any]:
    """What an answer of any contender says, pages in their order. Ends the run where it has errors."""
    told = orjson.loads(answer)
    if told.get("errors"):
        raise SystemExit(f"{question}: an answer with errors: {told['errors']}")
    (root,) = told["data"].values()
    return _READ[question](root)


def _page(root: Any) -> list[Any]:
    return [_cells(row, CELLS) for row in _rows(root)]


def _nested(root: Any) -> list[Any]:
    return [(row["name"], [_below(each) for each in _rows(row["conversions"])]) for row in _rows(root)]


def _below(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*_cells(row, ("status", "eventAt")), row["program"]["name"])


def _one(root: Any) -> list[Any]:
    return [_cells(root, ("status", "eventAt", "country", "device"))]


def agree(question: str, said: list[Any], other: list[Any]) -> bool:
    """Whether two answers say the same.

    A report's numbers may differ by one in their last digit: of an exact half, Sightline makes the even neighbour and
    PostgreSQL the one away from zero.
    """
    if question != "report":
        return said == other
    return len(said) == len(other) and all(map(_near, said, other))


def _near(line: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    (day, *numbers), (other_day, *other_numbers) = line, other
    pairs = zip(numbers, other_numbers, LAST_DIGITS, strict=True)
    return day == other_day and all(
        a == b if a is None or b is None else abs(a - b) <= last_digit for a, b, last_digit in pairs
    )


def _report(root: Any) -> list[Any]:
    # Contenders have the programs in the order of their ids, which each writes in its own way.
    return sorted(_lines(root), key=_counts_first)


def _counts_first(line: tuple[Any, ...]) -> tuple[Any, ...]:
    day, conversions, revenue, payout, _profit, sale_amount, clicks, _cpa, _margin = line
    return day, conversions, clicks, sale_amount, payout, revenue


def _lines(root: Any) -> list[Any]:
    if "columns" not in root:
        return [(date.fromisoformat(row["day"]), *(_number(row[each]) for each in MEASURES)) for row in _rows(root)]
    days = [date.fromisoformat(row["dimensions"][1]["value"]) for row in root["rows"]]
    columns = [[_number(value) for value in column["values"]] for column in root["columns"]]
    return list(zip(days, *columns, strict=True))


def _rows(found: Any) -> list[Any]:
    rows: list[Any] = found if isinstance(found, list) else found["nodes"]
    return rows


def _cells(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(_CELL.get(name, _same)(row[name]) for name in names)


def _same(value: Any) -> Any:
    return value


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, dict):
        value = value["amount"]
    return None if value is None else Decimal(value)


_CELL: Mapping[str, Callable[[Any], Any]] = {
    "eventAt": _moment,
    "postedAt": _moment,
    "lockAt": _moment,
    "saleAmount": _number,
}
_READ: Mapping[str, Callable[[Any], list[Any]]] = {"page": _page, "nested": _nested, "one": _one, "report": _report}
