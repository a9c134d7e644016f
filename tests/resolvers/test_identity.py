"""Who a token stands for, decided afresh whenever something of it could have changed (AC5, AC6, SM6)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from grant_rows import FAR, Found, Registry

from sightline.authz.paths import Attribute, Flag, PathKind
from sightline.db.secrets import Secrets, new_token
from sightline.db.snapshot import Snapshot
from sightline.resolvers.errors import UnauthenticatedError
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

LIVING = {PathKind.PUBLIC, PathKind.SELF}


def kinds(principal: Principal) -> set[PathKind]:
    return {path.shape.kind for path in principal.paths.ordered}


def tokens(principal: Principal, kind: PathKind) -> frozenset[str]:
    (path,) = [each for each in principal.paths.ordered if each.shape.kind is kind]
    return path.shape.tokens


async def test_a_session_stands_for_its_user(registry: Registry) -> None:
    user = await registry.user()
    found = (await registry.find(await registry.session(user))).somebody
    assert (found.fingerprint, found.user_id, found.organization_id) == (f"user:{user}", user, None)
    assert kinds(found) == LIVING
    assert found.valid_until == FAR


async def test_a_known_token_costs_no_statement(registry: Registry) -> None:
    token = await registry.session(await registry.user())
    first, second = await registry.find(token), await registry.find(token)
    assert first.statements > 0
    assert second.statements == 0
    assert second.principal is first.principal


async def test_a_principal_is_read_again_when_the_epoch_has_moved(registry: Registry) -> None:
    """Freshness 0: the first operation after the commit sees the grant, and the first after its end does not."""
    user = await registry.user()
    token = await registry.session(user)
    assert kinds((await registry.find(token)).somebody) == LIVING
    role = await registry.role("Offers", ["OFFERS:R"])
    await registry.assign(user, role)
    await registry.change("SELECT 1")
    assert kinds((await registry.find(token)).somebody) == LIVING | {PathKind.PLATFORM}
    await registry.change("DELETE FROM role_assignment WHERE user_id = $1", user)
    assert kinds((await registry.find(token)).somebody) == LIVING


async def test_an_operation_belongs_to_one_epoch(registry: Registry) -> None:
    """LK20: what is revoked while a snapshot is open is gone for the next one, and still there for this."""
    user = await registry.user()
    account = await registry.account(await registry.organization())
    await registry.add("collaborator", user_id=user, affiliate_account_id=account, role="OWNER")
    token = await registry.session(user)
    async with registry.database.reads.acquire() as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = await connection.fetchrow("SELECT n, now() AS clock FROM authz_epoch")
        snapshot = Snapshot(connection, row["n"], row["clock"])
        await registry.change("DELETE FROM collaborator WHERE user_id = $1", user)
        within = await registry.identities.find(token, snapshot)
        await connection.execute("ROLLBACK")
    assert within is not None
    assert PathKind.COLLABORATOR in kinds(within)
    assert kinds((await registry.find(token)).somebody) == LIVING


NOBODY: dict[str, str] = {
    "nothing": "",
    "no token at all": "Bearer",
    "another form": "sk_live_" + "a" * 36,
    "too short": "sl_live_abc",
    "a wrong checksum": "sl_live_" + "a" * 36,
    "a wrong checksum of a session": "sl_demo_" + "0" * 36,
    "a line break": new_token() + "\n",
    "half a surrogate pair": "sl_live_" + "\ud800" * 36,
    "more than one": " ".join([new_token()] * 2),
}


@pytest.mark.parametrize("token", NOBODY.values(), ids=NOBODY)
async def test_a_token_of_a_wrong_form_never_reaches_the_database(registry: Registry, token: str) -> None:
    found = await registry.find(token)
    assert (found.principal, found.statements) == (None, 0)


async def test_a_mistyped_token_never_reaches_the_database(registry: Registry) -> None:
    """The check characters: each single character changed, and two neighbours exchanged."""
    token = await registry.key(user=await registry.user())
    assert (await registry.find(token)).principal is not None
    for at in range(8, len(token)):
        changed = token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :]
        assert await registry.find(changed) == Found(None, 0)
    swapped = token[:10] + token[11] + token[10] + token[12:]
    if swapped != token:
        assert (await registry.find(swapped)).statements == 0


async def test_an_unknown_token_of_the_right_form_is_nobody(registry: Registry) -> None:
    assert (await registry.find(new_token())).principal is None
    assert (await registry.find(registry.secrets.demo_token("nobody@example.org"))).principal is None


async def test_a_token_hashed_with_another_secret_is_nobody(registry: Registry) -> None:
    token = new_token()
    other = Secrets(b"another installation's secret, as long.")
    hashed = other.token_hash(token)
    user = await registry.user()
    await registry.key(user=user, hash=hashed)
    assert (await registry.find(token)).principal is None


async def test_a_token_of_one_kind_is_not_looked_for_as_the_other(registry: Registry) -> None:
    """A session's hash in the table of keys opens nothing."""
    user = await registry.user()
    token = registry.secrets.demo_token("somebody")
    await registry.key(user=user, hash=registry.secrets.token_hash(token))
    assert (await registry.find(token)).principal is None


ENDINGS: dict[str, str] = {
    "suspended": "UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1",
    "signed out": "UPDATE session SET revoked_at = now() WHERE user_id = $1",
    "session over": "UPDATE session SET created_at = created_at - interval '2 hours', "
    "expires_at = now() - interval '1 hour' WHERE user_id = $1",
}


@pytest.mark.parametrize("statement", ENDINGS.values(), ids=ENDINGS)
async def test_a_session_ends(registry: Registry, statement: str) -> None:
    """AC6: a suspended user has no path at all, not even the public one."""
    user = await registry.user()
    token = await registry.session(user)
    assert (await registry.find(token)).principal is not None
    await registry.change(statement, user)
    assert (await registry.find(token)).principal is None
    await registry.change("UPDATE app_user SET status = 'ACTIVE' WHERE id = $1", user)
    assert ((await registry.find(token)).principal is not None) is ("app_user" in statement)


KEY_ENDINGS: dict[str, str] = {
    "revoked": "UPDATE api_key SET state = 'REVOKED', revoked_at = now() WHERE user_id = $1",
    "expired by state": "UPDATE api_key SET state = 'EXPIRED' WHERE user_id = $1",
    "expired by the clock": "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE user_id = $1",
    "its user is suspended": "UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1",
}


@pytest.mark.parametrize("statement", KEY_ENDINGS.values(), ids=KEY_ENDINGS)
async def test_a_key_of_a_user_ends(registry: Registry, statement: str) -> None:
    """SM6: revoked, expired, or dead while its user is not active."""
    user = await registry.user()
    token = await registry.key(user=user)
    assert (await registry.find(token)).principal is not None
    await registry.change(statement, user)
    assert (await registry.find(token)).principal is None


async def test_a_key_that_ends_by_the_clock_ends_without_a_change_of_the_epoch(registry: Registry) -> None:
    """`valid_until` is the end of the key; the database's clock decides, inside the snapshot."""
    soon = await registry.soon()
    token = await registry.key(user=await registry.user(), expires_at=soon)
    assert (await registry.find(token)).somebody.valid_until == soon
    await registry.wait_for(soon)
    assert (await registry.find(token)).principal is None


async def test_a_session_that_ends_by_the_clock_ends_without_a_change_of_the_epoch(registry: Registry) -> None:
    soon = await registry.soon()
    token = await registry.session(await registry.user(), expires_at=soon)
    assert (await registry.find(token)).principal is not None
    await registry.wait_for(soon)
    assert (await registry.find(token)).principal is None


async def test_a_principal_is_valid_until_its_first_grant_ends(registry: Registry) -> None:
    """The least of all ends, whatever kind of grant it is; after it the rest is still there."""
    user, organization = await registry.user(), await registry.organization()
    account = await registry.account(organization)
    soon = await registry.soon()
    await registry.add("collaborator", user_id=user, affiliate_account_id=account, role="OWNER", expires_at=soon)
    await registry.assign(user, await registry.predefined("Guest"), organization, expires_at=FAR)
    token = await registry.session(user)
    before = (await registry.find(token)).somebody
    assert before.valid_until == soon
    assert PathKind.COLLABORATOR in kinds(before)
    await registry.wait_for(soon)
    after = await registry.find(token)
    assert after.statements > 0
    assert PathKind.COLLABORATOR not in kinds(after.somebody)
    assert PathKind.ORGANIZATION in kinds(after.somebody)
    assert after.somebody.valid_until == FAR


async def test_a_key_carries_what_its_scopes_allow(registry: Registry) -> None:
    """AC5: effective rights are the owner's, live, cut by the scopes; never more, and no company owner's sight."""
    user = await registry.user()
    await registry.assign(user, await registry.role("Both", ["OFFERS:R", "TRANSACTIONS:W"], see_payout=True))
    account = await registry.account(await registry.organization())
    await registry.add("collaborator", user_id=user, affiliate_account_id=account, role="OWNER")
    company = await registry.add("company", name="Company")
    await registry.add("company_access", user_id=user, company_id=company, level="OWNER")

    async def of(*scopes: str) -> Principal:
        return (await registry.find(await registry.key(user=user, scopes=list(scopes)))).somebody

    assert kinds(await of("self:R")) == LIVING
    offers = await of("OFFERS:R")
    assert kinds(offers) == {PathKind.PUBLIC, PathKind.PLATFORM}
    assert {token for token in tokens(offers, PathKind.PLATFORM) if ":" in token and token[0].isupper()} == {"OFFERS:R"}
    read_only = await of("TRANSACTIONS:R")
    assert "TRANSACTIONS:W" not in tokens(read_only, PathKind.PLATFORM)
    accounts = await of("account:R")
    assert {PathKind.COLLABORATOR, PathKind.COMPANY} <= kinds(accounts)
    assert Flag.COMPANY_OWNER not in tokens(accounts, PathKind.COMPANY)
    assert kinds(await of("PAYOUTS:R", "ADMIN:W")) <= {PathKind.PUBLIC, PathKind.PLATFORM}
    assert not kinds(await of("PAYOUTS:R")) & {PathKind.PLATFORM, PathKind.SELF}
    nonsense = await of("nonsense", "OFFERS:X", ":", "org")
    assert kinds(nonsense) == {PathKind.PUBLIC}


async def test_a_key_narrows_when_its_owner_loses_a_permission(registry: Registry) -> None:
    """AC5: at once, as the owner's paths are evaluated live."""
    user = await registry.user()
    role = await registry.role("Offers", ["OFFERS:R"])
    await registry.assign(user, role)
    token = await registry.key(user=user, scopes=["OFFERS:R"])
    assert PathKind.PLATFORM in kinds((await registry.find(token)).somebody)
    await registry.change("DELETE FROM role_permission WHERE role_id = $1", role)
    assert PathKind.PLATFORM not in kinds((await registry.find(token)).somebody)


async def test_a_key_of_an_organization_is_an_admin_and_nobody(registry: Registry) -> None:
    """AC5: the organization's paths as ADMIN, counterparty and public; never SELF, COLLABORATOR, COMPANY, PLATFORM."""
    organization = await registry.organization()
    await registry.add("advertiser_profile", organization_id=organization, name="Advertiser")
    await registry.add("partner_profile", organization_id=organization, name="Partner")
    token = await registry.key(organization=organization)
    found = (await registry.find(token)).somebody
    assert (found.user_id, found.organization_id) == (None, organization)
    assert found.fingerprint.startswith("key:")
    assert kinds(found) == {
        PathKind.PUBLIC,
        PathKind.ORGANIZATION,
        PathKind.ORG_ADVERTISER,
        PathKind.ORG_PARTNER,
        PathKind.COUNTERPARTY_ADVERTISER,
        PathKind.COUNTERPARTY_PARTNER,
    }
    assert Flag.ADMIN in tokens(found, PathKind.ORGANIZATION)
    own = [path.values.get(Attribute.ORGANIZATIONS) for path in found.paths.ordered if path.values]
    assert set(own) == {frozenset({organization})}


async def test_a_key_of_an_organization_survives_its_creator(registry: Registry) -> None:
    """SM6."""
    maker, organization = await registry.user(), await registry.organization()
    token = await registry.key(organization=organization, created_by_id=maker)
    await registry.change("UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1", maker)
    assert (await registry.find(token)).principal is not None


async def test_a_pending_key_has_no_secret_yet(registry: Registry) -> None:
    """SM6: until its user claims it there is nothing to present."""
    user = await registry.user()
    none: dict[str, Any] = {"hash": None, "prefix": None, "last_four": None}
    token = await registry.key(user=user, state="PENDING", **none)
    assert (await registry.find(token)).principal is None


async def test_the_engine_refuses_a_token_of_nobody(registry: Registry, secrets: Secrets) -> None:
    """AC6, and the same words for every reason."""
    engine = Engine.of(registry.database, secrets)
    user = await registry.user(name="Ada")
    token = await registry.session(user)
    request = GraphQLRequest("{ viewer { user { name } } }")
    assert (await engine.execute(request, token)).data == {"viewer": {"user": {"name": "Ada"}}}
    await registry.change("UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1", user)
    said = set()
    for wrong in (None, "", token, new_token(), "sl_live_" + "a" * 36):
        with pytest.raises(UnauthenticatedError) as refused:
            await engine.execute(request, wrong)
        said.add(str(refused.value))
    assert len(said) == 1


async def test_many_look_for_one_token_at_once(registry: Registry) -> None:
    token = await registry.session(await registry.user())
    found = await asyncio.gather(*(registry.find(token) for _ in range(20)))
    assert len({each.somebody.fingerprint for each in found}) == 1
