"""What growth costs: the same question of the same viewer on few conversions and on many, over HTTP.

    python -m benchmarks.growth [--viewers NAME ...] [--scale N] [--seconds S] [--rounds N]

Two databases and a server for each run beside each other, and answer in turn, so that the ratio is of one run. Viewers
are a full one (the platform's administrator), a middle one (an advertiser's) and a sparse one (a collaborator of two
accounts). Each is asked what there is for it: an advertiser sees no affiliate accounts, and only the administrator the
report of the whole platform.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from dataclasses import replace

from benchmarks.load import take_turns
from benchmarks.platforms import seeded
from benchmarks.questions import QUESTIONS
from benchmarks.requests import load_cores, question, tokens
from benchmarks.servers import SECRET, ours, running
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

VIEWERS = {
    "full": ("admin", tuple(QUESTIONS)),
    "middle": ("adv-admin", ("page", "one")),
    "sparse": ("collab-owner", ("page", "nested", "one")),
}


async def main() -> None:
    """Seed two platforms, serve both, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, default=20, help="of the larger one: 20 is a million conversions")
    options.add_argument("--viewers", nargs="+", choices=VIEWERS, default=VIEWERS)
    options.add_argument("--seconds", type=float, default=1.0)
    options.add_argument("--warm", type=float, default=1.0)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    known = tokens()
    async with seeded(1) as few, seeded(given.scale) as many:
        databases = {"few": few, "many": many}
        contenders = [replace(ours("plans", each, known["admin"]), name=name) for name, each in databases.items()]
        os.sched_setaffinity(0, load_cores())
        with running(contenders) as servers:
            engines = [Engine.of(each, Secrets(SECRET.encode())) for each in databases.values()]
            for viewer in given.viewers:
                member, questions = VIEWERS[viewer]
                for name in questions:
                    asked = [await question(engine, name, known[member]) for engine in engines]
                    turns = list(zip(servers, asked, strict=True))
                    figures = await take_turns(turns, warm=given.warm, seconds=given.seconds, rounds=given.rounds)
                    of_few, of_many = figures["few"], figures["many"]
                    print(
                        f"{name:>8}  {viewer:>6}  many to few: {of_many.faster_than(of_few):5.2f}x requests"
                        f"  {of_few.cheaper_than(of_many):5.2f}x CPU of the server",
                        flush=True,
                    )


if __name__ == "__main__":
    asyncio.run(main())
