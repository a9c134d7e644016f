"""What a process counts of operations, for a Prometheus that brings the operator's token to /metrics.

Nothing is counted by viewer, operation name or visibility: these are the installation's figures, for its operator
alone, and even totals would tell one tenant of another. Without SIGHTLINE_METRICS_TOKEN there is no such page.

Several workers write into files of one directory, and whichever is asked adds them up. The library looks for that
directory when it is imported, so this module is imported where it is needed, and not before (`shared_by_workers`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hmac import compare_digest
from os import environ

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sightline.server.counting import DIRECTORY
from sightline.server.logs import OperationLine

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_OPERATIONS = Counter("sightline_operations", "Operations that were answered, by the status of HTTP.", ("status",))
_ERRORS = Counter("sightline_operation_errors", "Operations with an error of this code.", ("code",))
_COST = Counter("sightline_operation_cost", "What operations cost, in points.")
_SELECTIONS = Counter("sightline_selections", "Selections that plans answered, or why they did not.", ("executed",))
_TAKEN = Histogram("sightline_operation_seconds", "Seconds from the head of a request to its answer.", buckets=_SECONDS)


def count(line: OperationLine, seconds: float) -> None:
    """Count an operation that has ended."""
    _OPERATIONS.labels(line.status or "none").inc()
    _TAKEN.observe(seconds)
    _COST.inc(line.cost or 0)
    for code in line.codes:
        _ERRORS.labels(code).inc()
    for executed, times in line.executed.items():
        _SELECTIONS.labels(executed).inc(times)


@dataclass(frozen=True, slots=True)
class Metrics:
    """GET /metrics: the text that Prometheus reads, for whoever sends `Authorization: Bearer` with the token."""

    token: str

    async def told(self, request: Request) -> Response:
        """The figures; 401 without the token, alike for a wrong one and none."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(given.encode("latin-1"), self.token.encode()):
            message = "This is the operator's: send the token of SIGHTLINE_METRICS_TOKEN.\n"
            return PlainTextResponse(message, status_code=401, headers={"www-authenticate": "Bearer"})
        content = await asyncio.to_thread(_figures)
        return Response(content, headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})


def _figures() -> bytes:
    if DIRECTORY not in environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it so
    return generate_latest(registry)
