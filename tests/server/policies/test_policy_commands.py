"""`sightline policy`: a plan says what would be; applying it is the same mutations by the same rules (DR1, DR17)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from commands_over_demo import Run
from demo_platform import NORTHWIND
from policy_files import (
    Files,
    content,
    email_of,
    holder_of,
    named_role,
    new_name,
    only,
    state,
    with_roles,
)

from sightline.authz.roles import BaseType, Switch
from sightline.resolvers.policy.steps import PolicyRefusedError
from sightline.server.policy_plans import applied, planned

ADMIN = "admin@demo.example"


async def test_dr17_applied_are_the_mutations_with_rules_and_audit(files: Files, sightline: Run) -> None:
    """DR17, SM7: made, changed and archived in one go, in the name of who did it; then there is nothing to do."""
    platform, made = files.platform, new_name()
    changed, number = await named_role(platform, "OFFERS:R")
    left_out, archived = await named_role(platform, "MEDIA:R")
    wanted = content("OFFERS:W BRANDS:R", switches=frozenset({Switch.PAYOUT}), statuses=frozenset({"APPROVED"}))
    file = await files.of(with_roles({made: content("PRODUCTS:R"), changed: wanted, left_out: None}))
    code, said, wrong = await sightline("policy", "plan", str(file))
    assert (code, wrong) == (0, "")
    for part in (
        f"make    '{made}'",
        "permissions: + BRANDS:R, OFFERS:R -> OFFERS:W",
        "see_payout: no -> yes",
        "statuses: all -> APPROVED",
        f"archive '{left_out}'",
    ):
        assert part in said
    last = await platform.one("SELECT max(id) FROM audit_log")
    plan = said.split()[-1]
    assert await sightline("policy", "apply", str(file), "--as", ADMIN, "--plan", plan) == (
        0,
        "3 changes were made.\n",
        "",
    )
    assert await platform.one("SELECT status::text FROM role WHERE id = $1", archived) == "ARCHIVED"
    rows = await platform.rows(
        "SELECT u.email, action, target_id FROM audit_log l JOIN app_user u ON u.id = l.actor_id WHERE l.id > $1"
        " ORDER BY l.id",
        last,
    )
    assert {row["email"] for row in rows} == {ADMIN}
    assert [row["action"] for row in rows] == ["role:archive", "role:create", "role:edit"]
    assert rows[0]["target_id"] == str(archived)
    assert "Nothing to do" in (await sightline("policy", "plan", str(file)))[1]
    assert await sightline("policy", "apply", str(file), "--as", ADMIN) == (0, "Nothing to do.\n", "")
    assert await platform.one("SELECT see_payout FROM role WHERE id = $1", number)


async def test_dr17_one_refusal_takes_everything_back(files: Files, sightline: Run) -> None:
    """DR17, AC12: what was made before the refusal is gone, and so are its records; one line says what and why."""
    platform = files.platform
    held, number = await named_role(platform, "OFFERS:R")
    await holder_of(platform, number)
    for refused, part in (
        ({new_name(): content("OFFERS:R"), "Custom": content("OFFERS:R")}, "choose another name"),
        ({new_name(): content("OFFERS:R"), new_name(): content("USERS:W")}, "cannot hold USERS"),
        ({new_name(): content("OFFERS:R"), held: None}, "give them another one first"),
        ({new_name(): content("OFFERS:R"), "Administrator": content("OFFERS:R", base=BaseType.ADMINISTRATOR)}, "only"),
    ):
        file = await files.of(with_roles(refused))
        before = await state(platform)
        code, said, wrong = await sightline("policy", "apply", str(file), "--as", ADMIN)
        assert (code, said) == (1, "")
        assert part in wrong
        assert wrong.count("\n") == 1
        assert await state(platform) == before


async def test_dr1_nobody_applies_more_than_he_could_do_by_the_api(files: Files) -> None:
    """DR1, A13: a permission, a level or a switch that the actor lacks is refused, made, given or taken."""
    platform = files.platform
    rich, _ = await named_role(platform, "PAYOUTS:W OFFERS:R")
    maker = await platform.staff("SETTINGS:W USERS:R AFFILIATES:R OFFERS:R", see_payout=True)
    actor = await email_of(platform, maker)
    for refused in (
        {new_name(): content("AFFILIATES:W")},
        {new_name(): content("BRANDS:R")},
        {new_name(): content("OFFERS:R", switches=frozenset({Switch.REVENUE}))},
        {rich: content("OFFERS:R")},
        {rich: content("PAYOUTS:W AFFILIATES:R OFFERS:R", switches=frozenset({Switch.SALE_AMOUNT}))},
    ):
        file = await files.of(only(platform=True), with_roles(refused))
        before = await state(platform)
        with pytest.raises(PolicyRefusedError, match="hold yourself"):
            await applied(platform.engine, file, actor=actor, plan=None)
        assert await state(platform) == before
    mine = {new_name(): content("OFFERS:R", switches=frozenset({Switch.PAYOUT}))}
    assert (
        await applied(platform.engine, await files.of(only(platform=True), with_roles(mine)), actor=actor, plan=None)
        == 1
    )


async def test_dr1_what_an_earlier_step_took_is_not_there_for_a_later_one(files: Files) -> None:
    """DR1: rights are read anew for each step, as they are for each operation of the API."""
    platform = files.platform
    own, number = await named_role(platform, "SETTINGS:W USERS:R OFFERS:R BRANDS:R")
    actor = await email_of(platform, await holder_of(platform, number))
    after = new_name()
    giving = await files.of(only(platform=True), with_roles({after: content("BRANDS:R"), own: content("OFFERS:R")}))
    taking = await files.of(only(platform=True), with_roles({own: content("OFFERS:R"), after: content("BRANDS:R")}))
    before = await state(platform)
    with pytest.raises(PolicyRefusedError):
        await applied(platform.engine, taking, actor=actor, plan=None)
    assert await state(platform) == before
    assert await applied(platform.engine, giving, actor=actor, plan=None) == 2


@pytest.mark.parametrize(
    "key", ["manager", "finance-manager", "affiliate-manager", "adv-admin", "adv-guest", "analyst", "nobody"]
)
async def test_i3_whoever_changes_no_roles_applies_and_plans_nothing(files: Files, key: str) -> None:
    """I3, S5, LK14: neither is he told what would be different, nor whom it would touch."""
    platform = files.platform
    name, number = await named_role(platform, "OFFERS:R")
    await holder_of(platform, number)
    edited = await files.of(only(platform=True), with_roles({name: content("OFFERS:R BRANDS:R")}))
    left_out = await files.of(only(platform=True), with_roles({name: None}))
    before = await state(platform)
    for file in (edited, left_out):
        for trying in (
            applied(platform.engine, file, actor=f"{key}@demo.example", plan=None),
            planned(platform.engine, file, actor=f"{key}@demo.example"),
        ):
            with pytest.raises(PolicyRefusedError) as refused:
                await trying
            assert file is edited or name not in str(refused.value)
    assert await state(platform) == before


@pytest.mark.parametrize("email", ["suspended@demo.example", "no-such-user@demo.example", "northwind-key", ""])
async def test_ac6_who_is_not_active_applies_nothing(files: Files, email: str) -> None:
    """AC6: suspended and unknown alike."""
    file = await files.of(with_roles({new_name(): content("OFFERS:R")}))
    with pytest.raises(PolicyRefusedError, match="There is no active user"):
        await applied(files.platform.engine, file, actor=email, plan=None)


async def test_dr17_a_stale_plan_is_refused(files: Files) -> None:
    """DR17: where a role, who holds it, or the file is another one; the plan of this moment is not."""
    platform = files.platform
    name, number = await named_role(platform, "OFFERS:R")

    async def fresh(file: Path) -> str:
        return (await planned(platform.engine, file, actor=None)).fingerprint

    async def is_stale(file: Path, plan: str) -> bool:
        before = await state(platform)
        with pytest.raises(PolicyRefusedError, match="stale"):
            await applied(platform.engine, file, actor=ADMIN, plan=plan)
        return await state(platform) == before

    file = await files.of(with_roles({name: content("OFFERS:R BRANDS:R")}))
    plan = await fresh(file)
    await platform.change(f"INSERT INTO role_permission (role_id, permission, level) VALUES ({number}, 'MEDIA', 'R')")
    assert await is_stale(file, plan)
    plan = await fresh(file)
    await holder_of(platform, number)
    assert await is_stale(file, plan)
    plan = await fresh(file)
    other = await files.of(with_roles({name: content("OFFERS:R BRANDS:R PRODUCTS:R")}))
    assert await is_stale(other, plan)
    assert await is_stale(file, "0" * 32)
    assert await applied(platform.engine, file, actor=ADMIN, plan=await fresh(file)) == 1


async def test_dr2_roles_of_organizations_are_their_administrators(files: Files, sightline: Run) -> None:
    """DR1, DR4, I5: applied by its own administrator; not by another organization's, nor by the operator's."""
    platform, name = files.platform, new_name()
    wanted = content("PROGRAMS:R", base=BaseType.ORG, lines=frozenset({"CREATOR"}))
    file = await files.of(only(organization=NORTHWIND), with_roles({name: wanted}, organization=NORTHWIND))
    bare = with_roles({new_name(): replace(wanted, lines=frozenset())}, organization=NORTHWIND)
    for actor in ("partner-admin@demo.example", "adv-member@demo.example", "account-admin@nowhere.example", ADMIN):
        before = await state(platform)
        with pytest.raises(PolicyRefusedError):
            await applied(platform.engine, file, actor=actor, plan=None)
        assert await state(platform) == before
    with pytest.raises(PolicyRefusedError, match="at least one product line"):
        await applied(
            platform.engine,
            await files.of(only(organization=NORTHWIND), bare),
            actor="adv-admin@demo.example",
            plan=None,
        )
    given = ("policy", "apply", str(file), "--as", "adv-admin@demo.example")
    assert await sightline(*given) == (0, "1 change was made.\n", "")
    without = await files.of(only(organization=NORTHWIND), with_roles({name: None}, organization=NORTHWIND))
    assert await applied(platform.engine, without, actor="adv-admin@demo.example", plan=None) == 1


async def test_n44_what_the_file_says_tells_the_terminal_nothing(sightline: Run, files: Files) -> None:
    """N44: names with control characters are spelled out, in plans and in what is refused."""
    role = "{base: MANAGER, user_visibility: ALL, statuses: all, see_revenue: false, see_payout: false}"
    refused = files.text(f'format: 1\nplatform_roles: {{"a\\e[2J": {role}}}')
    made = await files.of(with_roles({"a\x1b[2J": content("OFFERS:R")}))
    for file, expected in ((refused, 1), (made, 0)):
        code, said, wrong = await sightline("policy", "plan", str(file))
        assert code == expected
        assert "\x1b" not in said + wrong
        assert "\\x1b[2J" in said + wrong


async def test_a_file_is_written_and_its_absence_is_one_line(sightline: Run, tmp_path: Path) -> None:
    """Export to a file and to standard output are the same; what cannot be read or written is one line."""
    file = tmp_path / "policy.yaml"
    code, said, told = await sightline("policy", "export", str(file))
    assert (code, said) == (0, "")
    assert "was written" in told
    assert (await sightline("policy", "export"))[1] == file.read_text()
    for arguments in (("export", str(tmp_path)), ("plan", str(tmp_path / "none")), ("apply", "none", "--as", ADMIN)):
        code, said, wrong = await sightline("policy", *arguments)
        assert (code, said, wrong.count("\n")) == (1, "", 1), arguments
    assert (await sightline("policy", "apply", str(file)))[0] == 2, "somebody has to do it"
