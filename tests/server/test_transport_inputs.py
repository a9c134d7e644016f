"""Bad requests, by the ids of the catalogue of inputs: none is executed, each is answered in JSON and briefly."""

from __future__ import annotations

import gzip
import json
from time import process_time

import httpx
import pytest
from tiny_endpoint import KEY, TinyExecution, exchange

from sightline.server.transport import GraphQLEndpoint

JSON = {"content-type": "application/json"}
QUERY = b'{"query":"{hello}"}'
LONGEST_ANSWER = 4_096
TRIES = 3
MOST_CPU_SECONDS = 0.25  # 50 ms on a machine of its own


async def refused(
    client: httpx.AsyncClient, execution: TinyExecution, content: bytes, **headers: str
) -> httpx.Response:
    """The answer to a body; checks what holds for every refused one."""
    best = MOST_CPU_SECONDS
    for _ in range(TRIES):
        began = process_time()
        answer = await client.post("/graphql", content=content, headers=JSON | headers)
        best = min(best, process_time() - began)
    assert best < MOST_CPU_SECONDS
    assert execution.asked == []
    assert len(answer.content) < LONGEST_ANSWER
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert len(error["message"]) <= 200
    assert "data" not in answer.json()
    return answer


def nested(depth: int) -> bytes:
    """A request whose variables are nested so deep."""
    return b'{"query":"{hello}","variables":{"a":' + b"[" * depth + b"]" * depth + b"}}"


BODIES = {
    "B01 empty": b"",
    "B02 no query": b"{}",
    "B03 null": b"null",
    "B04 number": b"1",
    "B05 string": b'"{hello}"',
    "B06 empty batch": b"[]",
    "B07 batch of 10": b"[" + b",".join([QUERY] * 10) + b"]",
    "B08 batch of 1000": b"[" + b",".join([QUERY] * 1000) + b"]",
    "B09 trailing garbage": QUERY + b"x",
    "B09 second value": QUERY + QUERY,
    "B10 duplicate key": b'{"query":"{hello}","query":"{other}"}',
    "B10 duplicate key inside": b'{"query":"{hello}","variables":{"a":{"b":1,"b":2}}}',
    "B10 duplicate key by escape": b'{"query":"{hello}","qu\\u0065ry":"{other}"}',
    "B11 query is a list": b'{"query":["{hello}"]}',
    "B12 query is null": b'{"query":null}',
    "B13 variables are a string": b'{"query":"{hello}","variables":"{}"}',
    "B14 variables are a list": b'{"query":"{hello}","variables":[]}',
    "B15 operationName is a number": b'{"query":"{hello}","operationName":1}',
    "B16 extensions are a string": b'{"query":"{hello}","extensions":"x"}',
    "B19 NaN": b'{"query":"{hello}","variables":{"a":NaN}}',
    "B20 -Infinity": b'{"query":"{hello}","variables":{"a":-Infinity}}',
    "B21 -1e400": b'{"query":"{hello}","variables":{"a":-1e400}}',
    "B24 5000 digits": b'{"query":"{hello}","variables":{"a":' + b"9" * 5000 + b"}}",
    "B32 nested 65": nested(65),
    "B32 nested 100,000": nested(100_000),
    "B32 objects nested 100,000": b'{"query":"{hello}","variables":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "B54 NUL": b'{"query":"{hello}","variables":{"a":"x\\u0000"}}',
    "B54 NUL in a key": b'{"query":"{hello}","variables":{"\\u0000":1}}',
    "B55 NUL in the query": b'{"query":"{hello}\\u0000"}',
    "B55 raw NUL": b'{"query":"{hello}\x00"}',
    "B56 lone surrogate": b'{"query":"{hello}","variables":{"a":["\\ud800"]}}',
    "B57 lone surrogate in the query": b'{"query":"{hello} # \\udc00"}',
    "B58 invalid UTF-8": b'{"query":"{hello} # \xff"}',
    "B58 surrogate in UTF-8": b'{"query":"{hello} # \xed\xa0\x80"}',
    "B59 UTF-16": QUERY.decode().encode("utf-16"),
    "B60 byte order mark": b"\xef\xbb\xbf" + QUERY,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_malformed_bodies_are_answered_with_400(
    client: httpx.AsyncClient, execution: TinyExecution, body: bytes
) -> None:
    """B01-B21, B24, B32, B54-B60."""
    answer = await refused(client, execution, body)
    assert answer.status_code == 400
    assert "connection" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps({"query": "#" + "x" * 5_000_000}).encode(), id="B49 comment of 5 MB"),
        pytest.param(json.dumps({"query": "{hello" + "," * 1_000_000 + "}"}).encode(), id="B50 a million commas"),
        pytest.param(json.dumps({"query": '{hello(name:"' + "x" * 5_000_000}).encode(), id="B51 string of 5 MB"),
        pytest.param(b"x" * 50_000_000, id="B52 50 MB of junk"),
    ],
)
async def test_large_bodies_are_answered_with_413(
    client: httpx.AsyncClient, execution: TinyExecution, body: bytes
) -> None:
    """B49-B52."""
    answer = await refused(client, execution, body)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


async def test_a_large_body_of_unknown_length_is_not_read_to_its_end(execution: TinyExecution) -> None:
    """B52: what is beyond 1 MB is not asked for."""
    read = 0
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"authorization", KEY["authorization"].encode())]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await GraphQLEndpoint(execution)(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 413
    assert read == 11


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("application/json; charset=utf-7", id="B61 utf-7"),
        pytest.param("application/json; charset=utf-16", id="B59 utf-16"),
        pytest.param("text/plain", id="B62 text/plain"),
        pytest.param("application/x-www-form-urlencoded", id="B63 form"),
        pytest.param("", id="B64 none"),
        pytest.param("application/graphql", id="B65 application/graphql"),
        pytest.param("multipart/form-data; boundary=x", id="B66 multipart"),
    ],
)
async def test_other_content_types_are_answered_with_415(
    client: httpx.AsyncClient, execution: TinyExecution, content_type: str
) -> None:
    """B59, B61-B66."""
    answer = await refused(client, execution, QUERY, **{"content-type": content_type})
    assert answer.status_code == 415


async def test_b73_compressed_bodies_are_answered_with_415(client: httpx.AsyncClient, execution: TinyExecution) -> None:
    """B73: nothing is unpacked."""
    bomb = gzip.compress(bytes(10_000_000))
    answer = await refused(client, execution, bomb, **{"content-encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("method", "query_string"),
    [
        pytest.param("GET", "query=mutation{a}", id="B67 GET mutation"),
        pytest.param("GET", "query={hello}", id="B68 GET query without a header of its own"),
        pytest.param("GET", "query={hello}&variables=garbage", id="B69 GET with garbage for variables"),
        pytest.param("PUT", "", id="B70 PUT"),
        pytest.param("OPTIONS", "", id="B71 OPTIONS of an evil origin"),
        ("HEAD", "query={hello}"),
        ("PATCH", ""),
        ("DELETE", ""),
        ("TRACE", ""),
    ],
)
async def test_other_methods_are_answered_with_405(
    client: httpx.AsyncClient, execution: TinyExecution, method: str, query_string: str
) -> None:
    """B67-B71: operations come by POST only, so no page can send one by a link; other origins are given no leave."""
    answer = await client.request(method, f"/graphql?{query_string}", headers={"origin": "https://evil.example"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert "access-control-allow-origin" not in answer.headers
    assert len(answer.content) < LONGEST_ANSWER
    if method != "HEAD":  # which has no body
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert execution.asked == []


HEAD = (
    f"POST /graphql HTTP/1.1\r\nHost: test\r\nAuthorization: {KEY['authorization']}\r\n"
    "Content-Type: application/json\r\n"
)
WHOLE = HEAD.encode() + b"Content-Length: %d\r\n" % len(QUERY)

RAW = {
    "B72 URL of 100 KB": (b"GET /graphql?query=" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: test\r\n\r\n", 414),
    "B89 CL and TE": (WHOLE + b"Transfer-Encoding: chunked\r\n\r\n" + QUERY, 400),
    "B90 bad chunk": (HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + QUERY, 400),
    "B91 two CL": (WHOLE + b"Content-Length: 5\r\n\r\n" + QUERY, 400),
    "B92 header of 1 MB": (WHOLE + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n" + QUERY, 431),
    "B92 header of 33 KB": (WHOLE + b"X-Long: " + b"x" * 33_000 + b"\r\n\r\n" + QUERY, 431),
    "B92 header without end": (WHOLE + b"X-Long: " + b"x" * 40_000, 431),
    "B93 10,000 headers": (WHOLE + b"A: b\r\n" * 10_000 + b"\r\n" + QUERY, 431),
    "B93 101 headers": (WHOLE + b"A: b\r\n" * 97 + b"\r\n" + QUERY, 431),
    "B94 bare CR": (WHOLE + b"X-Bare: a\rb\r\n\r\n" + QUERY, 400),
    "B95 no Host": (WHOLE.replace(b"Host: test\r\n", b"") + b"\r\n" + QUERY, 400),
    "B95 two Hosts": (WHOLE + b"Host: other\r\n\r\n" + QUERY, 400),
    "B96 CL -1": (HEAD.encode() + b"Content-Length: -1\r\n\r\n" + QUERY, 400),
}


@pytest.mark.parametrize(("request_bytes", "status"), RAW.values(), ids=RAW.keys())
def test_broken_http_is_answered_and_the_connection_closed(port: int, request_bytes: bytes, status: int) -> None:
    """B72, B89-B96."""
    answer = exchange(port, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in head.lower()
    assert len(body) < LONGEST_ANSWER
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert answer.count(b"HTTP/1.1 4") == 1


def test_100_headers_and_32_kb_are_served(port: int) -> None:
    """B92, B93: the limits are where they are said to be."""
    head = WHOLE + b"Connection: close\r\nX-Long: " + b"x" * 31_000 + b"\r\n" + b"A: b\r\n" * 94
    assert b"Hello, world!" in exchange(port, head + b"\r\n" + QUERY)


def test_requests_one_after_the_other_on_one_connection_are_served(port: int) -> None:
    """The limits are those of each request, not of the connection."""
    one = WHOLE + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n" + QUERY
    last = WHOLE + b"Connection: close\r\n\r\n" + QUERY
    assert exchange(port, one, one, one, last).count(b"Hello, world!") == 4


def test_b88_a_body_that_does_not_arrive_is_answered_with_408(port: int) -> None:
    """B88, F10: after the body's time (1 s in this server)."""
    answer = exchange(port, WHOLE + b"\r\n" + QUERY[:5])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()


def test_a_large_body_is_refused_before_it_is_sent(port: int) -> None:
    """B52: by its announced length."""
    answer = exchange(port, HEAD.encode() + b"Content-Length: 50000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_large_body_in_chunks_is_refused_on_the_way(port: int) -> None:
    """B52: where no length is announced."""
    chunk = b"%x\r\n" % 500_000 + b"x" * 500_000 + b"\r\n"
    answer = exchange(port, HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, chunk)
    assert answer.startswith(b"HTTP/1.1 413 ")
