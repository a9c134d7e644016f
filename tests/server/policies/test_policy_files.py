"""The policy's YAML: written in one order, and read strictly; nothing in it is secret or personal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from demo_platform import NORTHWIND
from policy_files import Files, content, with_roles

from sightline.resolvers.policy.compare import compare
from sightline.resolvers.policy.file import read_policy
from sightline.resolvers.policy.model import LivePolicy, PolicyFileError, as_wanted
from sightline.server.policy_plans import exported, planned

ROLE = """
    base: MANAGER
    user_visibility: ALL
    statuses: all
    see_revenue: false
    see_payout: false
    see_sale_amount: false
    permissions: {OFFERS: R}
"""


async def test_dr17_what_is_exported_changes_nothing(files: Files) -> None:
    """DR17, S9: the round trip is nothing to do, however often; two exports are equal to the byte."""
    first, second = await files.of(), await files.of()
    assert first.read_text() == second.read_text()
    plan = await planned(files.platform.engine, first, actor=None)
    assert not plan.differences
    assert (plan.exposed, plan.touched) == ((), 0)
    assert read_policy(first) == await exported(files.platform.engine)


async def test_nothing_secret_or_personal_is_exported(files: Files) -> None:
    """DR9, C-02: no user, no set of modules of one user, no predefined or archived role, no number of a row."""
    text = (await files.of()).read_text()
    assert text.startswith("# The access policy of a Sightline installation")
    for name in ("Affiliate Manager of some", "Program analyst", NORTHWIND, "report_columns:\n- impressions"):
        assert name in text
    for name in ("@", "Custom", "Night shift", "Account Administrator", "Analyst:", "id:", "version:"):
        assert name not in text
    for name in await files.platform.stored("SELECT name FROM app_user WHERE email LIKE '%demo.example'"):
        assert name not in text


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "a policy is a block"),
        ("- format: 1", 1, "a policy is a block"),
        ("format: 2", 1, "reads format 1"),
        ("platform_roles: {}", 1, "format is missing"),
        ("format: 1\nroles: {}", 2, "roles is unknown: the keys here are"),
        ("format: 1\nplatform_roles: all", 2, "must be a block"),
        ("format: 1\nplatform_roles:\n  A: all", 3, "must be a block"),
        ("format: 1\nplatform_roles:\n  A: {base: MANAGER}", 3, "user_visibility is missing"),
        ("format: 1\nplatform_roles:\n  A: {base: BOSS}", 3, "is 'BOSS': expected one of"),
        ("format: 1\nplatform_roles:\n  A: {base: PERSONAL}", 3, "expected one of ADMINISTRATOR"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE}  a:{ROLE}", 11, "but for capitals"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE}  A:{ROLE}", 11, "given twice"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE}    color: red", 11, "color is unknown"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE.replace('OFFERS: R', 'OFERS: R')}", 10, "OFERS is no permission"),
        (
            f"format: 1\nplatform_roles:\n  A:{ROLE.replace('OFFERS: R', 'PROGRAMS: R')}",
            10,
            "no permission of platform",
        ),
        (f"format: 1\nplatform_roles:\n  A:{ROLE.replace('OFFERS: R', 'OFFERS: X')}", 10, "expected one of R, W"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE.replace('payout: false', 'payout: no')}", 8, "expected true or false"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE.replace('    see_payout: false', '')}", 9, "is see_payout meant"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE.replace('statuses: all', 'statuses: [GOOD]')}", 6, "names 'GOOD'"),
        (f"format: 1\nplatform_roles:\n  A:{ROLE.replace('statuses: all', 'statuses: []')}", 6, "a text or a list"),
        ("format: 1\norganizations: {N: {A: {product_lines: [SHOES], permissions: {}}}}", 2, "names 'SHOES'"),
        ("format: 1\norganizations: {N: {A: {permissions: {}}}}", 2, "product_lines is missing"),
        ("format: 1\norganizations: {N: {A: {product_lines: [], permissions: {OFFERS: R}}}}", 2, "of organization"),
        ("format: 1\nreport_columns: [revenue, wealth]", 2, "names 'wealth'"),
        ("format: 1\nreport_columns: [revenue, revenue]", 2, "twice"),
        ("format: 1\nplatform_roles: {A: &a {}, B: *a", 2, "this is not YAML"),
        ('format: 1\nplatform_roles: {"A\\0": {}}', 2, "cannot be stored"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_the_place(tmp_path: Path, text: str, line: int, part: str) -> None:
    """Unknown keys and wrong types alike; nothing is guessed, and no switch is on or off by itself (DR15)."""
    file = tmp_path / "p.yaml"
    file.write_text(text)
    with pytest.raises(PolicyFileError) as refused:
        read_policy(file)
    message = str(refused.value)
    assert f"p.yaml line {line}: " in message
    assert part in message
    assert "\n" not in message


async def test_what_no_change_could_bring_is_refused(files: Files) -> None:
    """DR5, S3, SM7: a base stays, what ships is not archived, an organization is named exactly."""
    engine = files.platform.engine
    based = content("OFFERS:R", base=content("OFFERS:R").base.AFFILIATE_MANAGER)
    for file, part in (
        (await files.of(with_roles({"Manager": None})), "ships and cannot be archived"),
        (await files.of(with_roles({"Manager": based})), "is built on MANAGER and stays so"),
        (await files.of(with_roles({}, organization="No such organization")), "is no organization, or several"),
    ):
        with pytest.raises(PolicyFileError, match=part):
            await planned(engine, file, actor=None)


async def test_organizations_of_one_name_are_told_apart(files: Files) -> None:
    """The name alone means nothing then; a name that looks like a number's is written with its own."""
    platform = files.platform
    name = "Twin Peaks"
    numbers = [await platform.add("organization", name=name) for _ in range(2)]
    imitation = f"{name} #{numbers[0]}"
    third = await platform.add("organization", name=imitation)
    for label, is_known in (
        (name, False),
        (f"{name} #{numbers[1]}", True),
        (imitation, True),
        (f"{imitation} #{third}", True),
        (f"{name} #{third}", False),
    ):
        file = files.text(f"format: 1\norganizations: {{'{label}': {{}}}}")
        if is_known:
            assert not (await planned(platform.engine, file, actor=None)).differences
        else:
            with pytest.raises(PolicyFileError, match="is no organization, or several"):
                await planned(platform.engine, file, actor=None)


async def test_what_a_file_does_not_speak_of_stays(files: Files) -> None:
    """A section that is left out is not compared, so that each may keep a file of what is theirs."""
    live = LivePolicy((), {}, ("revenue",))
    nothing = replace(as_wanted(live), platform=None, columns=None)
    assert not compare(live, nothing, file="p")
    plan = await planned(files.platform.engine, files.text("format: 1\n"), actor=None)
    assert not plan.differences
