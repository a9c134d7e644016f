"""POST /graphql: one request in, one answer out, as the GraphQL-over-HTTP specification has it.

Knows HTTP and JSON; of GraphQL it knows the shape of a request and of an answer. Checks come in the order of their
price, so that what is refused is refused before it costs anything (GOAL22): connections (`serving`), head
(`http_protocol`), method and headers, size of the body, depth of its JSON (`bodies`), the document's length and tokens,
names, depth, aliases, fields and directives (`schema.limits`), validation, cost (`schema.costs`), the caller's points
(`rates`). A place in the database's pool is taken once the body is read, as who asks is read from there and a document
is judged in his view of the schema; the deadline holds from then on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.resolvers.errors import SightlineError, UnauthenticatedError
from sightline.server.answers import (
    ErrorCode,
    Execute,
    GraphQLAnswer,
    HeaderPairs,
    RefusedError,
    bad_input,
    bounded,
    error,
)
from sightline.server.bodies import (
    BODY_BYTES,
    BODY_SECONDS,
    CLOSE,
    ClientGoneError,
    parse_request,
    read_body,
    too_large,
)
from sightline.server.identity.browsers import Browsers
from sightline.server.logs import Ended, OperationLine, log_fault, nobody, note, operation_line
from sightline.server.negotiation import (
    GRAPHQL_RESPONSE,
    JSON,
    check_content,
    check_no_token_in_query,
    request_id_of,
    response_type,
    unauthenticated,
)

DEADLINE_SECONDS = 10.0
RETRY_LATER = (("retry-after", "1"),)
CANCEL_SECONDS = 0.5
CLIENT_GONE = 499  # for the log; nobody is there to receive it

# Of an operation that was not executed. Everything else is the request's fault: 400.
_STATUS: dict[str, int] = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.TIMEOUT: 503,
}


class DeadlineError(Exception):
    """An operation took longer than it may."""


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """The ASGI application behind /graphql."""

    execute: Execute
    browsers: Browsers = Browsers()
    deadline_seconds: float = DEADLINE_SECONDS
    body_seconds: float = BODY_SECONDS
    told: Ended = nobody
    # Cancelled operations that did not end in time: kept so that they are not collected while they run.
    _leftover: set[asyncio.Future[Any]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        with operation_line(request_id_of(headers), self.told) as line:
            media_type = JSON
            try:
                _check_method(scope)
                media_type = response_type(headers)
                answer = await self._answer(self._checked_token(scope, headers), receive)
                status, body, more = _of_answer(answer, media_type)
                content = encode(body, line)
            except ClientGoneError:
                line.status = CLIENT_GONE
                return
            except Exception as raised:
                refused = refusal(raised)
                status, more = refused.status, refused.headers
                if CLOSE[0] not in more and not _is_short(headers):
                    more += CLOSE  # what is left of the body is not worth reading
                content = encode(refusal_body(refused, raised), line)
            line.status = status
            await send_response(send, status, content, headers=(("content-type", _typed(media_type)), *more), line=line)

    def _checked_token(self, scope: Scope, headers: Headers) -> str:
        """The token, after everything that can be checked without the body."""
        check_no_token_in_query(scope.get("query_string", b""))
        token = self.browsers.presented(headers)
        check_content(headers)
        _check_length(headers)
        return token

    async def _answer(self, token: str, receive: Receive) -> GraphQLAnswer:
        request = parse_request(await read_body(receive, seconds=self.body_seconds))
        note(operation=request.operation_name)
        return await self._run(asyncio.ensure_future(self.execute(request, token)), receive)

    async def _run(self, work: asyncio.Future[GraphQLAnswer], receive: Receive) -> GraphQLAnswer:
        """The answer of `work`, which is cancelled where the client goes away (F1) or the deadline passes."""
        gone = asyncio.create_task(_disconnect(receive))
        try:
            await asyncio.wait((work, gone), timeout=self.deadline_seconds, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                if work.cancelled():
                    raise RuntimeError("the operation cancelled itself")
                return work.result()
            raise ClientGoneError if gone.done() else DeadlineError
        finally:
            gone.cancel()
            if not work.done():
                await self._cancel(work)

    async def _cancel(self, work: asyncio.Future[GraphQLAnswer]) -> None:
        # A database that does not answer does not cancel either (F7): the client is not made to wait for it.
        work.cancel()
        await asyncio.wait((work,), timeout=CANCEL_SECONDS)
        if not work.done():
            self._leftover.add(work)
            work.add_done_callback(self._leftover.discard)
        elif not work.cancelled():
            work.exception()  # looked at, so that it is not reported as forgotten


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _check_method(scope: Scope) -> None:
    if scope["method"] != "POST":
        raise bad_input("Send GraphQL operations by POST.", status=405, headers=(("allow", "POST"),))


def _check_length(headers: Headers) -> None:
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_BYTES:
        raise too_large()


def _is_short(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return "transfer-encoding" not in headers and length.isdecimal() and int(length[:20]) <= BODY_BYTES


def refusal(raised: Exception) -> RefusedError:
    """How an exception is answered. The text of one that is not written for viewers stays here."""
    match raised:
        case RefusedError():
            return raised
        case UnauthenticatedError():
            return unauthenticated("The key or session is not valid: it is unknown, has ended, or was revoked.")
        case DatabaseBusyError() | DatabaseUnavailableError():
            return RefusedError(
                503, "Not available just now: try again shortly.", code=ErrorCode.UNAVAILABLE, headers=RETRY_LATER
            )
        case asyncpg.InsufficientResourcesError():
            log_fault(raised)  # the disk is full, say: that is for the operator to hear of
            return RefusedError(
                503, "Not available just now: try again later.", code=ErrorCode.UNAVAILABLE, headers=RETRY_LATER
            )
        case DeadlineError() | TimeoutError() | asyncpg.QueryCanceledError():
            return RefusedError(503, "The operation took too long: ask for less.", code=ErrorCode.TIMEOUT)
        case SightlineError():
            return RefusedError(_STATUS.get(raised.code, 400), str(raised), code=ErrorCode(raised.code))
        case _:
            return RefusedError(
                500, "Something is broken on our side. Tell the operator the error id.", code=ErrorCode.INTERNAL
            )


def refusal_body(refused: RefusedError, raised: Exception) -> dict[str, Any]:
    """The body of a refusal; a fault of ours is logged, and the client told its id."""
    said = {"errorId": log_fault(raised)} if refused.code is ErrorCode.INTERNAL else {}
    return {"errors": bounded([error(refused.message, refused.code, **said)], otherwise=refused.code)}


def _of_answer(answer: GraphQLAnswer, media_type: str) -> tuple[int, dict[str, Any], HeaderPairs]:
    """Status, body and further headers of an operation's answer.

    A client that accepts only JSON gets 200 for a refused document, as the specification has it for such clients.
    """
    if answer.executed:
        errors = bounded(answer.errors, otherwise=ErrorCode.INTERNAL)
        body = ({"errors": errors} if errors else {}) | {"data": answer.data, "extensions": answer.extensions}
        return 200, body, ()
    errors = bounded(answer.errors, otherwise=ErrorCode.BAD_INPUT)
    status = _STATUS.get(errors[0]["extensions"]["code"], 400) if errors else 500
    headers = RETRY_LATER if status in (429, 503) else ()
    if status == 400 and media_type != GRAPHQL_RESPONSE:
        status = 200
    return status, {"errors": errors, "extensions": answer.extensions}, headers


def encode(body: dict[str, Any], line: OperationLine) -> bytes:
    """A body as it is sent, with the id of its request; its codes go into the log."""
    line.codes = sorted({each["extensions"]["code"] for each in body.get("errors", ())})
    return orjson.dumps(body | {"extensions": body.get("extensions", {}) | {"requestId": line.request_id}})


def _typed(media_type: str) -> str:
    return f"{media_type}; charset=utf-8"


async def send_response(send: Send, status: int, content: bytes, *, headers: HeaderPairs, line: OperationLine) -> None:
    """Send an answer that nobody on the way may keep."""
    common = (
        ("content-length", str(len(content))),
        ("cache-control", "private, no-store"),
        ("vary", "Authorization, Cookie, Accept"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", line.request_id),
    )
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*headers, *common)]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
