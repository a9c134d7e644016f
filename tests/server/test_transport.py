"""The endpoint by the GraphQL-over-HTTP specification, its errors, its headers, its clocks."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs
from tiny_endpoint import HIDDEN, KEY, TOKEN, TinyExecution, application, exchange, serving, tiny_application

from sightline.server.answers import ErrorCode, GraphQLAnswer
from sightline.server.http_protocol import LimitedHttpProtocol

GRAPHQL_RESPONSE = "application/graphql-response+json"


async def ask(client: httpx.AsyncClient, query: str = "{hello}", **options: Any) -> httpx.Response:
    """The answer to a query; `operationName` and `variables` go into the body, the rest into the request."""
    body = {"query": query} | {name: options.pop(name) for name in ("operationName", "variables") if name in options}
    return await client.post("/graphql", json=body, **options)


def code_of(answer: httpx.Response) -> str:
    """The code of the only error."""
    (error,) = answer.json()["errors"]
    code: str = error["extensions"]["code"]
    return code


async def test_an_answer_has_data_request_id_and_private_headers(client: httpx.AsyncClient) -> None:
    """strawberry 4.5: nothing of an answer may be kept by anybody on the way."""
    answer = await ask(client, headers={"x-request-id": "my-request_7"})
    assert answer.status_code == 200
    assert answer.json() == {"data": {"hello": "Hello, world!"}, "extensions": {"requestId": "my-request_7"}}
    assert answer.headers["x-request-id"] == "my-request_7"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Authorization, Cookie, Accept"


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "é"])
async def test_a_request_id_that_is_no_short_word_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    """N44: nothing of a client's own goes into a header or a log line unless it is harmless."""
    answer = await ask(client, headers={"x-request-id": given.encode()})
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json", GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.5, application/json", "application/json"),
        (f"text/html, {GRAPHQL_RESPONSE};q=0", None),
        ("text/html", None),
    ],
)
async def test_the_answer_is_of_a_type_the_client_accepts(
    client: httpx.AsyncClient, accept: str | None, expected: str | None
) -> None:
    """The two media types of the specification, 406 for others."""
    if accept is None:
        del client.headers["accept"]
    answer = await ask(client, headers={} if accept is None else {"accept": accept})
    assert answer.status_code == (406 if expected is None else 200)
    assert answer.headers["content-type"] == f"{expected or 'application/json'}; charset=utf-8"


@pytest.mark.parametrize("query", ["{", "{nothing}", "query($a: String!) {hello(name: $a)}"])
async def test_a_refused_document_is_400_or_200_by_media_type(client: httpx.AsyncClient, query: str) -> None:
    """Audits 572B, FDE2, 7B9B and 556A, 74FF, 86EE."""
    assert (await ask(client, query, headers={"accept": "application/json"})).status_code == 200
    answer = await ask(client, query, headers={"accept": GRAPHQL_RESPONSE})
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert code_of(answer) == "BAD_INPUT"


async def test_n18_unknown_token_is_401(client: httpx.AsyncClient) -> None:
    """N18 and like it: who is nobody is told so."""
    answer = await ask(client, headers={"authorization": f"Bearer {TOKEN[:-1]}b"})
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "value",
    [None, "", "Bearer", "Bearer ", "Basic abc", TOKEN, f"Bearer {TOKEN} x", f"Bearer {'x' * 9_000}", "Bearer é"],
)
async def test_missing_and_malformed_authorization_is_401_at_once(
    client: httpx.AsyncClient, execution: TinyExecution, value: str | None
) -> None:
    """Nothing is executed, not even looked up."""
    del client.headers["authorization"]
    answer = await ask(client, headers={} if value is None else {"authorization": value.encode()})
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert execution.asked == []


@pytest.mark.parametrize(
    "query_string", [f"access_token={TOKEN}", f"TOKEN={TOKEN}", f"x={TOKEN}", "api%5Fkey=abc", "key="]
)
async def test_n19_key_in_query_string_is_refused_and_not_logged(
    client: httpx.AsyncClient, execution: TinyExecution, capfd: pytest.CaptureFixture[str], query_string: str
) -> None:
    """N19: also beside a good header."""
    answer = await client.post(f"/graphql?{query_string}", json={"query": "{hello}"})
    assert (answer.status_code, code_of(answer)) == (400, "BAD_INPUT")
    assert execution.asked == []
    assert TOKEN not in answer.text + "".join(capfd.readouterr())


async def test_n20_two_authorization_headers_are_refused(client: httpx.AsyncClient, execution: TinyExecution) -> None:
    """N20: equal ones too."""
    both = [("authorization", KEY["authorization"])] * 2
    del client.headers["authorization"]
    answer = await ask(client, headers=both)
    assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
    assert execution.asked == []


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
async def test_n21_the_scheme_has_no_case(client: httpx.AsyncClient, scheme: str) -> None:
    """N21."""
    assert (await ask(client, headers={"authorization": f"{scheme} {TOKEN}"})).status_code == 200


@pytest.mark.parametrize("name", ["Busy", "Away"])
async def test_f4_no_database_is_503_with_retry_after(client: httpx.AsyncClient, name: str) -> None:
    """F3, F4."""
    answer = await ask(client, f"query {name} {{hello}}", operationName=name)
    assert (answer.status_code, code_of(answer)) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("name", ["Broken", "Unanswerable"])
async def test_b76_a_fault_is_500_with_an_error_id_that_the_log_has(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """B76: neither the answer nor the log has the exception's text."""
    answer = await ask(client, f"query {name} {{hello}}", operationName=name)
    assert (answer.status_code, code_of(answer)) == (500, "INTERNAL")
    error_id = answer.json()["errors"][0]["extensions"]["errorId"]
    logged = caplog.text + "".join(capfd.readouterr())
    assert error_id in logged
    assert HIDDEN not in answer.text + logged
    assert "hidden-password" not in answer.text + logged


async def test_errors_are_bounded(client: httpx.AsyncClient, execution: TinyExecution) -> None:
    """B80-B85: at most 5, of at most 200 characters, with codes of the closed list."""
    errors = [{"message": "x" * 10_000, "extensions": {"code": "MADE_UP"}}, {"message": "y"}] * 10
    execution.extra["Many"] = GraphQLAnswer(None, errors, executed=False)
    answer = await ask(client, operationName="Many", headers={"accept": GRAPHQL_RESPONSE})
    sent = answer.json()["errors"]
    assert answer.status_code == 400
    assert len(sent) == 5
    assert {len(error["message"]) for error in sent} == {200, 1}
    assert {error["extensions"]["code"] for error in sent} == {"BAD_INPUT"}


@pytest.mark.parametrize(
    ("code", "status"),
    [("RATE_LIMITED", 429), ("UNAVAILABLE", 503), ("TIMEOUT", 503), ("INTERNAL", 500), ("COST_EXCEEDED", 400)],
)
async def test_the_status_of_what_was_not_executed_follows_from_its_code(
    client: httpx.AsyncClient, execution: TinyExecution, code: str, status: int
) -> None:
    """A client may act on the status alone."""
    execution.extra["Refused"] = GraphQLAnswer(None, [{"message": "no", "extensions": {"code": code}}], executed=False)
    answer = await ask(client, operationName="Refused", headers={"accept": GRAPHQL_RESPONSE})
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status in (429, 503))


async def test_errors_beside_data_are_200(client: httpx.AsyncClient, execution: TinyExecution) -> None:
    """An executed operation is 200 in both media types, its errors first."""
    execution.extra["Half"] = GraphQLAnswer(
        {"a": None}, [{"message": "no", "path": ["a"], "extensions": {"code": ErrorCode.TIMEOUT.value}}], {"masked": []}
    )
    answer = await ask(client, operationName="Half", headers={"accept": GRAPHQL_RESPONSE})
    assert answer.status_code == 200
    assert list(answer.json()) == ["errors", "data", "extensions"]
    assert answer.json()["extensions"]["masked"] == []


async def test_the_deadline_is_answered_and_cancels(execution: TinyExecution) -> None:
    """GOAL22: TIMEOUT, and the work ends."""
    transport = httpx.ASGITransport(application(execution, deadline_seconds=0.05))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=KEY) as client:
        answer = await ask(client, "query Slow {hello}", operationName="Slow")
    assert (answer.status_code, code_of(answer)) == (503, "TIMEOUT")
    assert execution.cancelled.is_set()


async def test_f1_a_client_that_goes_away_cancels_its_operation(execution: TinyExecution) -> None:
    """F1, GOAL13: within half a second of the disconnect, over a real socket; the next request is answered."""
    body = json.dumps({"query": "query Slow {hello}", "operationName": "Slow"}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: test\r\nAuthorization: {KEY['authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with serving(lambda: application(execution)) as port:
        connection = await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port))
        connection.sendall(head.encode() + body)
        assert await asyncio.to_thread(execution.began.wait, 5)
        connection.close()
        assert await asyncio.to_thread(execution.cancelled.wait, 0.5)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=KEY) as client:
            answer = await ask(client)
    assert answer.status_code == 200
    assert "server" not in answer.headers


def test_f1_so_does_one_that_had_sent_more_without_waiting(
    execution: TinyExecution, caplog: pytest.LogCaptureFixture
) -> None:
    """F1, GOAL13: its second request of three is running; nothing is said of an answer that nobody takes."""
    names = ("Quick", "Slow", "Quick")
    bodies = [json.dumps({"query": f"query {name} {{hello}}", "operationName": name}).encode() for name in names]
    requests = [
        f"POST /graphql HTTP/1.1\r\nHost: test\r\nAuthorization: {KEY['authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
        for body in bodies
    ]
    with serving(lambda: application(execution)) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"".join(requests))
            assert execution.began.wait(5)
        assert execution.cancelled.wait(2)
    assert [each.operation_name for each in execution.asked] == ["Quick", "Slow"]
    assert "ASGI" not in caplog.text


def test_b87_a_head_that_does_not_arrive_is_answered_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    """B87, F10: whether nothing came, half a head, or half a second one; with 0.3 s in place of 10."""
    monkeypatch.setattr(LimitedHttpProtocol, "read_seconds", 0.3)
    body = b'{"query":"{hello}"}'
    whole = (
        f"POST /graphql HTTP/1.1\r\nHost: test\r\nAuthorization: {KEY['authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    with serving(tiny_application) as port:
        for sent in (b"", b"\r\n", b"POST /graphql HTTP/1.1\r\nHos"):
            assert exchange(port, sent).startswith(b"HTTP/1.1 408 ")
        answer = exchange(port, whole, b"POST /gra")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"HTTP/1.1 408 " in answer


async def test_the_log_has_one_line_for_each_operation(client: httpx.AsyncClient) -> None:
    """GOAL21: a name and an outcome; no text, no variable, no token."""
    with capture_logs() as lines:
        await ask(
            client,
            "query Greet($name: String!) {hello(name: $name)}",
            operationName="Greet",
            variables={"name": "secret-name"},
        )
    (line,) = lines
    assert (line["operation"], line["status"], line["codes"]) == ("Greet", 200, [])
    assert "secret-name" not in str(line)
    assert TOKEN not in str(line)
