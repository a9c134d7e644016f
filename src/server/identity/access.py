"""What a request presents, made ready to be looked up: everything that can be refused without the database is."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.db.secrets import token_kind
from sightline.resolvers.errors import UnauthenticatedError
from sightline.resolvers.identity import Assertion, Identities
from sightline.server.identity.issuer import Issuer


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """Who may be asked who somebody is: this installation's own tokens, and one identity provider where one is set."""

    identities: Identities
    issuer: Issuer | None = None

    async def present(self, token: str | None) -> str | Assertion:
        """A token of ours that is well-formed (N17), or what a provider's token vouches for.

        Raises UnauthenticatedError for anything else.
        """
        if token is not None and token_kind(token) is not None:
            return token
        if token is not None and self.issuer is not None:
            return await self.issuer.verify(token)
        raise UnauthenticatedError("This token is not valid: it is unknown, has ended, or was revoked.")
