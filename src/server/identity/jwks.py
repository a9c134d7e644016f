"""The public keys of the configured identity provider: fetched from the one place that was configured, and kept.

INVARIANT: nothing of a token decides where keys come from; its `kid` is only compared (N03-N06). The provider is asked
at most once a minute, whatever is presented (N16), and one that is down is done without for a day (F27). Times are
taken from a monotonic clock, so a clock that is set changes nothing (F26).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from sightline.db.ending import end
from sightline.server.answers import RefusedError
from sightline.server.bodies import parse_json
from sightline.server.identity.algorithms import fits, public_part
from sightline.server.identity.urls import is_safe_url

ASK_SECONDS = 60.0
RENEW_SECONDS = 300.0
LONGEST_SECONDS = 86_400.0
FETCH_SECONDS = 5.0
MOST_BYTES = 262_144
MOST_KEYS = 100
SMALLEST_RSA = 2_048
BITS_OF_CHARACTER = 6  # of base64url

PublicKey = RSAKey | ECKey | OKPKey

_TYPES: dict[str, type[PublicKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class _UnusableError(Exception):
    """The provider's answer cannot be used; the message says why, in our words."""


@dataclass(slots=True, eq=False)
class KeySource:
    """The keys of one provider. `jwks_url` None has it found by the provider's discovery document."""

    issuer: str
    jwks_url: str | None
    client: httpx.AsyncClient
    clock: Callable[[], float] = monotonic
    _keys: dict[str, list[tuple[dict[str, Any], PublicKey]]] = field(default_factory=dict)
    _fetched: float | None = None
    _asked: float | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _renewal: asyncio.Task[None] | None = None

    async def find(self, kid: str, algorithm: str) -> PublicKey | None:
        """The key of this id, where it is good for the algorithm. An unknown id has the provider asked again."""
        age = self._age()
        if age > LONGEST_SECONDS:
            self._keys = {}
        if kid not in self._keys:
            await self._renew()
        elif age > RENEW_SECONDS and self._may_ask() and (self._renewal is None or self._renewal.done()):
            # Nobody waits for it: the keys that are there are good.
            self._renewal = asyncio.create_task(self._renew())
        fitting = [key for jwk, key in self._keys.get(kid, ()) if fits(jwk, algorithm)]
        return fitting[0] if len(fitting) == 1 else None

    async def close(self) -> None:
        """End what was begun in the background."""
        if self._renewal is not None:
            await end(self._renewal)

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self.clock() - self._fetched

    def _may_ask(self) -> bool:
        return self._asked is None or self.clock() - self._asked >= ASK_SECONDS

    async def _renew(self) -> None:
        """Ask the provider, unless somebody did within the minute; those who come while he asks wait for his answer."""
        async with self._asking:
            if not self._may_ask():
                return
            self._asked = self.clock()
            try:
                self._keys = _keys_of(await self._fetch(self.jwks_url or await self._discover()))
                self._fetched = self.clock()
            except (_UnusableError, RefusedError, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                structlog.get_logger("sightline.identity").warning(
                    "the keys of the identity provider could not be fetched",
                    reason=str(error) if isinstance(error, _UnusableError) else type(error).__name__,
                )

    async def _discover(self) -> str:
        document = await self._fetch(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        url = document.get("jwks_uri")
        if document.get("issuer") != self.issuer:
            raise _UnusableError("its discovery document names another issuer")
        if not isinstance(url, str) or not is_safe_url(url):
            raise _UnusableError("its discovery document has no jwks_uri with https")
        return url

    async def _fetch(self, url: str) -> dict[str, Any]:
        """The JSON object at an address. Redirections are not followed: the address is what was configured."""
        content = b""
        async with asyncio.timeout(FETCH_SECONDS), self.client.stream("GET", url) as response:
            if response.status_code != 200:
                raise _UnusableError(f"it answers with status {response.status_code}")
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise _UnusableError(f"it answers with more than {MOST_BYTES} bytes")
        value = parse_json(content)
        if not isinstance(value, dict):
            raise _UnusableError("it answers with what is no JSON object")
        return value


def _keys_of(document: dict[str, Any]) -> dict[str, list[tuple[dict[str, Any], PublicKey]]]:
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise _UnusableError(f"its key set has no list of at most {MOST_KEYS} keys")
    found: dict[str, list[tuple[dict[str, Any], PublicKey]]] = {}
    for jwk in listed:
        key = _imported(jwk) if isinstance(jwk, dict) else None
        if key is not None and isinstance(jwk.get("kid"), str):
            found.setdefault(jwk["kid"], []).append((jwk, key))
    if not found:
        raise _UnusableError("its key set has no key that could be used")
    return found


def _imported(jwk: dict[str, Any]) -> PublicKey | None:
    public = public_part(jwk)
    if public is None or (public["kty"] == "RSA" and len(public["n"]) * BITS_OF_CHARACTER < SMALLEST_RSA):
        return None
    try:
        key = _TYPES[str(public["kty"])].import_key(public)
        large_enough = not isinstance(key, RSAKey) or key.public_key.key_size >= SMALLEST_RSA
    except (JoseError, ValueError, KeyError):
        return None
    return key if large_enough else None
