"""Signing in as one of the demo's cast, without a password: their keys are known to everybody who has the program.

Routes of this kind exist in the demo only, which is served on this machine alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.db.database import Database
from sightline.db.demo import CAST
from sightline.db.secrets import Secrets, TokenKind, new_token
from sightline.db.sign_in.sessions import begin_session, end_session
from sightline.server.answers import ErrorCode, RefusedError
from sightline.server.identity.browsers import Browsers
from sightline.server.identity.endpoints import Asked, Handler, Said

CAST_PATH = "/session/cast"

_ACTIVE = "SELECT email FROM app_user WHERE email = ANY($1) AND status = 'ACTIVE'"
_USER = "SELECT id FROM app_user WHERE email = $1 AND status = 'ACTIVE'"


@dataclass(frozen=True, slots=True, eq=False)
class CastRoutes:
    """Who one can be in the demo, and becoming one of them."""

    database: Database
    secrets: Secrets
    browsers: Browsers

    def handlers(self) -> dict[str, Handler]:
        """The handlers, by method."""
        return {"GET": self.cast, "POST": self.become}

    async def cast(self, asked: Asked) -> Said:
        """Those of the cast who can sign in, in its order."""
        async with self.database.writes.acquire() as connection:
            rows = await connection.fetch(_ACTIVE, [each.email for each in CAST if each.email is not None])
        active = {row["email"] for row in rows}
        people = [
            {"name": each.name, "email": each.email, "role": each.role, "paths": list(each.paths)}
            for each in CAST
            if each.email in active
        ]
        return Said(200, {"cast": people})

    async def become(self, asked: Asked) -> Said:
        """A new session of one of the cast, in a cookie. What session the browser had before ends."""
        email = asked.email()
        former = self.browsers.former(asked.headers)
        token = new_token(TokenKind.SESSION)
        async with self.database.writes.acquire() as connection, connection.transaction():
            user = await connection.fetchval(_USER, email) if any(each.email == email for each in CAST) else None
            if user is None:
                raise RefusedError(401, "Nobody of the cast has this address.", code=ErrorCode.UNAUTHENTICATED)
            if former is not None:
                await end_session(connection, self.secrets.token_hash(former))
            await begin_session(connection, user, self.secrets.token_hash(token))
        return Said(headers=(self.browsers.set_cookie(token),))
