"""Plans of a policy file: whom it would touch and how, and who is told of it (DR2, RC7, LK14)."""

from __future__ import annotations

import pytest
from demo_platform import NORTHWIND, Person, Platform
from policy_files import (
    Files,
    content,
    email_of,
    holder_of,
    named_role,
    new_name,
    only,
    state,
    with_columns,
    with_roles,
)

from sightline.authz.classes import FieldClass
from sightline.authz.grants import paths_of
from sightline.authz.reports.catalogue import CATALOGUE as COLUMNS
from sightline.authz.roles import BaseType, Switch
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.db.tables.enums import UserVisibility
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.policy.steps import PolicyRefusedError
from sightline.schema.exposure import Exposure, compared, exposure
from sightline.server.policy_plans import applied, exported, planned

ADMIN = "admin@demo.example"


async def test_dr2_a_plan_foretells_what_holders_gain_and_lose(files: Files) -> None:
    """DR2: what is foretold of each holder is what differs when it was applied; nobody else is touched."""
    platform = files.platform
    first, one = await named_role(platform, "OFFERS:R TRANSACTIONS:R", see_revenue=True)
    second, two = await named_role(platform, "AFFILIATES:W", base_type="AFFILIATE_MANAGER")
    third, three = await named_role(
        platform, "PROGRAMS:R", scope="ORGANIZATION", base_type="ORG", organization_id=await _northwind(platform)
    )
    await platform.add("role_product_line", role_id=three, product_line="CREATOR")
    member = await platform.membership(NORTHWIND, three, line_scope="LISTED")
    holders = [await holder_of(platform, one), await holder_of(platform, two), await platform.person(member)]
    await holder_of(platform, await platform.role("OFFERS:R"))
    on_platform = with_roles(
        {
            first: content("TRANSACTIONS:R BRANDS:W", switches=frozenset({Switch.PAYOUT})),
            second: content("AFFILIATES:W", base=BaseType.AFFILIATE_MANAGER, visibility=UserVisibility.ASSIGNED),
        }
    )
    lines = frozenset({"CREATOR", "PERFORMANCE"})
    in_northwind = with_roles(
        {third: content("PROGRAMS:R PARTNERS:R", base=BaseType.ORG, lines=lines)}, organization=NORTHWIND
    )
    file = await files.of(on_platform)
    other = await files.of(only(organization=NORTHWIND), in_northwind)
    both = await files.of(on_platform, in_northwind)
    plan = await planned(platform.engine, both, actor=None)
    emails = [await email_of(platform, each) for each in holders]
    assert sorted(each.email for each in plan.exposed) == sorted(emails)
    before = [await _exposure(platform, each) for each in holders]
    await applied(platform.engine, file, actor=ADMIN, plan=None)
    await applied(platform.engine, other, actor="adv-admin@demo.example", plan=None)
    foretold = {each.email: each.change for each in plan.exposed}
    for email, holder, was in zip(emails, holders, before, strict=True):
        assert foretold[email] == compared(was, await _exposure(platform, holder)), email
    changes = [foretold[email] for email in emails]
    assert "Conversion.payout" in changes[0].gained
    assert "Mutation.editBrand" in changes[0].gained
    assert "Conversion.revenue" in changes[0].lost
    assert "report column payout" in changes[0].gained
    assert "report column revenue" in changes[0].lost
    assert not changes[1].gained
    assert "AffiliateAccount.name" in changes[1].elsewhere
    assert "Enrollment.id" in {*changes[2].gained, *changes[2].elsewhere}


async def test_lk14_a_plan_as_somebody_names_and_counts_whom_he_sees(files: Files) -> None:
    """LK14, A13: with SETTINGS W and USERS R; SETTINGS W alone is told nothing, not even that a file is the same."""
    platform = files.platform
    name, number = await named_role(platform, "OFFERS:R")
    holder = await email_of(platform, await holder_of(platform, number))
    blind = await email_of(platform, await platform.staff("SETTINGS:W OFFERS:R BRANDS:R"))
    seeing = await email_of(platform, await platform.staff("SETTINGS:W USERS:R OFFERS:R BRANDS:R"))
    file = await files.of(only(platform=True), with_roles({name: content("OFFERS:R BRANDS:R")}))
    before, said = await state(platform), set()
    for each in (file, await files.of(only(platform=True))):
        for trying in (
            planned(platform.engine, each, actor=blind),
            applied(platform.engine, each, actor=blind, plan=None),
        ):
            with pytest.raises(PolicyRefusedError, match="does not see the roles") as refused:
                await trying
            said.add(str(refused.value))
    assert len(said) == 1
    for actor, exposed in ((seeing, [holder]), (None, [holder])):
        plan = await planned(platform.engine, file, actor=actor)
        assert [each.email for each in plan.exposed] == exposed, actor
        assert plan.touched == len(exposed)
    assert await state(platform) == before, "a trial leaves nothing"


async def test_lk14_a_file_is_not_compared_with_what_its_actor_does_not_see(files: Files) -> None:
    """LK14, LK15: hidden and made-up organizations and roles are refused in the same words, whatever the file says."""
    platform, elsewhere = files.platform, "Kestrel Collective"
    role = content("PROGRAMS:R", base=BaseType.ORG, lines=frozenset({"CREATOR"}))
    hidden = [
        await files.of(only(), with_roles({new_name(): role}, organization=name))
        for name in (elsewhere, "No such organization")
    ]
    based = content("OFFERS:R", base=BaseType.AFFILIATE_MANAGER)
    staffs = [await files.of(only(platform=True), with_roles(each)) for each in ({"Manager": based}, {"Manager": None})]
    for pair, words in ((hidden, "no organization 'NAME' whose roles"), (staffs, "does not see the roles")):
        said = set()
        for file, name in zip(pair, (elsewhere, "No such organization"), strict=True):
            for trying in (
                planned(platform.engine, file, actor="adv-admin@demo.example"),
                applied(platform.engine, file, actor="adv-admin@demo.example", plan=None),
            ):
                with pytest.raises(PolicyRefusedError) as refused:
                    await trying
                said.add(str(refused.value).replace(name, "NAME"))
        assert len(said) == 1
        assert words in said.pop()


async def test_rc7_a_column_that_goes_takes_what_staff_see_by_it(files: Files) -> None:
    """RC1, RC2, RC7, A17: foretold of staff without lists of their own, and so it is; by the list's own mutation."""
    platform = files.platform
    person = await platform.staff("TRANSACTIONS:R", see_payout=True)
    email = await email_of(platform, person)
    listed = (await exported(platform.engine)).columns
    assert listed is not None
    hidden = {key for key in listed if FieldClass.PAYOUT in COLUMNS.needs[key].classes}
    file = await files.of(only(), with_columns(*(key for key in listed if key not in hidden)))
    foretold = {each.email: each.change for each in (await planned(platform.engine, file, actor=ADMIN)).exposed}
    assert "Conversion.payout" in foretold[email].lost
    assert "report column payout" in foretold[email].lost
    assert ADMIN not in foretold
    half = await files.of(only(), with_columns(*(key for key in listed if key != "payout")))
    before = await state(platform)
    for refused, actor, part in ((half, ADMIN, "would follow from"), (file, "manager@demo.example", "may not do this")):
        with pytest.raises(PolicyRefusedError, match=part):
            await applied(platform.engine, refused, actor=actor, plan=None)
        assert await state(platform) == before
    had = await _exposure(platform, person)
    (number,) = await platform.stored("SELECT id FROM column_list WHERE user_id IS NULL")
    rows = await platform.rows("SELECT column_key, position FROM column_list_item WHERE list_id = $1", number)
    try:
        assert await applied(platform.engine, file, actor=ADMIN, plan=None) == 1
        assert compared(had, await _exposure(platform, person)) == foretold[email]
    finally:
        values = ", ".join(f"({number}, '{row['column_key']}', {row['position']})" for row in rows)
        await platform.change(
            f"DELETE FROM column_list_item WHERE list_id = {number}",
            f"INSERT INTO column_list_item (list_id, column_key, position) VALUES {values}",
        )


async def test_a_name_that_differs_by_capitals_is_renamed(files: Files) -> None:
    """DR3: names are compared without regard to capitals, so it is the same role."""
    platform = files.platform
    name, number = await named_role(platform, "OFFERS:R")
    file = await files.of(with_roles({name: None, name.upper(): content("OFFERS:R")}))
    plan = await planned(platform.engine, file, actor=ADMIN)
    assert [each.details() for each in plan.differences.roles] == [(f"name: {name} -> {name.upper()}",)]
    assert await applied(platform.engine, file, actor=ADMIN, plan=None) == 1
    assert await platform.one("SELECT name FROM role WHERE id = $1", number) == name.upper()


async def _northwind(platform: Platform) -> int:
    return await platform.named("organization", NORTHWIND)


async def _exposure(platform: Platform, person: Person) -> Exposure:
    engine = platform.engine

    async def work(snapshot: Snapshot) -> Exposure:
        grants = (await grants_of_user(snapshot, person.id))[0]
        paths = paths_of(grants)
        return exposure(engine.api, engine.services.visibilities.of(paths), paths, grants.columns)

    return await in_snapshot(engine.database.reads, work)
