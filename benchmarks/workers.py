"""What more workers bring: one process that serves against as many as are asked for, over HTTP.

    python -m benchmarks.workers [--workers N] [--seconds S] [--rounds N]

Nothing is pinned: servers, PostgreSQL and eight connections of load share the cores that there are. On a machine of few
cores they stand in each other's way, so that the ratio is what that machine gains, not what a worker brings.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from benchmarks.load import take_turns
from benchmarks.platforms import seeded
from benchmarks.questions import QUESTIONS
from benchmarks.requests import question, tokens
from benchmarks.servers import PORT, SECRET, Contender, environment, running
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine


async def main() -> None:
    """Seed a platform, serve it by one and by several workers, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--warm", type=float, default=2.0)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    token = tokens()["admin"]
    async with seeded(1) as database:
        print(f"{os.cpu_count()} cores", flush=True)
        command = (str(Path(sys.executable).with_name("sightline")), "serve", "--port", PORT)
        told = environment(database, token)
        contenders = [
            Contender(name, command, told | {"SIGHTLINE_WORKERS": str(count)}, ready="readyz", pinned=False)
            for name, count in {"one": 1, "several": given.workers}.items()
        ]
        with running(contenders) as servers:
            engine = Engine.of(database, Secrets(SECRET.encode()))
            for name in QUESTIONS:
                asked = await question(engine, name, token)
                turns = [(server, asked) for server in servers]
                figures = await take_turns(turns, warm=given.warm, seconds=given.seconds, rounds=given.rounds)
                gained = figures["several"].faster_than(figures["one"])
                print(f"{name:>8}  {given.workers} workers to one: {gained:5.2f}x requests", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
