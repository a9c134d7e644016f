"""What the headers of a request say about it: its media type, its token, the media type of the answer."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.datastructures import Headers

from sightline.server.answers import ErrorCode, RefusedError, bad_input

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"

_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_BEARER = re.compile(r"bearer +([0-9A-Za-z._~+/-]+=*)", re.IGNORECASE)
_TOKEN_PARAMETERS = frozenset({"access_token", "api_key", "apikey", "authorization", "bearer", "key", "token"})
_TOKEN_START = "sl_"
_LONGEST_TOKEN = 8_192


def request_id_of(headers: Headers) -> str:
    """The client's `x-request-id` where it is a short word, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def response_type(headers: Headers) -> str:
    """The media type to answer in: what the client prefers of the two, JSON where it does not say.

    Raises RefusedError with 406 where it accepts neither.
    """
    accept = ",".join(headers.getlist("accept"))
    if not accept.strip():
        return JSON
    qualities = [_range(part) for part in accept.split(",")]
    json, graphql = (_quality(media_type, qualities) for media_type in (JSON, GRAPHQL_RESPONSE))
    if json <= 0 and graphql <= 0:
        raise bad_input(f"Accept {GRAPHQL_RESPONSE} or {JSON}.", status=406)
    named = any(name == GRAPHQL_RESPONSE for name, _ in qualities)
    return GRAPHQL_RESPONSE if graphql > json or (graphql == json and named) else JSON


def check_content(headers: Headers) -> None:
    """Refuse with 415 a body that is not plain JSON in UTF-8 (B59-B66, B73)."""
    declared = headers.getlist("content-type")
    media_type, _, parameters = (declared[0] if len(declared) == 1 else "").partition(";")
    if media_type.strip().lower() != JSON:
        raise bad_input(f"Send the request as content-type: {JSON}.", status=415)
    for parameter in filter(str.strip, parameters.split(";")):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8"):
            raise bad_input("Send the request in UTF-8.", status=415)
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise bad_input("Send the body without content-encoding.", status=415)


def bearer_token(headers: Headers) -> str:
    """The token of the Authorization header. Raises RefusedError with 401 unless there is exactly one (N20, N21)."""
    given = headers.getlist("authorization")
    if len(given) > 1:
        raise unauthenticated("Send one Authorization header, not several.")
    if not given:
        raise unauthenticated("Send a key as `Authorization: Bearer sl_live_...`.")
    match = _BEARER.fullmatch(given[0].strip()) if len(given[0]) <= _LONGEST_TOKEN else None
    if match is None:
        raise unauthenticated("The Authorization header must be `Bearer` and a key.")
    return match.group(1)


def check_no_token_in_query(query_string: bytes) -> None:
    """Refuse a key in the URL, where every log on the way keeps it (N19)."""
    for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if name.strip().lower() in _TOKEN_PARAMETERS or value.strip().startswith(_TOKEN_START):
            raise bad_input("Keys do not belong into the URL, where they are logged: revoke this one, send a header.")


def unauthenticated(message: str) -> RefusedError:
    """The refusal of a request of nobody we know."""
    return RefusedError(401, message, code=ErrorCode.UNAUTHENTICATED, headers=(("www-authenticate", "Bearer"),))


def _range(part: str) -> tuple[str, float]:
    """One media range of an Accept header and its quality; 0 where the quality cannot be read."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """How much a media type is wanted, by the most specific range that names it; 0 where none does."""
    for wanted in (media_type, "application/*", "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
