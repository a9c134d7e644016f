"""`sightline access review export`: the evidence of a review (L12), as far as the one who asks sees it."""

from __future__ import annotations

import csv
import json
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sightline.server.commands.explaining import Ask, asking
from sightline.server.commands.running import CommandError, run, write
from sightline.server.exports.neutral import neutralised

commands = typer.Typer(help="Reviews of access.")

_REVIEW = """query ($id: ID!, $after: String) @onDenied(mode: MASK) { node(id: $id) { ... on AccessReview {
    scope state dueAt completedAt organization { name } affiliateAccount { name } company { name }
    openedBy { name } completedBy { name }
    items(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        person role accessUntil state decidedBy { name } decidedAt note } } } } }"""
COLUMNS: Final = ("person", "role", "accessUntil", "state", "decidedBy", "decidedAt", "note")


class Format(StrEnum):
    """What the evidence is written as."""

    CSV = "csv"
    JSON = "json"


@commands.callback()
def review() -> None:
    """Reviews of access."""


@commands.command()
def export(
    access_review: Annotated[str, typer.Argument(help="The global id of the review.", show_default=False)],
    asker: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who asks: a reviewer.", show_default=False)],
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.CSV,
    file: Annotated[Path | None, typer.Option("--to", help="Where to; standard output if not given.")] = None,
) -> None:
    """Write what a review found of each grant: who, which role, kept or taken away, by whom and when."""

    async def work(ask: Ask) -> dict[str, Any]:
        return await _evidence(ask, access_review)

    found = run(asking(asker, work))
    text = _as_csv(found["items"]) if form is Format.CSV else json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    write(text, file, said="The evidence")


async def _evidence(ask: Ask, access_review: str) -> dict[str, Any]:
    """The review and all its items, page by page. Raises CommandError where the asker sees no such review."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        found = (await ask(_REVIEW, id=access_review, after=after))["node"]
        if not found:
            raise CommandError("There is no review of this id that this user sees: ask as a reviewer, with --as.")
        page = found.pop("items")
        items += [_flat(node) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return _flat(found) | {"items": items}


def _flat(node: dict[str, Any]) -> dict[str, Any]:
    """A node with the names of what it leads to in place of that."""
    return {key: value["name"] if isinstance(value, dict) else value for key, value in node.items()}


def _as_csv(items: list[dict[str, Any]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([[neutralised(item[column] or "") for column in COLUMNS] for item in items])
    return out.getvalue()
