"""What a permission on every field costs: each query through the engine, against its own SQL sent by asyncpg.

    python -m benchmarks [--scale N] [--rounds N]

The floor of a query is the very statements the engine sent, in one transaction, without GraphQL, without decisions. The
two are run in turn, round by round, and the ratio of their medians is printed: absolute times of a shared machine mean
nothing. Bodies are checked: an answer with errors, or with fewer rows than asked for, ends the run.
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks.platforms import seeded
from benchmarks.recording import Recorded, statements
from benchmarks.revocation import measure_revocation
from benchmarks.routes import measure_routes
from benchmarks.servers import SECRET
from benchmarks.turns import in_turn
from sightline.db.database import Database
from sightline.db.demo import cast
from sightline.db.secrets import Secrets
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

PAGE = """{ conversions(first: 100) { nodes {
    id status eventAt country device currency saleAmount { amount } source postedAt lockAt } } }"""
NESTED = """{ programs(first: 50) { nodes { name conversions(first: 5) { nodes { id status eventAt } } } } }"""
COUNT = "{ conversions(first: 1) { totalCount } }"

VIEWERS = {"full": "admin", "middle": "adv-admin", "sparse": "collab-owner"}
QUERIES = {"page of 100": PAGE, "50 x 5 nested": NESTED, "count": COUNT}


async def main() -> None:
    """Seed a demo platform in a directory of its own, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, default=1, help="1 is 50,000 conversions, 20 a million")
    options.add_argument("--rounds", type=int, default=60)
    given = options.parse_args()
    async with seeded(given.scale) as database:
        print(f"{given.rounds} rounds; ratio of median CPU and wall to the floor")
        await _measure(database, Secrets(SECRET.encode()), rounds=given.rounds)


async def _measure(database: Database, secrets: Secrets, *, rounds: int) -> None:
    engine = Engine.of(database, secrets)
    tokens = {member["email"].partition("@")[0]: member["token"] for member in cast(secrets) if member["email"]}
    for query_name, query in QUERIES.items():
        for viewer, member in VIEWERS.items():
            token = tokens[member]

            async def through_engine(query: str = query, token: str = token) -> None:
                answer = await engine.execute(GraphQLRequest(query), token)
                if answer.errors:
                    raise SystemExit(f"{answer.errors}")

            sent = await statements(database, engine, query, token)

            async def floor(sent: list[Recorded] = sent) -> None:
                async with database.reads.acquire() as connection:
                    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    for each in sent:
                        await connection.fetch(each.statement.text, *each.arguments())
                    await connection.execute("ROLLBACK")

            ours, bare = await in_turn(through_engine, floor, rounds=rounds)
            ratios = f"wall {ours.wall / bare.wall:5.2f}x  cpu {ours.cpu / bare.cpu:5.2f}x"
            print(f"{query_name:>14}  {viewer:>6}  {len(sent)} statements  {ratios}")
    await measure_routes(database, engine, PAGE, tokens, rounds=rounds)
    await measure_revocation(database, engine, tokens["collab-owner"], "collab-owner@demo.example", rounds=rounds)


if __name__ == "__main__":
    asyncio.run(main())
