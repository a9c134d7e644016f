"""What commands do is in the audit log: as their mutations would write it down, by nobody, with the change (DR17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from commands_over_demo import CommandsOver, Run
from demo_platform import NORTHWIND, Platform

from sightline.db.audit import COMMAND_LINE
from sightline.db.tables.enums import KeyOwner, KeyState

PASSWORD = "correct horse battery staple\n"
OIDC = {"OIDC_ISSUER": "https://issuer.example", "OIDC_AUDIENCE": "sightline"}

Record = dict[str, Any]
OF_THE_CHAIN = ("id", "at", "prev_hash", "hash")


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Commands over a platform of this module's own, and what each leaves in the log."""

    platform: Platform
    run: Run

    async def of(self, *arguments: str, code: int = 0, **more: str) -> list[Record]:
        """The records that a command leaves which ends with this code."""
        before = await self.platform.one("SELECT max(id) FROM audit_log")
        ended, _, said = await self.run(*arguments, **more)
        assert ended == code, said
        return await self.since(before)

    async def since(self, before: int) -> list[Record]:
        """The records after one."""
        found = await self.platform.rows("SELECT * FROM audit_log WHERE id > $1 ORDER BY id", before)
        return [{name: value for name, value in row.items() if name not in OF_THE_CHAIN} for row in found]

    async def user(self, *options: str, **more: str) -> tuple[str, int]:
        """The address of a new user that `users create` makes, and his number."""
        email = f"{uuid4().hex}@commands.example"
        await self.of("users", "create", email, "--name", "Ana", *options, **more)
        return email, await self.platform.one("SELECT id FROM app_user WHERE email = $1", email)

    async def newest_key(self) -> int:
        """The number of the key that was made last."""
        return int(await self.platform.one("SELECT max(id) FROM api_key"))


@pytest.fixture
def log(own_platform: Platform, own_url: str, commands: CommandsOver) -> Iterator[Log]:
    """Commands over the platform."""
    with commands(own_url) as run:
        yield Log(own_platform, run)


def by_nobody(action: str, target: str, number: int, **more: Any) -> Record:
    """A record of the command line's."""
    nobody = dict.fromkeys(("actor_id", "on_behalf_of_id", "api_key_id", "organization_id", "affiliate_account_id"))
    what = {"action": action, "target_type": target, "target_id": str(number), "before": None, "after": None}
    return nobody | what | {"via_path": COMMAND_LINE} | more


async def test_dr17_a_user_that_is_made_is_recorded(log: Log) -> None:
    """DR17: as one who registers is; nothing of his password, and nothing where there is one of this address."""
    email = "new@commands.example"
    made = await log.of("users", "create", email, "--name", "New", "--password", typed=PASSWORD)
    number = await log.platform.one("SELECT id FROM app_user WHERE email = $1", email)
    assert made == [by_nobody("user:create", "app_user", number, after={"email": email, "name": "New"})]
    assert await log.of("users", "create", email, "--name", "New", "--administrator", code=1) == []


async def test_dr17_an_administrator_is_recorded_as_by_assign_platform_role(log: Log) -> None:
    """DR17: the record of his role has what the mutation's has, and is about the same kind of row."""
    platform = log.platform
    last = await platform.one("SELECT max(id) FROM audit_log")
    _, number = await log.user("--administrator")
    held = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", number)
    made, given = await log.since(last)
    assert (made["action"], made["target_id"]) == ("user:create", str(number))
    after = {"role": "Administrator", "expires_at": None}
    assert given == by_nobody("role_assignment:create", "role_assignment", held, after=after)

    _, other = await log.user()
    last = await platform.one("SELECT max(id) FROM audit_log")
    role = await platform.one("SELECT id FROM role WHERE name = 'Administrator' AND scope = 'PLATFORM'")
    ids = {"user": platform.global_id("app_user", other), "role": platform.global_id("role", role)}
    answer = await platform.change_by(platform.member("admin"), "assignPlatformRole", **ids)
    assert answer["__typename"] == "AssignPlatformRoleSuccess"
    (by_api,) = await log.since(last)
    mine = {"actor_id", "via_path", "target_id"}
    assert {name: by_api[name] for name in by_api.keys() - mine} == {name: given[name] for name in given.keys() - mine}


async def test_ac11_a_password_is_recorded_and_not_which(log: Log) -> None:
    """AC11, DR17: that it is another one is all; one that is refused, and one of nobody, is none."""
    email, number = await log.user()
    set_ = by_nobody("user:set_password", "app_user", number)
    assert await log.of("users", "password", email, typed=PASSWORD) == [set_]
    assert await log.of("users", "password", email, typed="short\n", code=1) == []
    assert await log.of("users", "password", "nobody@commands.example", typed=PASSWORD, code=1) == []


async def test_ac11_a_link_is_recorded_and_not_to_whom(log: Log) -> None:
    """AC11, DR17: linked, linked to another, and to nobody; a link that is there already, or is not, is no change."""
    email, number = await log.user()
    linked, unlinked = (by_nobody(f"user:{verb}", "app_user", number) for verb in ("link", "unlink"))
    assert await log.of("users", "link", email, "--remove") == []
    epoch = await log.platform.one("SELECT n FROM authz_epoch")
    for subject, records in (("a-1", [linked]), ("a-1", []), ("a-2", [linked])):
        assert await log.of("users", "link", email, subject, **OIDC) == records
    assert await log.of("users", "link", email, "--remove") == [unlinked]
    assert await log.of("users", "link", email, "--remove") == []
    assert await log.platform.one("SELECT n FROM authz_epoch") == epoch + 3
    assert await log.of("users", "link", "nobody@commands.example", "a-1", code=1, **OIDC) == []


async def test_sm6_keys_are_recorded_as_by_the_mutations(log: Log) -> None:
    """SM6, K5, DR17: made and revoked, of a user and of an organization; without secret, prefix or hash."""
    platform = log.platform
    northwind = await platform.named("organization", NORTHWIND)
    email, user = await log.user("--administrator")
    boss = platform.member("adv-admin")
    for options, organization, holder, scopes in (
        (("--user", email, "--scope", "TRANSACTIONS:R", "--days", "7"), None, user, ["TRANSACTIONS:R"]),
        (("--organization", NORTHWIND), northwind, None, None),
    ):
        made = await log.of("keys", "create", "--name", "reports", *options)
        number = await log.newest_key()
        (ends,) = await platform.stored("SELECT expires_at FROM api_key WHERE id = $1", number)
        after = {
            "name": "reports",
            "owner_kind": KeyOwner.USER if organization is None else KeyOwner.ORG,
            "user_id": holder,
            "scopes": scopes,
            "state": KeyState.ACTIVE,
            "expires_at": None if ends is None else ends.isoformat(),
        }
        assert made == [by_nobody("api_key:create", "api_key", number, organization_id=organization, after=after)]
        ended = await log.of("keys", "revoke", str(number))
        (when,) = await platform.stored("SELECT revoked_at FROM api_key WHERE id = $1", number)
        was, is_ = ({"state": "ACTIVE", "revoked_at": None}, {"state": "REVOKED", "revoked_at": when.isoformat()})
        revoked = by_nobody("api_key:revoke", "api_key", number, organization_id=organization, before=was, after=is_)
        assert ended == [revoked]
        assert await log.of("keys", "revoke", str(number), code=1) == []

    last = await platform.one("SELECT max(id) FROM audit_log")
    given = {"organization": platform.global_id("organization", northwind), "name": "reports"}
    key = (await platform.change_by(boss, "createOrganizationApiKey", "apiKey { id }", **given))["apiKey"]["id"]
    answer = await platform.change_by(boss, "revokeApiKey", apiKey=key)
    assert answer["__typename"] == "RevokeApiKeySuccess"
    by_api = await log.since(last)
    assert [_shape(each) for each in by_api] == [_shape(each) for each in (*made, *ended)]


async def test_a16_a_key_that_is_refused_is_not_recorded(log: Log) -> None:
    """A16: of what its user does not hold, of nobody."""
    email, _ = await log.user()
    for options in (("--user", email, "--scope", "TRANSACTIONS:R"), ("--organization", "Nobody's")):
        assert await log.of("keys", "create", "--name", "reports", *options, code=1) == []
    assert await log.of("keys", "revoke", "987654321", code=1) == []


async def test_lk14_records_are_seen_by_those_who_see_the_mutations_records(log: Log) -> None:
    """L12, K5, LK14: of an organization's key by its administrator, without how; of people by ADMIN R alone."""
    platform = log.platform
    email, _ = await log.user("--administrator")
    await log.of("users", "password", email, typed=PASSWORD)
    await log.of("keys", "create", "--name", "of people", "--user", email, "--scope", "TRANSACTIONS:R")
    await log.of("keys", "create", "--name", "of Northwind", "--organization", NORTHWIND)
    number = await log.newest_key()
    entries = await platform.rows(
        "SELECT id, organization_id FROM audit_log WHERE via_path = $1 ORDER BY id", COMMAND_LINE
    )
    newest = {row["organization_id"]: platform.global_id("audit_log", row["id"]) for row in entries}
    people = [platform.global_id("audit_log", row["id"]) for row in entries if row["organization_id"] is None]
    of_key = newest[await platform.named("organization", NORTHWIND)]

    entry_of = "... on AuditLog { action viaPath actor { id } target { id } changes { field after } }"
    asked = f"query ($id: ID!) @onDenied(mode: MASK) {{ node(id: $id) {{ {entry_of} }} }}"

    async def told(who: str, entry: str) -> Any:
        return (await platform.read(platform.member(who), asked, id=entry))["node"]

    found = await told("adv-admin", of_key)
    assert (found["action"], found["viaPath"], found["actor"]) == ("api_key:create", None, None)
    assert found["target"] == {"id": platform.global_id("api_key", number)}
    assert {"field": "name", "after": "of Northwind"} in found["changes"]
    for entry in (*people, of_key):
        found = await told("admin", entry)
        assert (found["viaPath"], found["actor"]) == (COMMAND_LINE, None)
    for who in ("partner-admin", "adv-member", "manager", "finance-manager", "collab-owner", "analyst"):
        assert [await told(who, entry) for entry in (*people, of_key)] == [None] * (len(people) + 1), who
    assert [await told("adv-admin", entry) for entry in people] == [None] * len(people)


async def test_dr17_what_cannot_be_recorded_is_not_done(log: Log) -> None:
    """DR17: one transaction has the change and its record."""
    platform = log.platform
    email, _ = await log.user("--administrator", "--password", typed=PASSWORD)
    await log.of("keys", "create", "--name", "k", "--user", email, "--scope", "TRANSACTIONS:R")
    key = str(await log.newest_key())

    async def state() -> list[Any]:
        tables = ("app_user", "role_assignment", "api_key", "authz_epoch")
        return [await platform.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]

    before = await state()
    await platform.owner.execute("ALTER TABLE audit_log ADD CONSTRAINT no_room CHECK (false) NOT VALID")
    try:
        for arguments in (
            ("users", "create", "more@commands.example", "--name", "More", "--administrator"),
            ("users", "password", email),
            ("users", "link", email, "a-9"),
            ("keys", "create", "--name", "k", "--user", email, "--scope", "TRANSACTIONS:R"),
            ("keys", "revoke", key),
        ):
            assert await log.of(*arguments, code=1, typed=PASSWORD, **OIDC) == []
    finally:
        await platform.owner.execute("ALTER TABLE audit_log DROP CONSTRAINT no_room")
    assert await state() == before
    assert [row["action"] for row in await log.of("users", "password", email, typed=PASSWORD)] == ["user:set_password"]


async def test_goal19_the_chain_holds_over_what_commands_record(log: Log) -> None:
    """GOAL19: beside what mutations record, whoever writes."""
    email, _ = await log.user("--administrator", "--password", typed=PASSWORD)
    await log.of("users", "link", email, "chained", **OIDC)
    await log.of("keys", "create", "--name", "k", "--user", email, "--scope", "TRANSACTIONS:R", "--days", "1")
    await log.of("keys", "revoke", str(await log.newest_key()))
    records = await log.platform.one("SELECT count(*) FROM audit_log")
    code, out, _ = await log.run("audit", "verify")
    assert (code, out.partition(" (")[0]) == (0, f"{records} records hold")


def _shape(record: Record) -> tuple[Any, ...]:
    """What a record is about, and which of its target's columns it has."""
    quoted = [None if record[side] is None else sorted(record[side]) for side in ("before", "after")]
    return record["action"], record["target_type"], record["organization_id"], record["affiliate_account_id"], quoted
