"""/session and below: signing in and out, who one is, passwords and addresses by mailed tokens. JSON in, JSON out.

Errors have the form and the codes of /graphql. Nothing that is sent here is logged but the name of what was asked.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.db.tables.enums import MailKind
from sightline.resolvers.identity import Identities
from sightline.resolvers.people import Person, person
from sightline.server.answers import HeaderPairs, bad_input
from sightline.server.bodies import CLOSE, ClientGoneError, parse_json, read_body
from sightline.server.identity.browsers import Browsers
from sightline.server.identity.clients import Clients
from sightline.server.identity.sign_in import SignIn
from sightline.server.logs import note, operation_line
from sightline.server.negotiation import JSON, check_content, check_no_token_in_query, request_id_of, unauthenticated
from sightline.server.transport import CLIENT_GONE, DEADLINE_SECONDS, encode, refusal, refusal_body, send_response

LONGEST_VALUE = 1_024

SESSION_PATHS = (
    "/session",
    "/session/reset-request",
    "/session/reset",
    "/session/verify-request",
    "/session/verify",
)

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, its headers checked and its body read."""

    headers: Headers
    body: dict[str, Any]
    client: str

    def text(self, name: str) -> str:
        """A member of the body that must be a string. Raises RefusedError with 400."""
        value = self.body.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_VALUE:
            raise bad_input(f'"{name}" must be a string of 1 to {LONGEST_VALUE} characters.')
        return value

    def email(self) -> str:
        """The address, as addresses are compared."""
        written = self.text("email").strip().lower()
        if not _ADDRESS.fullmatch(written):
            raise bad_input('"email" must be an e-mail address, such as ana@example.com.')
        return written


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: None is no body at all."""

    status: int = 204
    body: dict[str, Any] | None = None
    headers: HeaderPairs = ()


Handler = Callable[[Asked], Awaitable[Said]]


@dataclass(frozen=True, slots=True, eq=False)
class SessionRoutes:
    """What is answered, by path and method."""

    service: SignIn
    identities: Identities
    browsers: Browsers

    def routes(self) -> dict[str, dict[str, Handler]]:
        """The handlers."""
        handlers: tuple[dict[str, Handler], ...] = (
            {"GET": self.who, "POST": self.sign_in, "DELETE": self.sign_out},
            {"POST": self.ask_for_reset},
            {"POST": self.reset},
            {"POST": self.ask_for_verification},
            {"POST": self.verify},
        )
        return dict(zip(SESSION_PATHS, handlers, strict=True))

    async def who(self, asked: Asked) -> Said:
        """The signed-in user."""
        return Said(200, {"user": asdict(await self._person(asked))})

    async def sign_in(self, asked: Asked) -> Said:
        """A new session, in a cookie. What session the browser had before ends."""
        former = self.browsers.former(asked.headers)
        token = await self.service.sign_in(asked.email(), asked.text("password"), client=asked.client, former=former)
        return Said(headers=(self.browsers.set_cookie(token),))

    async def sign_out(self, asked: Asked) -> Said:
        """No session, whether there was one or not."""
        token = self.browsers.former(asked.headers)
        if token is not None:
            self.browsers.check(asked.headers)
            await self.service.sign_out(token)
        return Said(headers=(self.browsers.clear_cookie(),))

    async def ask_for_reset(self, asked: Asked) -> Said:
        """The same answer for every address."""
        await self.service.ask_for_mail(MailKind.RESET_PASSWORD, asked.email(), client=asked.client)
        return Said(202, {"message": "If this address is known, a mail is on its way to it."})

    async def reset(self, asked: Asked) -> Said:
        """A new password; the user signs in with it then."""
        await self.service.reset_password(asked.text("token"), asked.text("password"), client=asked.client)
        return Said(headers=(self.browsers.clear_cookie(),))

    async def ask_for_verification(self, asked: Asked) -> Said:
        """A mail to the signed-in user's own address."""
        found = await self._person(asked)
        await self.service.ask_for_mail(MailKind.VERIFY_EMAIL, found.email, client=asked.client)
        return Said(202, {"message": "A mail is on its way, unless the address is verified."})

    async def verify(self, asked: Asked) -> Said:
        """The address that a token was sent to is its user's."""
        await self.service.verify_email(asked.text("token"), client=asked.client)
        return Said()

    async def _person(self, asked: Asked) -> Person:
        token = self.browsers.token(asked.headers)
        if token is None:
            raise unauthenticated("Nobody is signed in: send the cookie of a session.")
        self.browsers.check(asked.headers)

        async def work(snapshot: Snapshot) -> Person | None:
            principal = await self.identities.find(token, snapshot)
            if principal is None or principal.user_id is None:
                return None
            note(principal=principal.fingerprint)
            return await person(snapshot, principal.user_id)

        found = await in_snapshot(self.service.database.reads, work)
        if found is None:
            raise unauthenticated("The session has ended: sign in again.")
        return found


@dataclass(frozen=True, slots=True, eq=False)
class SessionEndpoint:
    """The ASGI application behind one path. `handlers` is asked at each request, as it is there once serving began."""

    handlers: Callable[[], Mapping[str, Handler]]
    browsers: Browsers
    clients: Clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        with operation_line(request_id_of(headers)) as line:
            try:
                async with asyncio.timeout(DEADLINE_SECONDS):
                    said = await self._said(scope, headers, receive)
                content = b"" if said.body is None else encode(said.body, line)
            except ClientGoneError:
                line.status = CLIENT_GONE
                return
            except Exception as raised:
                refused = refusal(raised)
                said = Said(refused.status, {}, (*refused.headers, *(() if CLOSE[0] in refused.headers else CLOSE)))
                content = encode(refusal_body(refused, raised), line)
            line.status = said.status
            typed = () if said.body is None else (("content-type", f"{JSON}; charset=utf-8"),)
            await send_response(send, said.status, content, headers=(*typed, *said.headers), line=line)

    async def _said(self, scope: Scope, headers: Headers, receive: Receive) -> Said:
        handlers, method = self.handlers(), scope["method"]
        if method not in handlers:
            allowed = ", ".join(sorted(handlers))
            raise bad_input(f"Use {allowed} here.", status=405, headers=(("allow", allowed),))
        note(operation=getattr(handlers[method], "__name__", None))
        check_no_token_in_query(scope.get("query_string", b""))
        self.browsers.refuse_others(headers)
        body: dict[str, Any] = {}
        if method == "POST":
            check_content(headers)
            body = _members(await read_body(receive))
        return await handlers[method](Asked(headers, body, self.clients.name(scope, headers)))


def _members(content: bytes) -> dict[str, Any]:
    value = parse_json(content) if content else {}
    if not isinstance(value, dict):
        raise bad_input("The body must be a JSON object.")
    return value
