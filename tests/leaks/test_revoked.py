"""Every kind of access, taken away between two operations and in the middle of one (LK20, GOAL7, D10)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from desk import LIVING, Desk, as_bytes

from sightline.db.database import Database
from sightline.db.demo import CAST, token_of
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.errors import UnauthenticatedError
from sightline.resolvers.identity import Identities
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

LIMITS = ("assignment_program", "assignment_product_line")
GRANTS = ("role_assignment", "collaborator", "company_access", "manager_assignment")
QUERY = (
    "query @onDenied(mode: MASK) { conversions(first: 3) { totalCount nodes { id orderRef payout { amount } } } "
    "affiliateAccounts(first: 3) { totalCount nodes { id name } } companies(first: 3) { nodes { id legalName } } "
    "organizations(first: 3) { totalCount nodes { id name } } programs(first: 3) { totalCount nodes { id } } }"
)
PLANTED = "written after the revocation"
# Keys first: those of a person lose what the person loses.
IN_TURN = sorted(LIVING, key=lambda key: next(each for each in CAST if each.key == key).email is not None)


@pytest.fixture(scope="module")
async def losing(
    copied: Callable[[str, str], Awaitable[str]],
    demo_template: str,
    secrets: Secrets,
    engine_over: Callable[[Database], Engine],
) -> AsyncIterator[Desk]:
    """A copy of the demo platform on which the cast loses its grants, one after the other."""
    async with Database.open(await copied("demo_of_revocations", demo_template)) as database:
        yield Desk(engine_over(database), secrets)


async def revoke(desk: Desk, key: str, number: int) -> None:
    """Take everything a member was given, count the epoch up, and then change what he saw."""
    member = next(each for each in CAST if each.key == key)
    async with desk.engine.database.owner() as connection:
        async with connection.transaction():
            if member.email is None:
                digest = desk.secrets.token_hash(token_of(member, desk.secrets))
                await connection.execute(
                    "UPDATE api_key SET state = 'REVOKED', revoked_at = now() WHERE hash = $1", digest
                )
            for table in LIMITS if member.email is not None else ():
                await connection.execute(
                    f"DELETE FROM {table} WHERE assignment_id IN (SELECT a.id FROM role_assignment a "
                    "JOIN app_user u ON u.id = a.user_id WHERE u.email = $1)",
                    member.email,
                )
            for table in GRANTS if member.email is not None else ():
                await connection.execute(
                    f"DELETE FROM {table} WHERE user_id = (SELECT id FROM app_user WHERE email = $1)", member.email
                )
            await connection.execute("UPDATE authz_epoch SET n = n + 1")
        await connection.execute(f"UPDATE affiliate_account SET name = '{PLANTED} {number} ' || id")
        await connection.execute(f"UPDATE organization SET name = '{PLANTED} {number} ' || id")


async def test_what_is_taken_is_gone_at_once_and_stays_for_what_is_under_way(losing: Desk) -> None:
    """LK20, GOAL7, D10: each member in turn; whoever has lost everything is answered as one who never had anything."""
    engine, changed = losing.engine, 0
    for number, key in enumerate(IN_TURN):
        token = token_of(next(each for each in CAST if each.key == key), losing.secrets)
        before = await engine.execute(GraphQLRequest(QUERY), token)

        async def under_way(
            snapshot: Snapshot, token: str = token, key: str = key, number: int = number
        ) -> GraphQLAnswer:
            await revoke(losing, key, number)
            # Nothing is known of him yet: his grants are read after the revocation, in a snapshot of before.
            cold = await Identities(losing.secrets).find(token, snapshot)
            assert cold is not None
            return await engine.answer(GraphQLRequest(QUERY), cold, snapshot)

        during = await in_snapshot(engine.database.reads, under_way)
        assert as_bytes(during) == as_bytes(before), f"{key}: the operation under way saw the revocation"
        try:
            after = await engine.execute(GraphQLRequest(QUERY), token)
        except UnauthenticatedError:
            assert key.endswith("key"), key
            changed += 1
            continue
        assert PLANTED.encode() not in as_bytes(after), key
        nobody = await losing.member("nobody")
        assert as_bytes(after) == as_bytes(await losing.ask(QUERY, nobody)), f"{key} kept something"
        changed += as_bytes(after) != as_bytes(before)
    assert changed > 25
