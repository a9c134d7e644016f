"""Points: taken beforehand, given back afterwards, restored as time passes; a caller's own, and bounded in number."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from sightline.db.database import Database
from sightline.db.demo import CAST, token_of
from sightline.db.errors import DatabaseUnavailableError
from sightline.db.secrets import Secrets
from sightline.schema.costs import MOST_COST
from sightline.server.answers import GraphQLAnswer, RefusedError
from sightline.server.execution import Engine
from sightline.server.rates import CAPACITY, RESTORED_PER_SECOND, Bucket, Rates, charged
from sightline.server.settings import Settings, SettingsError, load_settings
from sightline.server.transport import GraphQLEndpoint

PAGE = "{ conversions(first: 100) { nodes { id } } }"
PROGRAMS = "{ programs(first: 100) { nodes { id } } }"
COUNT = "{ conversions(first: 1) { totalCount } }"


@dataclass(slots=True)
class Clock:
    """Time that passes when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at 0."""
    return Clock()


def test_a_bucket_is_emptied_and_restored_up_to_its_capacity(clock: Clock) -> None:
    bucket = Bucket(10_000, 1_000, clock)
    bucket.take(10_000)
    assert bucket.available == 0
    clock.now = 2.5
    assert bucket.available == 2_500
    clock.now = 100.0
    assert bucket.status() == {"maximumAvailable": 10_000, "currentlyAvailable": 10_000, "restoreRate": 1_000}
    bucket.give_back(5)
    assert bucket.available == 10_000


def test_too_few_points_are_said_and_left_as_they_are(clock: Clock) -> None:
    """RATE_LIMITED, 429, and the whole seconds after which the same operation can be paid for."""
    bucket = Bucket(10_000, 1_000, clock)
    bucket.take(9_000)
    with pytest.raises(RefusedError) as refused:
        bucket.take(3_001)
    assert (refused.value.status, refused.value.code) == (429, "RATE_LIMITED")
    assert refused.value.headers == (("retry-after", "3"),)
    assert bucket.available == 1_000
    clock.now = 2.999
    with pytest.raises(RefusedError):
        bucket.take(4_000)
    clock.now = 3.0
    bucket.take(3_001)
    assert bucket.available == 999


def test_points_restored_in_small_steps_are_not_lost(clock: Clock) -> None:
    """Looking does not round away what has been restored since the last look."""
    bucket = Bucket(10, 1, clock)
    bucket.take(10)
    for step in range(1, 41):
        clock.now = step / 8
        assert bucket.available == step // 8


def test_the_buckets_are_callers_own_and_bounded_in_number(clock: Clock) -> None:
    """The one that was not used for longest is forgotten."""
    rates = Rates(10, 1, clock, most=2)
    rates.bucket("user:1").take(10)
    assert rates.bucket("user:2").available == 10
    assert rates.bucket("user:1").available == 0
    rates.bucket("user:3").take(10)
    assert rates.bucket("user:1").available == 0
    rates.bucket("user:2").take(1)
    assert rates.bucket("user:3").available == 10


async def test_what_was_not_needed_is_given_back(clock: Clock) -> None:
    """And while an operation runs, all that it may cost is taken."""
    bucket = Bucket(10_000, 1_000, clock)

    async def run() -> GraphQLAnswer:
        assert bucket.available == 4_000
        return GraphQLAnswer({}, extensions={"cost": {"requestedQueryCost": 6_000, "actualQueryCost": 250}})

    answer = await charged(bucket, 6_000, run)
    assert answer.extensions["cost"] == {
        "requestedQueryCost": 6_000,
        "actualQueryCost": 250,
        "throttleStatus": {"maximumAvailable": 10_000, "currentlyAvailable": 9_750, "restoreRate": 1_000},
    }


async def test_what_fails_or_is_refused_costs_nothing(clock: Clock) -> None:
    bucket = Bucket(10_000, 1_000, clock)

    async def fails() -> GraphQLAnswer:
        raise DatabaseUnavailableError("gone")

    async def refuses() -> GraphQLAnswer:
        return GraphQLAnswer(None, [{"message": "a variable that does not fit"}], executed=False)

    with pytest.raises(DatabaseUnavailableError):
        await charged(bucket, 6_000, fails)
    assert (await charged(bucket, 6_000, refuses)).extensions == {}
    assert bucket.available == 10_000


async def test_what_is_cancelled_keeps_its_price(clock: Clock) -> None:
    """Else hanging up in time would make everything free."""
    bucket = Bucket(10_000, 1_000, clock)
    began = asyncio.Event()

    async def waits() -> GraphQLAnswer:
        began.set()
        await asyncio.sleep(60)
        raise AssertionError

    task = asyncio.ensure_future(charged(bucket, 6_000, waits))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bucket.available == 4_000


async def test_an_operation_beyond_what_is_left_is_429_until_it_is_restored(
    demo: Database, secrets: Secrets, clock: Clock
) -> None:
    """Over HTTP and the demo platform: in both media types; others are not held up (LK26: by rows they see)."""
    engine = Engine.of(demo, secrets, rates=Rates(1_000, 100, clock))
    application = Starlette(routes=[Route("/graphql", GraphQLEndpoint(engine.execute))])

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:

        async def ask(member: str, query: str, accept: str = "application/json") -> httpx.Response:
            token = token_of(next(each for each in CAST if each.key == member), secrets)
            headers = {"authorization": f"Bearer {token}", "accept": accept}
            return await client.post("/graphql", json={"query": query}, headers=headers)

        for spent in range(1, 11):
            answer = await ask("admin", PAGE)
            assert answer.json()["extensions"]["cost"] == {
                "requestedQueryCost": 100,
                "actualQueryCost": 100,
                "throttleStatus": {
                    "maximumAvailable": 1_000,
                    "currentlyAvailable": 1_000 - spent * 100,
                    "restoreRate": 100,
                },
            }
        for accept in ("application/json", "application/graphql-response+json"):
            answer = await ask("admin", PAGE, accept)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
            assert "data" not in answer.json()
            (error,) = answer.json()["errors"]
            assert error["extensions"]["code"] == "RATE_LIMITED"
            assert "0 of 1000 are left" in error["message"]
        other = (await ask("nobody", PROGRAMS)).json()
        seen = len(other["data"]["programs"]["nodes"])
        assert 0 < seen < 100
        assert other["extensions"]["cost"]["requestedQueryCost"] == 100
        assert other["extensions"]["cost"]["actualQueryCost"] == seen
        assert other["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 1_000 - seen
        assert (await ask("nobody", "{ nothing }")).status_code == 200
        assert (await ask("admin", "{ nothing }")).status_code == 200  # what is refused needs no points
        clock.now = 1.0
        assert (await ask("admin", PAGE)).status_code == 200
        refused = await ask("admin", COUNT)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


def test_the_defaults_are_those_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 an operation, 1,000 restored a second; a bucket always holds the dearest operation there may be."""
    settings = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings' own argument
    assert (settings.cost_capacity, settings.cost_per_second) == (CAPACITY, RESTORED_PER_SECOND) == (10_000, 1_000)
    assert CAPACITY == MOST_COST
    monkeypatch.setenv("SIGHTLINE_COST_CAPACITY", str(MOST_COST - 1))
    with pytest.raises(SettingsError, match="SIGHTLINE_COST_CAPACITY"):
        load_settings()
