"""Random people try random grants: nobody ever holds what no giver held in one path, and somebody stays in charge.

A sequence is tried in one transaction, of which nothing is left: so all begin in the same world. What holds is read
from the tables by a model typed from the rules, which knows nothing of how the engine decides. SIGHTLINE_TEST_SEQUENCES
says how many; SIGHTLINE_TEST_SEED which.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from demo_platform import Platform
from escalation_model import Standing, escalations
from escalation_world import Attempt, SmallWorld

from sightline.db.changes import in_change
from sightline.db.database import Database
from sightline.db.secrets import Secrets, TokenKind, new_token
from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import principal_of_user
from sightline.server.answers import GraphQLRequest

SEQUENCES = int(os.environ.get("SIGHTLINE_TEST_SEQUENCES", "120"))
SEED = int(os.environ.get("SIGHTLINE_TEST_SEED", "20260301"))
STEPS = 14
GIVES = {"ADMIN:W", "USERS:W", "SETTINGS:W", "ACCOUNT_USERS:W", "AFFILIATES:W"}
_MAILED = "UPDATE invitation SET token_hash = $1 WHERE id = (SELECT max(id) FROM invitation) RETURNING email"


class _UndoneError(Exception):
    """Ends a transaction that is not meant to stay."""


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """One transaction in which one attempt follows another."""

    world: SmallWorld
    snapshot: Snapshot
    rng: Random
    made: Counter[str]

    async def run(self) -> None:
        """Try; compare what holds before and after whatever was made. Of a refused one nothing may be left."""
        now = await self.standing()
        for _ in range(STEPS):
            actor, attempt = self.actor(now), self.world.attempt(self.rng, now)
            answers = None
            if attempt.mutation == "inviteCollaborator":
                answers = self.rng.choice(self.world.users)
                done = await self.invited(actor, attempt, answers)
            else:
                done = await self.tried(actor, attempt)
            after = await self.standing()
            suspends = attempt.mutation == "suspendUser"
            wrong = escalations(now, after, actor, answers=answers, suspends=suspends)
            assert not wrong, (actor, attempt, wrong)
            assert done or after.facts() == now.facts(), (actor, attempt)
            self.made[f"{attempt.mutation} {'made' if done else 'refused'}"] += 1
            now = after

    def actor(self, now: Standing) -> int:
        """Somebody; most often one who may give something, as far as he has it."""
        if self.rng.random() < 0.2:
            return self.rng.choice(self.world.users)
        giving = [row["user_id"] for row in now.held if GIVES & set(row["permissions"])]
        return self.rng.choice(giving + [row["user_id"] for row in now.collaborators if row["role"] == "OWNER"])

    async def standing(self) -> Standing:
        return await Standing.read(self.snapshot.connection, self.world.accounts, self.world.programs)

    async def tried(self, actor: int, attempt: Attempt) -> bool:
        """Whether a mutation was made; one that does not exist for the actor is not."""
        name = attempt.mutation
        type_ = f"{name[0].upper()}{name[1:]}"
        query = f"mutation ($input: {type_}Input!) {{ {name}(input: $input) {{ __typename }} }}"
        principal = await principal_of_user(self.snapshot, actor)
        request = GraphQLRequest(query, {"input": attempt.given})
        answer = await self.world.platform.engine.answer(request, principal, self.snapshot, changing=True)
        if answer.errors:
            assert {each["extensions"]["code"] for each in answer.errors} == {"BAD_INPUT"}, (attempt, answer.errors)
            return False
        assert answer.data is not None
        return bool(answer.data[name]["__typename"] == f"{type_}Success")

    async def invited(self, actor: int, attempt: Attempt, answers: int) -> bool:
        """Whether an invitation was sent and accepted at once. The token is put there as the mail would put it."""
        email = await self.snapshot.connection.fetchval("SELECT email FROM app_user WHERE id = $1", answers)
        if not await self.tried(actor, Attempt(attempt.mutation, attempt.given | {"email": email})):
            return False
        token = new_token(TokenKind.MAIL)
        secrets = self.world.platform.secrets
        assert await self.snapshot.connection.fetchval(_MAILED, secrets.token_hash(token)) == email
        return await self.tried(answers, Attempt("acceptInvitation", {"token": token}))


async def test_dr1_dr10_dr13_dr14_nobody_gives_what_he_does_not_hold(database: Database, secrets: Secrets) -> None:
    """DR1, DR2, DR10, DR13, DR14, C-07, L8, A13: by effect, over random sequences of all that gives and takes."""
    made: Counter[str] = Counter()
    async with Platform.over(database, secrets) as platform:
        world = await SmallWorld.build(platform)
        began = time.monotonic()
        for number in range(SEQUENCES):

            async def work(snapshot: Snapshot, number: int = number) -> None:
                try:
                    await Sequence(world, snapshot, Random(SEED * 1_000_003 + number), made).run()
                except AssertionError as wrong:
                    raise AssertionError(f"sequence {number} of SIGHTLINE_TEST_SEED={SEED}: {wrong}") from wrong
                raise _UndoneError

            with suppress(_UndoneError):
                await in_change(platform.engine.database.writes, work, granting=False)
        minutes = (time.monotonic() - began) / 60
    print(f"{SEQUENCES} sequences of {STEPS} attempts, {SEQUENCES / minutes:.0f} a minute:", dict(sorted(made.items())))
    granted = sum(n for name, n in made.items() if name.endswith(" made"))
    assert sum(made.values()) - granted > granted > SEQUENCES, "most of it is refused, and enough is made"
