"""The report cookbook: what people ask of their numbers, each with its one query and its answer on the demo platform.

The document is made from these questions (`make readings`), and a test compares it. Rows are ordered by what is shown:
the order of global ids depends on an installation's secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cookbook_questions import LENSES, QUESTIONS, Question

from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.db.database import Database
from sightline.db.demo.cast import BLUEBIRD, CAST, NORTHWIND, token_of
from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import Key
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

ROWS = 7
"""How many rows of an answer are shown."""

_INTRODUCTION = f"""# Report cookbook

What people ask of their numbers, in the words of the systems they come from, each with the one query that answers it.
Queries and answers are those of the demo platform (`make demo`), asked by the member of its cast who is named;
`make readings` writes this page anew, and a test compares it. An answer has all its rows; at most {ROWS} are
shown here. What may be asked at all is in [reports.md](reports.md), and who may see what in
[rules.md](rules.md#reports): anybody else gets other rows, or COLUMN_RESTRICTED.

`$northwind` and `$bluebird` are the ids of organizations and `$account` that of an affiliate account: `reportLenses`
lists yours.
"""


async def cookbook(database: Database, secrets: Secrets) -> str:
    """The document, made on a demo platform."""
    engine = Engine.of(database, secrets)
    variables = await variables_of(database, engine)
    parts = [_INTRODUCTION]
    for number, question in enumerate(QUESTIONS, 1):
        report = await answer_to(question, engine, secrets, variables)
        asker = next(each for each in CAST if each.key == question.who)
        parts.append(
            f"## {number}. {question.asks}\n*{question.known_as}* Asked by {asker.name}, {asker.role} "
            f"(`{asker.key}`).\n\n```graphql\n{question.query}\n```\n\n{table(report)}"
        )
    return "\n".join(parts)


async def variables_of(database: Database, engine: Engine) -> Mapping[str, str]:
    """The ids that the queries name."""
    async with database.owner() as connection:
        northwind, bluebird = [
            await connection.fetchval("SELECT id FROM organization WHERE name = $1", name)
            for name in (NORTHWIND, BLUEBIRD)
        ]
        account = await connection.fetchval(
            "SELECT min(c.affiliate_account_id) FROM collaborator c JOIN app_user u ON u.id = c.user_id"
            " WHERE u.email = $1",
            next(each.email for each in CAST if each.key == "collab-readonly"),
        )
    encode = engine.services.ids.encode
    (northwind_id, bluebird_id), (account_id,) = (
        encode("organization", [Key(northwind), Key(bluebird)]),
        encode("affiliate_account", [Key(account)]),
    )
    return {"northwind": northwind_id, "bluebird": bluebird_id, "account": account_id}


async def answer_to(question: Question, engine: Engine, secrets: Secrets, variables: Mapping[str, str]) -> Any:
    """The report that answers a question. Raises RuntimeError where it is refused."""
    asker = next(each for each in CAST if each.key == question.who)
    used = {name: value for name, value in variables.items() if name == LENSES[question.lens][1]}
    answer = await engine.execute(GraphQLRequest(question.query, used), token_of(asker, secrets))
    if answer.errors or answer.data is None:
        raise RuntimeError(f"{question.asks} is refused: {answer.errors}")
    report = answer.data["report"]
    if not report["rows"]:
        raise RuntimeError(f"{question.asks} has no answer: ask about another time")
    return report


def table(report: Any) -> str:
    """The answer as a table: dimensions, columns, beside each what it was in the period it is compared with."""
    columns, compared = report["columns"], (report.get("compare") or {}).get("columns")
    dimensions = [each["key"] for each in report["rows"][0]["dimensions"]]
    heads = [DIMENSIONS[key].label for key in dimensions]
    for each in columns:
        heads += [each["label"], "before"] if compared else [each["label"]]
    lines = [_line(heads), _line(["--"] * len(dimensions) + ["--:"] * (len(heads) - len(dimensions)))]
    for at, row in enumerate(report["rows"][:ROWS]):
        cells = [each["label"] or "*none*" for each in row["dimensions"]]
        lines.append(_line(cells + _values(columns, compared, at)))
    totals = _values(columns, compared, None)
    if dimensions:
        lines.append(_line(["**all**", *[""] * (len(dimensions) - 1), *totals]))
    count, currency = report["rowCount"], report.get("currency")
    notes = [f"{count} rows, of which {ROWS} are shown."] * (count > ROWS) + [f"Amounts in {currency}."] * bool(
        currency
    )
    return "\n".join([*lines, "", " ".join(notes), ""]) if notes else "\n".join([*lines, ""])


def _values(columns: Sequence[Any], compared: Sequence[Any] | None, at: int | None) -> list[str]:
    cells = []
    for place, each in enumerate(columns):
        for column in (each, compared[place]) if compared else (each,):
            cells.append(_cell(column["total"] if at is None else column["values"][at], each["unit"]))
    return cells


def _cell(value: str | None, unit: str) -> str:
    if value is None:
        return "null"
    number = Decimal(value)
    return {
        "COUNT": f"{number:,.0f}",
        "MONEY": f"{number:,.2f}",
        "PERCENT": f"{100 * number:.2f} %",
        "SECONDS": f"{number / 3600:.1f} h",
    }.get(unit, f"{number:.3f}")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
