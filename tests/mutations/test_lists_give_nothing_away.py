"""Saving a list of report columns, or a role above one: refused where a hidden amount could be computed (RC7, M5)."""

from __future__ import annotations

from demo_platform import Platform
from lists_of_columns import ALL, EDITS, LIST, READS, edit, has, seen, stored


async def test_rc7_m5_a_list_that_gives_a_hidden_column_away_is_refused(platform: Platform) -> None:
    """RC7, M5, M5a: with the witness and the smallest repair, after which it is accepted."""
    editor, user = await platform.staff(EDITS, **ALL), await platform.staff(READS, **ALL)
    await has(platform, user, "revenue", "payout", "profit", "events")
    refused = await edit(platform, editor.token, user, remove=["payout"])
    assert refused["__typename"] == "ValidationError"
    assert '"payout" would follow from "revenue", "profit".' in refused["message"]
    assert 'Leave out "profit" too.' in refused["message"]
    assert await stored(platform, user) == ["revenue", "payout", "profit", "events"]
    assert await platform.exists(user.token, "Conversion.payout")
    mended = await edit(platform, editor.token, user, remove=["payout", "profit"])
    assert mended["__typename"] == "EditColumnsSuccess"
    for column in ("profit", "epc", "rpc"):
        rest = await edit(platform, editor.token, user, add=[column])
        assert (rest["__typename"] == "ValidationError") is (column != "rpc"), column
    # Counts are protected by no list, so a rate alone gives its amount away.
    taken = await edit(platform, editor.token, user, remove=["revenue"])
    assert taken["__typename"] == "ValidationError"
    assert '"revenue" would follow from "rpc"' in taken["message"]


async def test_rc6_rc7_a_witness_names_nothing_beyond_the_editor(platform: Platform) -> None:
    """RC6, RC7, RC8: whoever may not know that a column is on the list is not told so by a refusal."""
    editor = await platform.staff(EDITS, see_revenue=True)
    user = await platform.staff(READS, **ALL)
    await has(platform, user, "revenue", "payout", "profit")
    refused = await edit(platform, editor.token, user, remove=["revenue"])
    assert refused["__typename"] == "ValidationError"
    assert not any(f'"{key}"' in refused["message"] for key in ("payout", "profit")), refused
    assert await stored(platform, user) == ["revenue", "payout", "profit"]


async def test_rc7_the_default_is_asked_of_everybody_it_holds_for(platform: Platform) -> None:
    """RC7, A17: refused with its witness, as nobody of the staff may compute what it hides."""
    admin = platform.member("admin")
    await platform.staff(READS, **ALL)
    before = await seen(platform, admin)
    refused = await platform.change_by(admin, "editColumnDefault", LIST, remove=["payout"])
    assert refused["__typename"] == "ValidationError"
    assert '"payout" would follow from' in refused["message"]
    assert await seen(platform, admin) == before


async def test_rc7_a_role_above_a_list_is_asked_too(platform: Platform) -> None:
    """RC7, DR1: a switch that makes listed columns give a hidden one away is not given, until the list is mended."""
    admin = platform.member("admin")
    role = await platform.role(READS, see_revenue=True)
    user = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    await has(platform, user, "revenue", "profit")
    given = {"role": platform.global_id("role", role), "seePayout": True}
    refused = await platform.change_by(admin, "editRole", "id", **given)
    assert refused["__typename"] == "ValidationError"
    assert '"payout" would follow from "revenue", "profit".' in refused["message"]
    assert not await platform.one("SELECT see_payout FROM role WHERE id = $1", role)
    assert (await edit(platform, admin, user, remove=["profit"]))["__typename"] == "EditColumnsSuccess"
    assert (await platform.change_by(admin, "editRole", "id", **given))["__typename"] == "EditRoleSuccess"
