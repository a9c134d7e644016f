"""The four queries that are measured: a page, pages below rows, one row, a report."""

from __future__ import annotations

from typing import Any

from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

TOKEN = "BENCHMARK_TOKEN"
"""The variable of the environment that has the asker's token."""

SOME_ID = "$SOME_ID"

QUESTIONS = {
    "page": """{ conversions(first: 100, where: {status: {in: [APPROVED, PENDING]}}) { nodes {
        id status eventAt country device currency saleAmount { amount } source postedAt lockAt } } }""",
    "nested": """{ affiliateAccounts(first: 50) { nodes { name conversions(first: 5) { nodes {
        id status eventAt program { name } } } } } }""",
    "one": """{ node(id: "$SOME_ID") { ... on Conversion { id status eventAt country device } } }""",
    "report": """query ($input: ReportInput!) { report(input: $input) {
        columns { key values } rows { dimensions { value } } } }""",
}
REPORT: dict[str, Any] = {
    "lens": {"kind": "PLATFORM"},
    "columns": ["conversions", "revenue", "payout", "profit", "sale_amount", "clicks", "cpa", "margin"],
    "groupBy": ["program", "day"],
    "period": {"days": {"since": "2026-05-01", "until": "2026-05-31"}},
    "first": 1000,
}


async def asked(engine: Engine, query: str, token: str) -> tuple[str, dict[str, Any]]:
    """A query as it is sent, with its variables."""
    if SOME_ID in query:
        answer = await engine.execute(GraphQLRequest("{ conversions(first: 1) { nodes { id } } }"), token)
        if answer.data is None:
            raise SystemExit(f"{answer.errors}")
        query = query.replace(SOME_ID, answer.data["conversions"]["nodes"][0]["id"])
    return query, {"input": REPORT} if "$input" in query else {}
