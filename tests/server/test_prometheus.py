"""The figures for Prometheus: who is told them, what is in them, and that nothing of viewers is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from demo_platform import Platform
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from sightline.server.app import build_app
from sightline.server.counting import DIRECTORY, shared_by_workers
from sightline.server.execution import make_execute
from sightline.server.settings import Settings

TOKEN = "the operator's own token"
COUNT_ONE = """
from sightline.server.logs import OperationLine
from sightline.server.metrics import count
count(OperationLine("id", status=200, cost=7, executed={"plans": 2}), 0.003)
"""
TELL = "from sightline.server.metrics import _figures; print(_figures().decode())"


def settings(**more: Any) -> Settings:
    """Settings that nothing outside of the test says."""
    return Settings(_env_file=None, skip_console=True, **more)


def client_of(platform: Platform, given: Settings) -> httpx.AsyncClient:
    """A client of an application that answers with the platform's engine."""
    app = build_app(given, make_execute)
    app.state.execute = platform.engine.execute
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every figure by its name and the values of its labels."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


async def test_without_a_token_there_is_no_such_page(platform: Platform) -> None:
    """N32: it is answered as any page that is not there."""
    async with client_of(platform, settings()) as client:
        answers = [
            await client.get(path, headers={"authorization": f"Bearer {TOKEN}"}) for path in ("/metrics", "/none")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


async def test_figures_are_told_to_who_has_the_token(platform: Platform) -> None:
    """GOAL21: 401 alike for a wrong token, another scheme, a user's own and none."""
    async with client_of(platform, settings(metrics_token=SecretStr(TOKEN))) as client:
        wrong = ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {platform.member('admin')}", "Bearer é")
        answers = [await client.get("/metrics", headers={"authorization": each.encode()}) for each in wrong]
        assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
        assert (await client.get("/metrics", headers={"authorization": f"bearer {TOKEN}"})).status_code == 200
        assert (await client.post("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).status_code == 405


async def test_operations_are_counted_and_nobody_is_named(platform: Platform) -> None:
    """GOAL21: by status, code, time, cost and executor; no viewer, view, operation, variable or token."""
    who = platform.member("admin")
    headers = {"authorization": f"Bearer {who}"}

    async with client_of(platform, settings(metrics_token=SecretStr(TOKEN))) as client:

        async def told() -> dict[tuple[str, tuple[str, ...]], float]:
            answer = await client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
            for secret in ("Quietly", who, "user:", platform.engine.services.ids.of_row("program", (1, 0))):
                assert secret not in answer.text
            return samples(answer.text)

        before = await told()
        for query in ("query Quietly { programs(first: 1) { nodes { id name } } }", "query Quietly { nothing }"):
            await client.post("/graphql", json={"query": query, "operationName": "Quietly"}, headers=headers)
        await client.post("/graphql", json={"query": "{ __typename }"})
        after = await told()
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert grown[("sightline_operations_total", ("200",))] == 2
    assert grown[("sightline_operations_total", ("401",))] == 1
    assert grown[("sightline_operation_errors_total", ("BAD_INPUT",))] == 1
    assert grown[("sightline_operation_errors_total", ("UNAUTHENTICATED",))] == 1
    assert grown[("sightline_selections_total", ("by plan",))] == 1
    assert grown[("sightline_operation_cost_total", ())] > 0
    assert grown[("sightline_operation_seconds_count", ())] == 3


def test_workers_are_added_up(tmp_path: Path) -> None:
    """Whichever worker is asked tells of all, also of one that has ended."""
    environment = os.environ | {DIRECTORY: str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT_ONE], env=environment, check=True)
    told = subprocess.run([sys.executable, "-c", TELL], env=environment, check=True, capture_output=True, text=True)
    figures = samples(told.stdout)
    assert figures[("sightline_operations_total", ("200",))] == 2
    assert figures[("sightline_operation_cost_total", ())] == 14
    assert figures[("sightline_selections_total", ("plans",))] == 4


@pytest.mark.parametrize(("workers", "token", "shared"), [(1, TOKEN, False), (2, None, False), (2, TOKEN, True)])
def test_a_directory_is_there_while_several_count(workers: int, token: str | None, shared: bool) -> None:
    given = settings(workers=workers, metrics_token=None if token is None else SecretStr(token))
    with shared_by_workers(given):
        directory = os.environ.get(DIRECTORY)
        assert (directory is not None) is shared
        assert directory is None or Path(directory).is_dir()
    assert DIRECTORY not in os.environ
    assert directory is None or not Path(directory).exists()
