"""An identity provider on this machine: a real HTTP server with real keys, which signs whatever a test asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep, time
from typing import Any

import uvicorn
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sightline.server.serving import listen

AUDIENCE = "https://sightline.test"
SUBJECT = "248289761001"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def b64(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int) -> str:
    """A number as JWK has it."""
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def public_jwk(key: PrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    """The public half of a key, as a provider lists it."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        made = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    else:
        point = key.public_key().public_numbers()
        made = {
            "kty": "EC",
            "crv": "P-256",
            "x": b64(point.x.to_bytes(32, "big")),
            "y": b64(point.y.to_bytes(32, "big")),
        }
    return made | {"kid": kid, "use": "sig"} | more


def signed(key: PrivateKey, signing_input: str) -> bytes:
    """An RS256 or ES256 signature."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@dataclass(slots=True, eq=False)
class Provider:
    """What it serves can be changed; what it was asked is counted."""

    port: int = 0
    keys: dict[str, PrivateKey] = field(
        default_factory=lambda: {
            "rsa": rsa.generate_private_key(public_exponent=65_537, key_size=2_048),
            "ec": ec.generate_private_key(ec.SECP256R1()),
        }
    )
    listed: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    content: bytes | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Serve what an honest provider does, and forget what was asked."""
        self.listed = [public_jwk(key, kid) for kid, key in self.keys.items()]
        self.status, self.content, self.discovery = 200, None, {}
        self.asked.clear()

    @property
    def issuer(self) -> str:
        """How its tokens name it."""
        return f"http://127.0.0.1:{self.port}"

    def application(self) -> Starlette:
        """What is served."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/{rest:path}", self._keys),
            ]
        )

    async def _discover(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return JSONResponse({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"} | self.discovery, self.status)

    async def _keys(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        content = json.dumps({"keys": self.listed}).encode() if self.content is None else self.content
        return Response(content, self.status, {"location": f"{self.issuer}/elsewhere"})

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good token; a change that is `...` leaves the claim out."""
        now = int(time())
        made = {"iss": self.issuer, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300, "jti": "one"}
        return {name: value for name, value in (made | changes).items() if value is not ...}

    def token(
        self,
        claims: dict[str, Any] | str | None = None,
        *,
        key: str = "rsa",
        signer: PrivateKey | None = None,
        **header: Any,
    ) -> str:
        """A signed token. `claims` as text is taken as it is; a header that is `...` is left out."""
        algorithm = "RS256" if key == "rsa" else "ES256"
        head = {"alg": algorithm, "typ": "at+jwt", "kid": key} | header
        head = {name: value for name, value in head.items() if value is not ...}
        said = claims if isinstance(claims, str) else json.dumps(self.claims() if claims is None else claims)
        signing_input = f"{b64(json.dumps(head).encode())}.{b64(said.encode())}"
        return f"{signing_input}.{b64(signed(signer or self.keys[key], signing_input))}"

    def unsigned(self, header: dict[str, Any]) -> str:
        """What a token without its signature is."""
        return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(self.claims()).encode())}"

    def by_public_key(self) -> str:
        """A token signed with HS256, the secret being the public RSA key as PEM (N02)."""
        head = self.unsigned({"alg": "HS256", "typ": "at+jwt", "kid": "rsa"})
        pem = (
            self.keys["rsa"]
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        return f"{head}.{b64(hmac.digest(pem, head.encode(), hashlib.sha256))}"


@contextmanager
def serving_provider() -> Iterator[Provider]:
    """A provider that answers on a free port of this machine."""
    provider = Provider()
    with listen("127.0.0.1", 0) as listening:
        provider.port = listening.getsockname()[1]
        provider.reset()
        server = uvicorn.Server(uvicorn.Config(provider.application(), log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = monotonic() + 10
            while not server.started and monotonic() < deadline:
                sleep(0.01)
            assert server.started
            yield provider
        finally:
            server.should_exit = True
            thread.join(15)
