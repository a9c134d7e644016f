"""Access tokens (JWT) of the configured identity provider: what is checked before anything is looked up.

The signature, by a pinned list of algorithms and the provider's own keys; the header, of which nothing may say where
keys are; and the claims but their times, which are judged by the clock of the operation's snapshot
(`sightline.resolvers.identity`). A bearer token may be presented again until it ends, by design: it names no single
use, so a repeated `jti` is no replay (N15).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, deserialize_compact

from sightline.resolvers.errors import UnauthenticatedError
from sightline.resolvers.identity import Assertion
from sightline.server.answers import RefusedError
from sightline.server.bodies import parse_json
from sightline.server.identity.jwks import KeySource

LONGEST_TOKEN = 8_192
LONGEST_SUBJECT = 255
LAST_MOMENT = 253_402_300_799  # the end of the year 9999, the last that a datetime can say

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

# Where keys or rules other than the configured ones would come from, and what we would have to understand.
_REFUSED_HEADERS = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5u"})

# What only an id token has: it tells an application who signed in, and is no leave to call an API (N14).
_MARKS_OF_ID_TOKENS = frozenset({"at_hash", "c_hash", "nonce", "s_hash"})


class _RefusedTokenError(Exception):
    """A token that does not hold. Why is told to nobody."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a token of the provider must be. Everything is compared exactly."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    types: frozenset[str]
    subject_claim: str = "sub"
    match_email: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Issuer:
    """Verifies tokens of one provider."""

    rules: Rules
    keys: KeySource

    async def verify(self, token: str) -> Assertion:
        """What a token vouches for. Raises UnauthenticatedError, with the same words for every reason."""
        try:
            return _assertion(await self._claims(token), self.rules)
        except (_RefusedTokenError, RefusedError, JoseError, ValueError, OverflowError):
            raise UnauthenticatedError("This token is not valid: it is unknown, has ended, or was revoked.") from None

    async def _claims(self, token: str) -> dict[str, Any]:
        _require(len(token) <= LONGEST_TOKEN and _COMPACT.fullmatch(token) is not None)
        header = _object(_decoded(token.partition(".")[0]))
        algorithm, kid = header.get("alg"), header.get("kid")
        _require(isinstance(algorithm, str) and algorithm in self.rules.algorithms)
        _require(isinstance(kid, str) and not _REFUSED_HEADERS & header.keys())
        _require(_type(header.get("typ")) in self.rules.types)
        key = await self.keys.find(str(kid), str(algorithm))
        if key is None:
            raise _RefusedTokenError
        registry = JWSRegistry(algorithms=[str(algorithm)], strict_check_header=False)
        # It takes base64url by the letter only: no padding, no other alphabet, no bits left over.
        return _object(deserialize_compact(token, key, registry=registry).payload)


def _assertion(claims: dict[str, Any], rules: Rules) -> Assertion:
    _require(claims.get("iss") == rules.issuer)
    _require(rules.audience in _audiences(claims.get("aud")))
    _require(not _MARKS_OF_ID_TOKENS & claims.keys())
    # Two providers say it in the claims: Keycloak as `typ`, Cognito as `token_use`.
    _require(claims.get("typ") != "ID" and claims.get("token_use") != "id")
    subject = claims.get(rules.subject_claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _RefusedTokenError
    begins = [_moment(claims[name]) for name in ("nbf", "iat") if name in claims]
    email = claims.get("email") if rules.match_email and claims.get("email_verified") is True else None
    return Assertion(
        rules.issuer,
        subject,
        expires_at=_moment(claims.get("exp")),
        not_before=max(begins, default=None),
        verified_email=email if isinstance(email, str) else None,
    )


def _audiences(value: Any) -> list[str]:
    """The audiences of a token: one as a string, or several as a list of nothing but strings (N10)."""
    several = value if isinstance(value, list) else [value]
    _require(all(isinstance(each, str) for each in several))
    return several


def _moment(value: Any) -> datetime:
    """A NumericDate: a number, neither a string nor out of range (N08)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_MOMENT:
        raise _RefusedTokenError
    return datetime.fromtimestamp(value, UTC)


def _type(value: Any) -> str:
    return value.lower().removeprefix("application/") if isinstance(value, str) else ""


def _object(content: bytes) -> dict[str, Any]:
    """A JSON object, read as strictly as the body of a request: no key twice, no infinity."""
    value = parse_json(content)
    if not isinstance(value, dict):
        raise _RefusedTokenError
    return value


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except binascii.Error:
        raise _RefusedTokenError from None


def _require(holds: bool) -> None:
    if not holds:
        raise _RefusedTokenError
