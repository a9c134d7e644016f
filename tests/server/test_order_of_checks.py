"""The order of checks: a request that is wrong in two ways is refused for what is cheaper to find out.

Each case breaks the limit it is named after and every dearer one that can be broken beside it.
"""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from tiny_endpoint import exchange, serving

from sightline.db.database import Database
from sightline.db.demo import CAST, token_of
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine
from sightline.server.health import healthz
from sightline.server.rates import Rates
from sightline.server.transport import GraphQLEndpoint

DEAR = "{ programs(first: 100) { nodes { conversions(first: 100) { nodes { id } } } } }"
PAID = "{ programs(first: 100) { nodes { id } } }"
INVALID = "{ viewer { nothing } " + DEAR[1:]
ALIASED = "{ viewer { nothing " + " ".join(f"a{at}: __typename" for at in range(31)) + " } " + DEAR[1:]
LONG_NAMED = "{ " + "x" * 257 + " " + ALIASED[1:]
MANY_TOKENS = "{ " + "x" * 257 + " __typename" * 2_000 + ALIASED[1:]
LONG = "#" + "x" * 100_000 + "\n" + MANY_TOKENS


def body(query: str, variables: str = "{}") -> bytes:
    """A request, its variables as they are written."""
    return b'{"query":' + json.dumps(query).encode() + b',"variables":' + variables.encode() + b"}"


DEEP = '{"a":' + "[" * 70 + "]" * 70 + "}"
# From the dearest to the cheapest: what is wrong, the request, the status, and words of the message.
CASES = {
    "rate": (body(PAID), 429, "are left"),
    "cost before rate": (body(DEAR), 400, "the most is 10000"),
    "validation before cost": (body(INVALID), 400, "Cannot query field 'nothing'"),
    "shape before validation": (body(ALIASED), 400, "aliases"),
    "names before shape": (body(LONG_NAMED), 400, "A name"),
    "tokens before names": (body(MANY_TOKENS), 400, "2000 tokens"),
    "length before tokens": (body(LONG), 400, "100000 characters"),
    "depth of JSON before the document": (body(LONG, DEEP), 400, "nested deeper"),
    "size of the body before its JSON": (body(LONG, DEEP) + b" " * 1_000_000, 413, "larger than"),
}


@pytest.fixture(scope="module")
async def client(demo: Database, secrets: Secrets) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose bucket holds 99 points for ever."""
    rates = Rates(99, 1, clock=lambda: 0.0)
    application = Starlette(routes=[Route("/graphql", GraphQLEndpoint(Engine.of(demo, secrets, rates=rates).execute))])
    token = token_of(next(member for member in CAST if member.key == "admin"), secrets)
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "accept": "application/graphql-response+json",
    }
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as made:
        yield made


@pytest.mark.parametrize(("content", "status", "words"), CASES.values(), ids=CASES.keys())
async def test_goal22_the_cheaper_limit_answers(
    client: httpx.AsyncClient, content: bytes, status: int, words: str
) -> None:
    """GOAL22: and what is refused for its rate alone is fine in every other way."""
    answer = await client.post("/graphql", content=content)
    assert answer.status_code == status
    assert words in answer.json()["errors"][0]["message"]


async def test_goal22_headers_answer_before_the_body(client: httpx.AsyncClient) -> None:
    """GOAL22: who sends no key is told so, however large, deep or dear what he sends is."""
    content = body(LONG, DEEP) + b" " * 1_000_000
    answer = await client.post("/graphql", content=content, headers={"authorization": ""})
    assert answer.status_code == 401
    answer = await client.post("/graphql", content=content, headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_goal22_the_head_answers_before_anything_in_it() -> None:
    """GOAL22: too many headers, of a method and a body that are refused too."""
    with serving() as port:
        answer = exchange(port, b"PUT /graphql HTTP/1.1\r\nHost: test\r\n" + b"A: b\r\n" * 101 + b"\r\n" + body(LONG))
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_goal22_the_number_of_connections_answers_before_the_head() -> None:
    """GOAL22: with a connection open already, where fewer than two are served at once."""
    with serving(max_connections=2) as port, socket.create_connection(("127.0.0.1", port)):
        answer = exchange(port, b"PUT /graphql HTTP/1.1\r\nHost: test\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", 200), ("/healthz?now", 200), ("/readyz", 200), ("/healthz/", 503), ("/health%7A", 503), ("/", 503)],
)
def test_f29_whether_it_lives_is_answered_beside_the_number_of_connections(path: str, status: int) -> None:
    """F29: a server that is busy would be replaced for it otherwise; nothing else is let through."""
    routes = [Route(each, healthz) for each in ("/healthz", "/readyz", "/")]
    with (
        serving(lambda: Starlette(routes=routes), max_connections=2) as port,
        socket.create_connection(("127.0.0.1", port)),
    ):
        answer = exchange(port, f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
