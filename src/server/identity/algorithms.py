"""Which algorithms a key of an identity provider is good for: signatures by key pairs, each by its own kind of key."""

from __future__ import annotations

from typing import Any, Final

_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "Ed25519": "Ed25519"}
_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")

ALGORITHMS: Final = frozenset((*_RSA, *_CURVES))
"""What an operator can allow. Neither `none` nor a shared secret (HS256) is among them (N01, N02)."""

_PUBLIC_MEMBERS: Final = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x")}


def fits(jwk: dict[str, Any], algorithm: str) -> bool:
    """Whether a JWK may verify signatures of an algorithm: its type, curve, `alg`, `use` and `key_ops` all say so."""
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and jwk.get("alg", algorithm) == algorithm
        and _has_type(jwk, algorithm)
    )


def _has_type(jwk: dict[str, Any], algorithm: str) -> bool:
    if algorithm in _RSA:
        return jwk.get("kty") == "RSA"
    kty = "OKP" if algorithm == "Ed25519" else "EC"
    return jwk.get("kty") == kty and jwk.get("crv") == _CURVES.get(algorithm)


def public_part(jwk: dict[str, Any]) -> dict[str, str | list[str]] | None:
    """The public numbers of a JWK; None for another type of key, or one that lacks some."""
    members = _PUBLIC_MEMBERS.get(str(jwk.get("kty")), ())
    found: dict[str, str | list[str]] = {name: jwk[name] for name in members if isinstance(jwk.get(name), str)}
    return found if members and len(found) == len(members) else None
