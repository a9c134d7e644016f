"""From the bytes of a request's body to one GraphQL request: strict JSON, nothing guessed, nothing overlooked.

The standard parser is lenient where two readers could see two different requests (the last of two equal keys wins,
1e400 is infinity, half a surrogate pair is text), so each of these is refused (B10, B19-B24, B32, B54-B61, B80).
"""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any, NoReturn

from starlette.types import Receive

from sightline.server.answers import ErrorCode, GraphQLRequest, RefusedError, bad_input

BODY_BYTES = 1_000_000
BODY_SECONDS = 10.0
DEEPEST = 64
LONGEST_INTEGER = 40
MOST_VARIABLES = 500  # a document of 2,000 tokens cannot declare more
CLOSE = (("connection", "close"),)


class ClientGoneError(Exception):
    """The client went away before it was answered (F1)."""


async def read_body(receive: Receive, *, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body. Raises RefusedError with 413 beyond 1 MB without reading on, with 408 when it takes too long."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > BODY_BYTES:
                    raise too_large()
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise RefusedError(
            408, "The body did not arrive in time: send it at once.", code=ErrorCode.TIMEOUT, headers=CLOSE
        ) from None


def too_large() -> RefusedError:
    """The refusal of a body of more than 1 MB; the connection is closed, as the rest of it is not read."""
    return bad_input(f"The body is larger than {BODY_BYTES} bytes.", status=413, headers=CLOSE)


def parse_request(body: bytes) -> GraphQLRequest:
    """The GraphQL request of a body. Raises RefusedError with 400 for whatever is not exactly one."""
    parameters = parse_json(body)
    if isinstance(parameters, list):
        raise bad_input("One request at a time: batching is off.")
    if not isinstance(parameters, dict):
        raise bad_input('The body must be a JSON object with the key "query".')
    query = parameters.get("query")
    if not isinstance(query, str):
        raise bad_input('"query" must be a string.')
    operation_name = parameters.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise bad_input('"operationName" must be a string or null.')
    for name in ("variables", "extensions"):
        if not isinstance(parameters.get(name), dict | None):
            raise bad_input(f'"{name}" must be an object or null.')
    variables = parameters.get("variables")
    if variables is not None and len(variables) > MOST_VARIABLES:
        raise bad_input(f"There are more than {MOST_VARIABLES} variables: send those that the document declares.")
    view_as = (parameters.get("extensions") or {}).get("viewAs")
    if view_as is not None and not isinstance(view_as, str):
        raise bad_input('"viewAs" in "extensions" must be the id of a user.')
    return GraphQLRequest(query, variables, operation_name, view_as)


def parse_json(body: bytes) -> Any:
    """The value of a JSON text. Raises RefusedError with 400 for whatever two readers could read in two ways."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_input("The body is not UTF-8.") from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise bad_input(
            f"The body is not valid JSON: see line {error.lineno}, column {error.colno}."
            if text.strip()
            else "The body is empty: send a JSON object."
        ) from None
    except RecursionError:
        raise _too_deep() from None
    _check_depth(value)
    if "\\u" in text:  # only an escape can smuggle in what UTF-8 and JSON do not allow to stand there
        _check_strings(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        if not inner:
            return
        level = inner
    raise _too_deep()


def _check_strings(value: Any) -> None:
    """Refuse what PostgreSQL cannot store as text: NUL and halves of surrogate pairs (B54-B57)."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, str):
            _check_string(each)


def _check_string(text: str) -> None:
    if "\0" in text:
        raise bad_input("A string has the character NUL: leave it out.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_input("A string has half of a surrogate pair: send whole characters.") from None


def _too_deep() -> RefusedError:
    return bad_input(f"The body is nested deeper than {DEEPEST} levels.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise bad_input("An object of the body has the same key twice.")
    return made


def _integer(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        raise bad_input(f"An integer of the body has more than {LONGEST_INTEGER} digits.")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise bad_input("A number of the body is too large.")
    return number


def _constant(_: str) -> NoReturn:
    raise bad_input("NaN and Infinity are not JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
