"""What a request costs over HTTP: plans against the standard executor, no permissions, a floor, and what others wrote.

    python -m benchmarks.requests [--peers] [--against NAME ...] [--questions NAME ...] [--scale N]

One server process at a time answers, on the first core; PostgreSQL and eight connections of load have the others.
Contenders take turns, round by round; ratios of their medians are printed: requests a second, CPU of the server for one
request, and p99 over p50. Answers are compared before anything is timed: ours are the same bytes, those of peers the
same rows and values. While it is timed, no answer has errors, and all are as long as the first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from statistics import median

import orjson

from benchmarks.load import Figures, Request, once, take_turns
from benchmarks.nodejs import NodeMissingError
from benchmarks.peers.packages import SCRIPTS, SOURCES, peers
from benchmarks.peers.questions import agree, as_data, body
from benchmarks.platforms import seeded
from benchmarks.questions import QUESTIONS, asked
from benchmarks.servers import SECRET, Server, ours, running
from sightline.db.database import Database
from sightline.db.demo import cast
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

OURS = ("standard", "unguarded", "floor")
"""What plans are measured against, of ours."""
NEWEST = "SELECT affiliate_account_id, id FROM conversion ORDER BY id DESC, affiliate_account_id DESC LIMIT 1"


async def main() -> None:
    """Seed a demo platform in a directory of its own, serve it in each way, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", action="store_true", help="also PostGraphile, and yoga with shield")
    options.add_argument("--against", nargs="+", choices=OURS, default=OURS, help="of ours; all if none is said")
    options.add_argument("--questions", nargs="+", choices=QUESTIONS, default=QUESTIONS)
    options.add_argument("--scale", type=int, default=1, help="1 is 50,000 conversions, 20 a million")
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--warm", type=float, default=6.0, help="Node doubles its speed while it warms up")
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    token = tokens()["admin"]
    async with seeded(given.scale) as database:
        print(
            f"{given.rounds} rounds of {given.seconds} s, after {given.warm} s; eight connections",
            flush=True,
        )
        contenders = [ours(name, database, token) for name in ("plans", *given.against)]
        if given.peers:
            try:
                others = peers(database, token)
            except NodeMissingError as missing:
                print(f"without peers: {missing}", flush=True)
            else:
                async with database.owner() as connection:
                    await connection.execute((SOURCES / "report.sql").read_text())
                contenders += others
        os.sched_setaffinity(0, load_cores())
        with running(contenders) as servers:
            engine = Engine.of(database, Secrets(SECRET.encode()))
            for name in given.questions:
                turns = [(server, await _request(database, engine, server, name, token)) for server in servers]
                await _compare(name, turns)
                figures = await take_turns(turns, warm=given.warm, seconds=given.seconds, rounds=given.rounds)
                _print(name, figures)


def tokens() -> dict[str, str]:
    """The tokens of the cast, by the part of the address that says who it is."""
    return {each["email"].partition("@")[0]: each["token"] for each in cast(Secrets(SECRET.encode())) if each["email"]}


def load_cores() -> set[int]:
    """Every core but the servers'; the one there is where there is only one."""
    return os.sched_getaffinity(0) - {0} or {0}


async def question(engine: Engine, name: str, token: str) -> Request:
    """A question as it is put to a server of ours."""
    text, variables = await asked(engine, QUESTIONS[name], token)
    return Request("graphql", token, orjson.dumps({"query": text, "variables": variables}))


async def _request(database: Database, engine: Engine, server: Server, name: str, token: str) -> Request:
    if server.name == "floor":
        return Request(name, token, b"{}")
    if server.name not in SCRIPTS:
        return await question(engine, name, token)
    async with database.owner() as connection:
        account, conversion = await connection.fetchrow(NEWEST)
    return Request("graphql", token, body(server.name, name, account=account, conversion=conversion))


async def _compare(name: str, turns: list[tuple[Server, Request]]) -> None:
    """Ends the run where two do not say the same."""
    answers = {server.name: await once(server, request) for server, request in turns}
    plans = answers["plans"]
    said = as_data(name, plans)
    for other, answer in answers.items():
        if other == "floor":
            continue  # it writes the rows of statements, in no form of an answer
        if other in SCRIPTS:
            same = agree(name, said, as_data(name, answer))
        else:
            same = orjson.dumps(orjson.loads(answer)["data"]) == orjson.dumps(orjson.loads(plans)["data"])
        if not same:
            raise SystemExit(f"{name}: {other} does not say what plans say: {answer[:1000]!r}, {plans[:1000]!r}")


def _print(name: str, figures: dict[str, Figures]) -> None:
    plans = figures["plans"]
    for other, of in figures.items():
        if other != "plans":
            ratios = f"{plans.faster_than(of):6.2f}x requests  {plans.cheaper_than(of):6.2f}x less CPU"
            print(f"{name:>8}  to {other:>12}  {ratios}")
    tails = ", ".join(f"{each} {median(of.tail):.1f}" for each, of in figures.items())
    print(f"{name:>8}  p99/p50: {tails}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
