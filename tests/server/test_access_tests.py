"""`sightline access test`: assertions held against the policy in force, and what is said where one fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands_over_demo import Run
from demo_platform import NORTHWIND, Platform

from sightline.authz.assertions import AssertionSyntaxError
from sightline.server.access_tests import Outcome, held
from sightline.server.execution import Engine

EXAMPLE = Path(__file__).parents[2] / "examples" / "access.txt"


async def asked(engine: Engine, place: Path, *lines: str, asker: str | None = None) -> list[Outcome]:
    """What became of lines."""
    file = place / "rights.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    return list(await held(engine, file, asker=asker))


async def test_the_shipped_example_holds(sightline: Run) -> None:
    """AC2, S13, K16: as docs/access-tests.md shows it; exit code 0, and a summary."""
    code, said, wrong = await sightline("access", "test", str(EXAMPLE))
    assert (code, wrong) == (0, ""), said
    assert said.endswith(" hold; 0 fail.\n")


async def test_what_fails_says_which_path_gives_it(sightline: Run, tmp_path: Path) -> None:
    """Exit code 1; line, reason, summary. What holds is only counted."""
    file = tmp_path / "rights.txt"
    file.write_text(
        "admin@demo.example cannot read Conversion.payout\n"
        "admin@demo.example can read Conversion.payout\n"
        "adv-guest@demo.example can do editProgram\n"
        "suspended@demo.example can read Program\n"
        "nobody-at-all@demo.example cannot write\n"
        'every holder of "No such role" cannot write\n'
    )
    code, said, _ = await sightline("access", "test", str(file))
    assert code == 1
    assert "admin@demo.example has it by PLATFORM (role 'Administrator')" in said
    assert f"ORG_ADVERTISER (role 'Guest' of '{NORTHWIND}')" in said
    assert "suspended@demo.example is not active" in said
    assert "there is no user nobody-at-all@demo.example" in said
    assert "there is no role 'No such role'" in said
    assert said.endswith("1 hold; 5 fail.\n")
    assert "line 2" not in said


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("admin@demo.example may read Program", "line 1, word 2 ('may')"),
        (
            "admin@demo.example can read Conversion.nothing",
            "word 4 ('Conversion.nothing'): there is no such coordinate",
        ),
        ("admin@demo.example can read Mutation.editRole", "no such coordinate"),
        ("admin@demo.example can do fly", "no such coordinate"),
    ],
)
async def test_what_is_no_assertion_is_one_line(sightline: Run, tmp_path: Path, line: str, part: str) -> None:
    """Exit code 1, on standard error, naming line and word; nothing is held against the policy."""
    file = tmp_path / "rights.txt"
    file.write_text(line)
    code, said, wrong = await sightline("access", "test", str(file))
    assert (code, said) == (1, "")
    assert part in wrong
    assert wrong.count("\n") == 1


async def test_n44_what_the_file_says_tells_the_terminal_nothing(sightline: Run, tmp_path: Path) -> None:
    """N44: control characters are spelled out, in a line that fails and in one that cannot be read."""
    file = tmp_path / "rights.txt"
    for line in ("a\x1b[2J@demo.example can write", "every \x1b[2J can write", 'every holder of "\x07" can write'):
        file.write_text(line)
        code, said, wrong = await sightline("access", "test", str(file))
        assert code == 1
        assert not {"\x1b", "\x07"} & set(said + wrong)
        assert "\\x1b" in said + wrong or "\\x07" in said + wrong


async def test_files_that_cannot_be_read(sightline: Run, tmp_path: Path) -> None:
    """One line that says why."""
    (tmp_path / "latin").write_bytes(b"a@b can read \xff")
    for name, part in (("none", "cannot be read"), ("latin", "not UTF-8")):
        code, _, wrong = await sightline("access", "test", str(tmp_path / name))
        assert code == 1
        assert part in wrong


async def test_a_group_is_judged_by_all_it_has_or_as_such(platform: Platform, tmp_path: Path) -> None:
    """AC1, AC2: who is a guest here and an administrator there writes, though not as a guest."""
    guest = await platform.membership(NORTHWIND, "Guest")
    admin = await platform.membership("Kestrel Collective", "Admin")
    both = await platform.person(guest, admin)
    email = await platform.one("SELECT email FROM app_user WHERE id = $1", both.id)
    whole, such = await asked(
        platform.engine,
        tmp_path,
        f'every GUEST of "{NORTHWIND}" cannot write',
        f'every GUEST of "{NORTHWIND}" as such cannot write',
    )
    assert not whole.holds
    assert any(email in line and "role 'Admin' of 'Kestrel Collective'" in line for line in whole.why)
    assert such.holds
    assert such.of == whole.of > 0
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {both.id}")


async def test_who_has_lost_a_role_is_not_spoken_of(platform: Platform, tmp_path: Path) -> None:
    """AC6, DR13: nor who is suspended, nor whose role has ended; a group of nobody holds, and says so."""
    role = await platform.role("OFFERS:R")
    name = await platform.one("SELECT name FROM role WHERE id = $1", role)
    moment = await platform.one("SELECT timestamptz '2001-01-01'")
    await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role, "expires_at": moment}))
    gone = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    line = f'every holder of "{name}" cannot read Brand.operatorNotes'
    assert (await asked(platform.engine, tmp_path, line))[0].of == 1
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {gone.id}")
    (outcome,) = await asked(platform.engine, tmp_path, line)
    assert (outcome.of, outcome.holds) == (0, True)


async def test_as_somebody_only_what_he_may_see_is_spoken_of(demo_engine: Engine, tmp_path: Path) -> None:
    """LK14, LK15, A13: oneself always; others with the staff's USERS R; all else is as what does not exist."""
    own, other, made_up, group = await asked(
        demo_engine,
        tmp_path,
        "adv-guest@demo.example cannot do createOrganization",
        "admin@demo.example cannot read Program",
        "nobody-at-all@demo.example cannot read Program",
        'every holder of "Administrator" cannot read Program',
        asker="adv-guest@demo.example",
    )
    assert not own.holds
    assert other.why == ("there is no user admin@demo.example",)
    assert made_up.why == ("there is no user nobody-at-all@demo.example",)
    assert (group.of, group.why) == (0, ())
    for line in ("adv-guest@demo.example cannot do editRole", "adv-guest@demo.example cannot do flyAway"):
        with pytest.raises(AssertionSyntaxError, match="there is no such coordinate"):
            await asked(demo_engine, tmp_path, line, asker="adv-guest@demo.example")
    with pytest.raises(AssertionSyntaxError, match="no active user"):
        await asked(demo_engine, tmp_path, asker="suspended@demo.example")


async def test_as_an_administrator_others_paths_are_not_named(demo_engine: Engine, tmp_path: Path) -> None:
    """LK14: what he sees of others is that they have it, not through which organization or company."""
    (guest,) = await asked(
        demo_engine, tmp_path, "adv-admin@demo.example cannot do editProgram", asker="admin@demo.example"
    )
    assert guest.why == ("adv-admin@demo.example has it by OTHER",)
