"""`sightline access explain` and `who`: what the API explains, on a terminal."""

from __future__ import annotations

from commands_over_demo import Run
from desk import Desk

from sightline.resolvers.global_ids import Key


async def program(desk: Desk) -> str:
    """The global id of a program of Northwind's."""
    async with desk.engine.database.reads.acquire() as connection:
        number = await connection.fetchval("SELECT min(id) FROM program WHERE advertiser_name LIKE 'Northwind%'")
    return desk.engine.services.ids.encode("program", [Key(number)])[0]


async def test_what_is_shown_and_by_which_path(sightline: Run, desk: Desk) -> None:
    """AC1, AC2: to himself, and to an administrator; what a path carries and is asked for stands beside it."""
    node = await program(desk)
    code, said, wrong = await sightline("access", "explain", "adv-guest@demo.example", "Program.name", node)
    assert (code, wrong) == (0, "")
    assert said.startswith("SHOWN; needs no class\n")
    assert "ORG_ADVERTISER" in said
    code, said, wrong = await sightline(
        "access", "explain", "affiliate-manager-nopay@demo.example", "Conversion.payout", "--as", "admin@demo.example"
    )
    assert (code, wrong) == (0, "")
    assert said.startswith("HIDDEN; needs payout, record\n")
    code, said, wrong = await sightline("access", "who", "Program.name", node, "--as", "admin@demo.example")
    assert (code, wrong) == (0, "")
    assert said.count("\n") >= 2


async def test_what_the_asker_has_not_is_not_explained(sightline: Run, desk: Desk) -> None:
    """LK9, LK15: hidden, made up, of a stranger, of an unseen row: one line, the same; of nobody another."""
    node = await program(desk)
    guest = "partner-guest@demo.example"
    told = [
        await sightline("access", "explain", guest, "Media.operatorNotes"),
        await sightline("access", "explain", guest, "Media.operatorNotez"),
        await sightline("access", "explain", "admin@demo.example", "Program.name", node, "--as", guest),
        await sightline("access", "explain", "adv-guest@demo.example", "Program.name", node, "--as", guest),
    ]
    assert len(set(told)) == 1
    code, said, wrong = told[0]
    assert (code, said) == (1, "")
    assert "There is nothing to explain" in wrong
    assert (await sightline("access", "who", "Program.name", node, "--as", guest))[0] == 1
    for given, part in (
        (("explain", "nobody-at-all@demo.example", "Program.name"), "no active user"),
        (("explain", "nobody-at-all@demo.example", "Program.name", "--as", "admin@demo.example"), "no user"),
        (("explain", "admin@demo.example", "Program.name", "made-up"), "no id"),
    ):
        code, said, wrong = await sightline("access", *given)
        assert (code, said, wrong.count("\n")) == (1, "", 1)
        assert part in wrong
