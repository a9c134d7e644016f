"""Tokens of the identity provider: the good ones, and every way in which one can be bad (N01 to N16, F26, F27)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from time import time
from typing import Any

import pytest
from console import ME, Console, Starting, bearer, settings_for, started
from cryptography.hazmat.primitives.asymmetric import rsa
from provider import AUDIENCE, SUBJECT, Provider, b64, public_jwk

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import LEEWAY, Assertion, Identities

MakeToken = Callable[[Provider], str]


async def linked(console: Console, provider: Provider, **values: Any) -> int:
    """A user who is the provider's SUBJECT."""
    link = {"oidc_issuer": provider.issuer, "oidc_subject": SUBJECT}
    return await console.user(password=None, **link | values)


def changed(**claims: Any) -> MakeToken:
    return lambda provider: provider.token(provider.claims(**claims))


def headed(**header: Any) -> MakeToken:
    return lambda provider: provider.token(**header)


def written(member: str) -> MakeToken:
    """A token with a member of the claims as JSON text, in place of `exp`."""

    def make(provider: Provider) -> str:
        return provider.token(json.dumps(provider.claims(exp=...))[:-1] + f", {member}}}")

    return make


GOOD: dict[str, MakeToken] = {
    "RS256": lambda provider: provider.token(),
    "ES256": lambda provider: provider.token(key="ec"),
    "the type by its whole name": headed(typ="application/at+jwt"),
    "the type in capitals": headed(typ="AT+JWT"),
    "a thumbprint": headed(x5t="abc"),
    "N10: a list of audiences with ours": changed(aud=["https://other.test", AUDIENCE]),
    "N10: a list of ours alone": changed(aud=[AUDIENCE]),
    "exp with a fraction": lambda provider: provider.token(provider.claims(exp=time() + 60.5)),
    "F26: ended within the leeway": lambda provider: provider.token(provider.claims(exp=time() - 40)),
    "F26: begins within the leeway": lambda provider: provider.token(provider.claims(nbf=time() + 40)),
    "N15: no jti": changed(jti=...),
}


@pytest.fixture(scope="module")
async def shared(
    copied: Callable[[str, str], Awaitable[str]],
    migrated_template: str,
    serving: Provider,
    secrets: Secrets,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Console]:
    """An application that trusts the provider, with its one linked user, for tests that change neither."""
    url = await copied("provider_shared", migrated_template)
    given = {"oidc_issuer": serving.issuer, "oidc_audience": AUDIENCE}
    settings = settings_for(url, secrets, tmp_path_factory.mktemp("data"), **given)
    async with started(settings, secrets) as made:
        await linked(made, serving)
        yield made


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
async def test_a_good_token_stands_for_its_user(shared: Console, provider: Provider, make: MakeToken) -> None:
    """N10, N15, F26."""
    assert await shared.me(**bearer(make(provider))) == "Ana"


def by_stranger(**header: Any) -> MakeToken:
    """A token signed with a key that is none of the provider's."""
    stranger = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    header = {name: public_jwk(stranger, "rsa") if value is public_jwk else value for name, value in header.items()}
    return lambda provider: provider.token(signer=stranger, **header)


def padded(provider: Provider) -> str:
    head, claims, signature = provider.token().split(".")
    return f"{head}.{claims}.{signature}" + "=" * (-len(signature) % 4)


def with_bits_left_over(provider: Provider) -> str:
    """The signature's last character changed in the bits that decode to nothing."""
    token = provider.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


def tampered(provider: Provider) -> str:
    head, _, signature = provider.token().split(".")
    return f"{head}.{b64(json.dumps(provider.claims(sub='somebody else')).encode())}.{signature}"


def twice(provider: Provider) -> str:
    """A claim that is there twice: which of them counts would be the reader's choice."""
    return provider.token(json.dumps(provider.claims())[:-1] + f', "sub": "{SUBJECT}"}}')


BAD: dict[str, MakeToken] = {
    "N01: none": lambda provider: provider.unsigned({"alg": "none", "typ": "at+jwt", "kid": "rsa"}) + ".",
    "N01: none, with a signature": headed(alg="none"),
    "N01: None": headed(alg="None"),
    "N01: no alg": headed(alg=...),
    "N01: alg as a list": headed(alg=["RS256"]),
    "N01: the signature left out": lambda provider: provider.token().rpartition(".")[0] + ".",
    "N02: HS256 with the public key": lambda provider: provider.by_public_key(),
    "N02: the algorithm of another kind of key": lambda provider: provider.token(key="ec", alg="RS256"),
    "N02: an algorithm that is not allowed": headed(alg="RS512"),
    "N03: kid is a path": headed(kid="../../x"),
    "N03: kid is a path to nothing": headed(kid="/dev/null"),
    "N04: kid is SQL": headed(kid="rsa' OR '1'='1"),
    "N04: kid is more SQL": headed(kid="x'; DROP TABLE app_user; --"),
    "N04: kid is a number": headed(kid=1),
    "N04: no kid": headed(kid=...),
    "N05: jku": by_stranger(jku="http://127.0.0.1:1/jwks"),
    "N05: jku, signed by the provider": headed(jku="http://127.0.0.1:1/jwks"),
    "N05: x5u": by_stranger(x5u="http://127.0.0.1:1/certificate"),
    "N06: jwk": by_stranger(jwk=public_jwk),
    "N06: x5c": by_stranger(x5c=["MIIB"]),
    "N07: no exp": changed(exp=...),
    "N07: exp is null": changed(exp=None),
    "N08: exp is a string": changed(exp="9999999999"),
    "N08: exp is true": changed(exp=True),
    "N08: exp is 1e400": written('"exp": 1e400'),
    "N08: exp is 1e300": written('"exp": 1e300'),
    "N08: exp is NaN": written('"exp": NaN'),
    "N08: exp is -1": changed(exp=-1),
    "N08: exp twice": written('"exp": 1, "exp": 9999999999'),
    "F26: exp beyond the leeway": lambda provider: provider.token(provider.claims(exp=time() - 90)),
    "N09: nbf in the future": lambda provider: provider.token(provider.claims(nbf=time() + 600)),
    "N09: nbf is a string": changed(nbf="0"),
    "N09: issued in the future": lambda provider: provider.token(provider.claims(iat=time() + 600)),
    "N10: another audience": changed(aud="https://other.test"),
    "N10: a list of others": changed(aud=["https://other.test"]),
    "N10: a part of ours": changed(aud=AUDIENCE[:-1]),
    "N10: ours within a text": changed(aud=f"{AUDIENCE} https://other.test"),
    "N10: ours beside what is no text": changed(aud=[AUDIENCE, 1]),
    "N10: ours as a key": changed(aud={AUDIENCE: True}),
    "N10: no audience": changed(aud=...),
    "N11: issuer with a slash": lambda provider: provider.token(provider.claims(iss=provider.issuer + "/")),
    "N11: another issuer": changed(iss="https://other.test"),
    "N11: no issuer": changed(iss=...),
    "N12: crit unknown": headed(crit=["made-up"], **{"made-up": True}),
    "N12: crit empty": headed(crit=[]),
    "N12: b64": headed(b64=False, crit=["b64"]),
    "N13: longer than any": changed(more="x" * 9_000),
    "N14: an id token": headed(typ="JWT"),
    "N14: no type": headed(typ=...),
    "N14: an id token's nonce": changed(nonce="n"),
    "N14: an id token's hash": changed(at_hash="h"),
    "N14: said in the claims": changed(typ="ID"),
    "another key under a known id": by_stranger(),
    "claims of another": tampered,
    "a claim twice": twice,
    "no subject": changed(sub=...),
    "subject is a number": changed(sub=1),
    "an unknown subject": changed(sub="nobody"),
    "padding": padded,
    "bits left over": with_bits_left_over,
    "four parts": lambda provider: provider.token() + ".x",
    "claims that are no object": lambda provider: provider.token("[]"),
    "claims that are no JSON": lambda provider: provider.token("{"),
    "claims in another encoding": lambda provider: provider.token(
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")
    ),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
async def test_a_bad_token_is_401(shared: Console, provider: Provider, make: MakeToken) -> None:
    """N01 to N14, F26: each refused in the same words, and the good one beside it is not."""
    assert await shared.me(**bearer(provider.token())) == "Ana"
    answer = await shared.ask(**bearer(make(provider)))
    assert answer.status_code == 401
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert provider.asked in ([], ["/.well-known/openid-configuration", "/jwks"])


async def test_n13_a_megabyte_is_refused_before_it_is_looked_at(trusting: Console, provider: Provider) -> None:
    """N13: and the provider is not even asked for its keys."""
    answer = await trusting.ask(**bearer(provider.token(provider.claims(more="x" * 1_000_000))))
    assert answer.status_code == 401
    assert provider.asked == []


async def test_n14_an_operator_may_allow_plain_jwt_and_id_tokens_stay_refused(
    start: Starting, provider: Provider
) -> None:
    """N14: for providers that do not mark access tokens."""
    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, oidc_types="at+jwt,JWT") as console:
        await linked(console, provider)
        assert await console.me(**bearer(provider.token(typ="JWT"))) == "Ana"
        for mark in ({"nonce": "n"}, {"at_hash": "h"}, {"typ": "ID"}, {"token_use": "id"}):
            assert await console.me(**bearer(provider.token(provider.claims(**mark), typ="JWT"))) is None


async def test_n15_an_access_token_may_be_presented_again_until_it_ends(trusting: Console, provider: Provider) -> None:
    """N15: it is a bearer token, its jti names no single use; what ends it is its end, or its user's."""
    user = await linked(trusting, provider)
    token = provider.token()
    assert [await trusting.me(**bearer(token)) for _ in range(3)] == ["Ana"] * 3
    await trusting.change("UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1", user)
    assert await trusting.me(**bearer(token)) is None


async def test_ac6_a_suspended_user_and_one_who_is_no_longer_linked_are_nobody(
    trusting: Console, provider: Provider
) -> None:
    """AC6, DR14: the link is looked up in the operation's own snapshot."""
    user = await linked(trusting, provider)
    token = provider.token()
    assert await trusting.me(**bearer(token)) == "Ana"
    await trusting.change("UPDATE app_user SET oidc_subject = 'another' WHERE id = $1", user)
    assert await trusting.me(**bearer(token)) is None
    await trusting.change("UPDATE app_user SET oidc_subject = $2, oidc_issuer = 'x' WHERE id = $1", user, SUBJECT)
    assert await trusting.me(**bearer(token)) is None


async def test_a_key_pair_s_use_and_operations_are_kept_to(trusting: Console, provider: Provider) -> None:
    """A key for encryption, for another algorithm, or too small, verifies nothing."""
    await linked(trusting, provider)
    small = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
    more = {
        "enc": public_jwk(provider.keys["rsa"], "enc", use="enc"),
        "sign": public_jwk(provider.keys["rsa"], "sign", key_ops=["sign"]),
        "text": public_jwk(provider.keys["rsa"], "text", key_ops="verify"),
        "other": public_jwk(provider.keys["rsa"], "other", alg="RS512"),
        "small": public_jwk(small, "small"),
        "secret": {"kty": "oct", "kid": "secret", "k": b64(b"x" * 32)},
        "broken": {"kty": "RSA", "kid": "broken", "n": "?", "e": "AQAB"},
    }
    provider.listed += more.values()
    provider.listed += [public_jwk(provider.keys["rsa"], "verify", key_ops=["verify"], alg="RS256")]
    for kid in more:
        signer = small if kid == "small" else None
        assert await trusting.me(**bearer(provider.token(kid=kid, signer=signer))) is None, kid
    assert await trusting.me(**bearer(provider.token(kid="verify"))) == "Ana"


async def test_by_verified_address_only_where_the_operator_said_so(start: Starting, provider: Provider) -> None:
    """DR14: an address that is not vouched for, or of a user who is linked to somebody else, is no identity."""
    said = {"sub": "new", "email": "ANA@example.com"}

    def token(**more: Any) -> dict[str, str]:
        return bearer(provider.token(provider.claims(**said | more)))

    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE) as console:
        await console.user(password=None)
        assert await console.me(**token(email_verified=True)) is None
    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, oidc_match_email=True) as console:
        assert await console.me(**token(email_verified=True)) == "Ana"
        for unsaid in (False, "true", 1, None, ...):
            assert await console.me(**token(email_verified=unsaid)) is None
        assert await console.me(**token(email_verified=True, email=["ana@example.com"])) is None
        await console.change("UPDATE app_user SET oidc_issuer = $1, oidc_subject = 'old'", provider.issuer)
        assert await console.me(**token(email_verified=True)) is None


async def test_another_claim_can_identify(start: Starting, provider: Provider) -> None:
    """Some providers name people by `oid`; the subject then is not looked at."""
    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, oidc_subject_claim="oid") as console:
        await linked(console, provider)
        assert await console.me(**bearer(provider.token(provider.claims(oid=SUBJECT, sub="x")))) == "Ana"
        assert await console.me(**bearer(provider.token())) is None


async def test_without_a_provider_its_tokens_are_nobody(console: Console, provider: Provider) -> None:
    """N01 to N16: nothing is fetched."""
    await linked(console, provider)
    assert await console.me(**bearer(provider.token())) is None
    assert provider.asked == []


@pytest.mark.parametrize(
    "said",
    [{"issuer": "https://other.test"}, {"jwks_uri": "http://other.test/jwks"}, {"jwks_uri": "file:///etc/passwd"}],
)
async def test_n05_a_discovery_document_of_another_is_not_followed(
    trusting: Console, provider: Provider, said: dict[str, str]
) -> None:
    """N05, N11: keys come from the configured issuer, over https."""
    provider.discovery = said
    await linked(trusting, provider)
    assert await trusting.me(**bearer(provider.token())) is None
    assert provider.asked == ["/.well-known/openid-configuration"]


async def test_f26_the_snapshot_s_clock_decides_whatever_this_machine_s_says(
    database: Database, monkeypatch: pytest.MonkeyPatch, secrets: Any
) -> None:
    """F26: ten minutes wrong either way; the leeway is 60 s, and a principal is valid until exp at most."""
    async with database.owner() as connection:
        await connection.execute(
            "INSERT INTO app_user (email, name, oidc_issuer, oidc_subject) VALUES ('a@b.c', 'A', 'i', 's')"
        )
    identities = Identities(secrets)
    second = timedelta(seconds=1)
    for wrong in (-600, 0, 600):
        monkeypatch.setattr("time.time", lambda wrong=wrong: time() + wrong)

        async def work(snapshot: Snapshot) -> None:
            now = snapshot.clock

            async def found(ends: timedelta, begins: timedelta | None = None) -> bool:
                begun = None if begins is None else now + begins
                principal = await identities.find(Assertion("i", "s", now + ends, begun), snapshot)
                assert principal is None or principal.valid_until == now + ends
                return principal is not None

            assert await found(second)
            assert await found(second - LEEWAY)
            assert not await found(-LEEWAY)
            assert await found(second, LEEWAY)
            assert not await found(second, LEEWAY + second)

        await in_snapshot(database.reads, work)


async def test_a_principal_ends_with_its_token(trusting: Console, provider: Provider) -> None:
    """A token that is kept in memory is not kept beyond its end and the leeway."""
    await linked(trusting, provider)
    token = provider.token(provider.claims(exp=time() - 58.5))
    assert await trusting.me(**bearer(token)) == "Ana"
    await trusting.connection.execute("SELECT pg_sleep(2)")
    assert await trusting.me(**bearer(token)) is None


async def test_no_token_of_a_provider_is_logged(
    trusting: Console, provider: Provider, capfd: pytest.CaptureFixture[str]
) -> None:
    """N19, GOAL21."""
    token = provider.token()
    answer = await trusting.browser.post(f"/graphql?access_token={token}", json={"query": ME})
    assert answer.status_code == 400
    await trusting.ask(**bearer(token))
    assert token[:60] not in "".join(capfd.readouterr())
