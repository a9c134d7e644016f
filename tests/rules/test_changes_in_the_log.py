"""What the audit log says of a change, and to whom: by the rights of whoever reads it, as they are now."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform
from desk import Desk

from sightline.authz.classes import FieldClass, needed_classes
from sightline.resolvers.audited import GUARDS
from sightline.schema.model import CATALOGUE

CHANGES = "id target { id } changes { field before after }"
Shown = dict[str, tuple[str | None, str | None]]


async def written(platform: Platform, target: str, number: int, *, account: int = 0, **more: Any) -> str:
    """A new entry about a row, chained to the others; its global id."""
    nobody = dict.fromkeys(("actor_id", "on_behalf_of_id", "api_key_id", "organization_id", "affiliate_account_id"))
    plain = nobody | {"via_path": "PLATFORM", "before": None, "after": None, "action": f"{target}:test"}
    name = f"{account}/{number}" if account else str(number)
    made = await platform.write_down(target_type=target, target_id=name, **(plain | more))
    return platform.global_id("audit_log", made)


async def told(platform: Platform, who: str, entry: str) -> Shown | None:
    """What somebody is told of an entry, by field; None where he does not see it."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on AuditLog {{ {CHANGES} }} }} }}"
    node = (await platform.read(who, query, id=entry))["node"]
    return None if node is None else {each["field"]: (each["before"], each["after"]) for each in node["changes"]}


async def test_l12_a_change_is_told_to_those_who_have_the_field(platform: Platform) -> None:
    """L12, M5b, AC2: the advertiser's admin reads what is his, the operator his notes too, and nobody the rest."""
    northwind = await platform.named("organization", NORTHWIND)
    (brand,) = await platform.stored(
        "SELECT b.id FROM brand b JOIN advertiser_profile a ON a.id = b.advertiser_profile_id"
        " WHERE a.organization_id = $1 ORDER BY b.id LIMIT 1",
        northwind,
    )
    entry = await written(
        platform,
        "brand",
        brand,
        organization_id=northwind,
        before={"name": "Old", "internal_notes": "ours", "operator_notes": "theirs", "secret": 1},
        after={"name": "New", "internal_notes": "our own", "operator_notes": "their own", "secret": 2},
    )
    everybodys = {"name": ("Old", "New"), "internalNotes": ("ours", "our own")}
    assert await told(platform, platform.member("adv-admin"), entry) == everybodys
    operators = everybodys | {"operatorNotes": ("theirs", "their own")}
    assert await told(platform, platform.member("admin"), entry) == operators
    for key in ("adv-member", "analyst", "partner-admin", "manager", "collab-owner"):
        if await platform.exists(platform.member(key), "AuditLog"):
            assert await told(platform, platform.member(key), entry) is None, key


@pytest.mark.parametrize("model", ["DIRECT", "INTERMEDIATED"])
async def test_m5b_amounts_follow_the_row_they_are_on(platform: Platform, model: str) -> None:
    """M5b, AC2: what an advertiser pays out is told in DIRECT programs only, as on the conversion itself."""
    (row,) = await platform.rows(
        "SELECT c.id, c.affiliate_account_id, c.advertiser_org_id"
        " FROM conversion c JOIN program p ON p.id = c.program_id"
        " JOIN organization o ON o.id = c.advertiser_org_id"
        " WHERE p.commission_model::text = $1 AND o.name = $2 LIMIT 1",
        model,
        NORTHWIND,
    )
    entry = await written(
        platform,
        "conversion",
        row["id"],
        account=row["affiliate_account_id"],
        organization_id=row["advertiser_org_id"],
        before={"payout": "1.00", "revenue": "2.00"},
        after={"payout": "1.10", "revenue": "2.20"},
    )
    found = await told(platform, platform.member("adv-admin"), entry)
    assert found is not None
    assert found["revenue"] == ("2.00", "2.20")
    assert ("payout" in found) is (model == "DIRECT")


async def test_ac10_companies_are_named_to_those_who_have_access(platform: Platform) -> None:
    """AC9, AC10, L1: an account's owner sees that it was moved; which company, only where he has access to it."""
    owner = await platform.person(await platform.collaborator("Bluebird Germany", "OWNER"))
    number = await platform.named("affiliate_account", "Bluebird Germany")
    mine, other = [await platform.add("company", name=f"Company of {owner.id} {n}") for n in (1, 2)]
    transfer = await platform.add(
        "ownership_transfer",
        affiliate_account_id=number,
        from_company_id=mine,
        to_company_id=other,
        state="WITHDRAWN",
        requested_by_id=owner.id,
        content_hash=bytes(32),
        expires_at=await platform.one("SELECT now()"),
    )
    entry = await written(
        platform,
        "ownership_transfer",
        transfer,
        affiliate_account_id=number,
        before={"company": str(mine), "state": "REQUESTED"},
        after={"company": str(other), "state": "EXECUTED"},
    )
    assert await told(platform, owner.token, entry) == {}, "he does not satisfy AC9 on it"
    assert await told(platform, platform.member("admin"), entry) == {}, "neither does ADMIN W"
    for each in (mine, other):
        await platform.add("company_access", company_id=each, user_id=owner.id, level="MEMBER")
    ids = tuple(platform.global_id("company", each) for each in (mine, other))
    assert await told(platform, owner.token, entry) == {"company": ids, "state": ("REQUESTED", "EXECUTED")}
    await platform.change(f"DELETE FROM company_access WHERE company_id = {other} AND user_id = {owner.id}")
    assert await told(platform, owner.token, entry) == {}, "the rights of now"


async def test_ac7_of_a_row_that_is_gone_or_hidden_nothing_is_told(platform: Platform) -> None:
    """AC7, LK14: a deleted row, one of somebody else and one that never was: no change, and no difference."""
    bluebird = await platform.named("organization", BLUEBIRD)
    foreign = await platform.one("SELECT id FROM program ORDER BY id DESC LIMIT 1")
    change = {"before": {"product_line": "ADVOCATE"}, "after": {"product_line": "CREATOR"}}
    answers = [
        await told(
            platform,
            platform.member("partner-admin"),
            await written(platform, "advertiser_profile", number, organization_id=bluebird, **change),
        )
        for number in (foreign, 1, 987_654_321)
    ]
    assert answers == [{}, {}, {}]
    nameless = await written(platform, "platform_setting", 1, before={"value": "1"}, after={"value": "2"})
    assert await told(platform, platform.member("admin"), nameless) == {}


async def test_numbers_of_rows_are_never_told(platform: Platform) -> None:
    """D4, SM6: references are ids of rows that the reader sees; internal columns and versions are nobody's."""
    key = await platform.one("SELECT id FROM api_key WHERE user_id IS NOT NULL ORDER BY id LIMIT 1")
    user = await platform.one("SELECT user_id FROM api_key WHERE id = $1", key)
    entry = await written(
        platform,
        "api_key",
        key,
        before={"version": 1, "hash": "aa", "user_id": None, "name": "a"},
        after={"version": 2, "hash": "bb", "user_id": user, "name": "b"},
    )
    assert await told(platform, platform.member("admin"), entry) == {
        "name": ("a", "b"),
        "user": (None, platform.global_id("app_user", user)),
    }


async def test_a_page_of_entries_is_read_together(desk: Desk) -> None:
    """One statement for the records, and one or two for each entity they are about, however many entries there are."""
    admin = await desk.member("admin")
    query = "query ($n: Int!) {{ auditLog(first: $n) {{ nodes {{ action {} }} }} }}"
    plain = await desk.count(query.format("targetType"), admin, n=50)
    full = await desk.count(query.format("targetType changes { field before after }"), admin, n=50)
    assert plain.answer.data is not None
    kinds = {node["targetType"] for node in plain.answer.data["auditLog"]["nodes"]}
    entries = len(plain.answer.data["auditLog"]["nodes"])
    more = full.statements - plain.statements
    assert 1 < more <= 1 + 2 * len(kinds) < 2 * entries, (more, kinds)


def test_every_guard_is_a_column_of_the_class_that_it_stands_for() -> None:
    """M5b: keys that are no column are guarded by columns; what a role is made of by the class of its parts."""
    for entity, keys in GUARDS.items():
        for key, guard in keys.items():
            assert key not in CATALOGUE[entity].table.c, (entity, key)
            assert guard.column in CATALOGUE[entity].table.c, (entity, key)
            assert guard.names is None or guard.names in CATALOGUE.model.rules
    parts = {"permissions": ("role_permission", "level"), "product_lines": ("role_product_line", "product_line")}
    for key, (part, column) in parts.items():
        guard = needed_classes(CATALOGUE["role"].columns[GUARDS["role"][key].column])
        assert guard == needed_classes(CATALOGUE[part].columns[column]) == {FieldClass.POLICY}
    for key, (part, column) in {
        "programs": ("assignment_program", "program_id"),
        "product_lines": ("assignment_product_line", "product_line"),
    }.items():
        guard = needed_classes(CATALOGUE["role_assignment"].columns[GUARDS["role_assignment"][key].column])
        assert guard == needed_classes(CATALOGUE[part].columns[column]), key
