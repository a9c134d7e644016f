"""What a start costs: from nothing to the first answer of a page, beside what the libraries alone take to be imported.

    python -m benchmarks.start [--rounds N]

The database runs and is up to date, files are in the caches of the machine, and modules have been compiled before, as
is so where a server starts anew. All is run in turn, round by round, and ratios of medians are printed. The answer is
compared with that of an engine that has been there before.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import orjson

from benchmarks.load import Request, once
from benchmarks.platforms import seeded
from benchmarks.questions import QUESTIONS
from benchmarks.requests import question, tokens
from benchmarks.servers import PORT, SECRET, Contender, environment, running
from sightline.db.secrets import Secrets
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

LIBRARIES = "import asyncpg, orjson, sqlalchemy.ext.asyncio, starlette.applications, strawberry, uvicorn"
OURS = "import sightline.server.serving, sightline.server.execution"


async def main() -> None:
    """Seed a platform, start everything in turn, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    token = tokens()["admin"]
    async with seeded(1) as database:
        engine = Engine.of(database, Secrets(SECRET.encode()))
        request = await question(engine, "page", token)
        known = (await engine.execute(GraphQLRequest(QUESTIONS["page"]), token)).data
        command = (str(Path(sys.executable).with_name("sightline")), "serve", "--port", PORT)
        server = Contender("sightline", command, environment(database, token), ready="readyz", pinned=False)
        started: dict[str, Callable[[], Awaitable[object]]] = {
            "libraries": lambda: asyncio.to_thread(_imported, LIBRARIES),
            "imports": lambda: asyncio.to_thread(_imported, OURS),
            "first answer": lambda: _first_answer(server, request, known),
        }
        taken: dict[str, list[float]] = {name: [] for name in started}
        for at in range(given.rounds + 1):
            for name, start in started.items():
                begun = perf_counter()
                await start()
                if at:  # the first one fills caches
                    taken[name].append(perf_counter() - begun)
    libraries = median(taken["libraries"])
    for name, seconds in taken.items():
        print(f"{name:>12}  {median(seconds) / libraries:5.2f}x of importing the libraries")


async def _first_answer(contender: Contender, request: Request, known: object) -> None:
    """Start, ask, end. Ends the run where the answer is not the one that is known."""
    with running([contender]) as (server,):
        body = await once(server, request)
    if orjson.loads(body)["data"] != known:
        raise SystemExit(f"another answer after a start: {body[:300]!r}")


def _imported(statement: str) -> None:
    subprocess.run([sys.executable, "-c", statement], check=True)


if __name__ == "__main__":
    asyncio.run(main())
