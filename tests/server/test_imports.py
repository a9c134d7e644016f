"""Imports through the API (A15): who runs them, what their rows may do, and what they give away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest
from demo_platform import Platform
from sent_imports import IMPORTS_ALL, Desk, Place, desk_over, row
from stored_sums import out_of_step

MADE_UP = "Nobody's name at all"


@pytest.fixture
async def desk(platform: Platform) -> AsyncIterator[Desk]:
    async with desk_over(platform) as opened:
        yield opened


@pytest.fixture
async def place(desk: Desk) -> Place:
    return (await desk.places())[0]


async def test_a15_a_file_becomes_conversions_with_progress(platform: Platform, desk: Desk, place: Place) -> None:
    """A15: rows read, accepted and refused show on the job, its log says why; a repeat makes nothing."""
    who = (await desk.importer()).token
    rows = row("1", place) + row("2", place, "x") + row("3", place, "5.50", "APPROVED")
    before = await out_of_step(platform)
    ended = await desk.imported(who, rows)
    logs = ended.pop("logs")["nodes"]
    size = ended.pop("fileSize")
    assert ended == {
        "state": "COMPLETED",
        "name": "orders.csv",
        "source": desk.source,
        "dryRun": False,
        "bytesRead": size,
        "rowsRead": 3,
        "rowsAccepted": 2,
        "rowsRefused": 1,
        "problem": None,
    }
    assert [(each["line"], each["columnName"], each["value"]) for each in logs] == [(3, "amount", "x")]
    assert await desk.written() == ["1", "3"]
    (stored,) = await platform.rows(
        "SELECT v.*, e.actor_id FROM conversion v JOIN conversion_event e ON e.conversion_id = v.id"
        " WHERE v.source = $1 AND v.external_ref = '3'",
        desk.source,
    )
    assert (stored["affiliate_account_id"], stored["program_id"]) == (place.account, place.program)
    assert (stored["status"], stored["sale_amount"]) == ("APPROVED", 5.5)
    again = await desk.imported(who, rows)
    assert (again["rowsAccepted"], again["rowsRefused"]) == (2, 1)
    assert await desk.written() == ["1", "3"]
    assert await out_of_step(platform) == before


async def test_a15_a_dry_run_writes_its_log_alone(platform: Platform, desk: Desk, place: Place) -> None:
    """A15: the same rows are accepted and refused as by an import, and nothing is there."""
    who = (await desk.importer()).token
    ended = await desk.imported(who, row("1", place) + row("2", place, account=MADE_UP), dryRun=True)
    assert (ended["state"], ended["dryRun"], ended["rowsAccepted"], ended["rowsRefused"]) == ("COMPLETED", True, 1, 1)
    assert [each["line"] for each in ended["logs"]["nodes"]] == [3]
    assert await desk.written() == []
    assert not await platform.one("SELECT count(*) FROM import_claim WHERE source = $1", desk.source)


async def test_a15_only_data_imports_w_asks_for_imports(platform: Platform, desk: Desk) -> None:
    """A15: without W of the module the mutation does not exist, whatever else one holds; keys need its scope too."""
    for permissions in ("DATA_IMPORTS:R TRANSACTIONS:W", "TRANSACTIONS:W", "SETTINGS:W USERS:W"):
        who = (await desk.importer(permissions)).token
        assert not await platform.exists(who, "Mutation.importOrders"), permissions
    for key in ("manager", "finance-manager", "adv-admin", "partner-admin", "collab-owner", "nobody"):
        assert not await platform.exists(platform.member(key), "Mutation.importOrders"), key
    person = await desk.importer()
    assert await platform.exists(person.token, "Mutation.importOrders")
    for scopes, may in ((["TRANSACTIONS:W"], False), (["DATA_IMPORTS:R"], False), (["DATA_IMPORTS:W"], True)):
        key = await platform.user_key(person.id, scopes)
        assert await platform.exists(key, "Mutation.importOrders") is may, scopes


async def test_a15_only_whoever_asked_sends_the_file(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, LK12: for everybody else the import is none, as an id that nothing has; without a token nothing is told."""
    owner, other = await desk.importer(), await desk.importer()
    link = (await desk.asked(owner.token))["link"]
    nothing = f"/imports/{platform.global_id('import_job', 999_999_999)}"
    answers = []
    for who in (other.token, platform.member("admin"), await platform.user_key(owner.id, ["DATA_IMPORTS:R"])):
        for path in (link, nothing, "/imports/nonsense"):
            response = await desk.sent(who, path, row("1", place), **{"x-request-id": "same"})
            answers.append((response.status_code, response.content))
    assert set(answers) == {answers[0]}
    assert answers[0][0] == 404
    assert (await desk.sent(None, link, "x")).status_code == 401
    assert (await desk.job(owner.token, link))["state"] == "QUEUED"
    assert (await desk.sent(owner.token, link, "order\n")).status_code == 202


async def test_a15_each_row_needs_what_its_mutation_needs(desk: Desk, place: Place) -> None:
    """A15, AC3, AC8: TRANSACTIONS W, the status in the path, and the amount's switch; each is a line of the log."""
    rows = row("1", place) + row("2", place, status="APPROVED")
    without = "DATA_IMPORTS:W TRANSACTIONS:R AFFILIATES:W OFFERS:W"
    refused = await desk.imported((await desk.importer(without)).token, rows)
    assert (refused["rowsAccepted"], refused["rowsRefused"]) == (0, 2)
    pending = await desk.importer(statuses=["PENDING"])
    of_status = await desk.imported(pending.token, rows)
    assert [each["columnName"] for each in of_status["logs"]["nodes"]] == ["status"]
    assert of_status["rowsAccepted"] == 1
    blind = await desk.imported((await desk.importer(see_sale_amount=False)).token, row("3", place))
    assert [each["columnName"] for each in blind["logs"]["nodes"]] == ["amount"]
    paying = desk.mapping() + "commission: {payout: paid, revenue: charged}\n"
    header, line = "order,when,account,program,amount,status,kind,paid,charged\n", row("4", place)[:-1] + ",1,2\n"
    no_payout = await desk.importer(see_payout=False)
    given = await desk.imported(no_payout.token, line, header=header, mapping=paying)
    assert [each["columnName"] for each in given["logs"]["nodes"]] == ["paid"]
    all_of_it = await desk.imported((await desk.importer()).token, line, header=header, mapping=paying)
    assert all_of_it["rowsAccepted"] == 1
    assert await desk.written() == ["1", "4"]


async def test_a15_lk15_a_plan_that_does_not_apply_is_told_to_who_sees_payouts(
    platform: Platform, desk: Desk, place: Place
) -> None:
    """A15, LK15: for whoever does not see payouts the same row is accepted, whatever plan there is."""
    plan = await platform.add(
        "commission_plan", name="Of long ago", payout_percent=Decimal(9), valid_to=date(1999, 1, 1)
    )
    there = f"(program_id, affiliate_account_id) = ({place.program}, {place.account})"
    was = await platform.one(f"SELECT min(commission_plan_id) FROM enrollment WHERE {there}") or "NULL"
    blind, seeing = await desk.importer(see_payout=False), await desk.importer()
    accepted = []
    for present, number in ((was, "1"), (plan, "2")):
        await platform.change(f"UPDATE enrollment SET commission_plan_id = {present} WHERE {there}")
        for who in (blind, seeing):
            ended = await desk.imported(who.token, row(f"{number}-{who is blind}", place))
            reasons = [each["reason"].partition(" that")[0] for each in ended["logs"]["nodes"]]
            accepted.append((ended["rowsAccepted"], reasons))
    await platform.change(f"UPDATE enrollment SET commission_plan_id = {was} WHERE {there}")
    assert accepted == [(1, []), (1, []), (1, []), (0, ["has no commission plan"])]
    earned = "SELECT payout, revenue FROM conversion WHERE source = $1 AND external_ref = '2-True'"
    assert [tuple(each) for each in await platform.rows(earned, desk.source)] == [(0, 0)]


async def test_lk15_what_is_invisible_is_logged_like_what_does_not_exist(
    platform: Platform, desk: Desk, place: Place
) -> None:
    """A15, LK14, LK15, AC7: by name and by id, the line of a made-up one; nor is it told what others imported."""
    places = await desk.places()
    hidden = next(each for each in places if each.account != place.account and each.program != place.program)
    limited = await desk.importer(
        f"{IMPORTS_ALL} ADVERTISERS:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED"
    )
    await platform.add("manager_assignment", user_id=limited.id, affiliate_account_id=place.account)
    full = (await desk.importer()).token
    assert (await desk.imported(full, row("taken", hidden)))["rowsAccepted"] == 1
    made_up = MADE_UP[: len(hidden.account_name)].ljust(len(hidden.account_name), "x")

    async def told(number: str, name: str, **more: str) -> list[object]:
        ended = await desk.imported(limited.token, row(number, place, account=name), mapping=desk.mapping(**more))
        return [
            (each["line"], each["outcome"], each["columnName"], each["reason"], each["value"] == name)
            for each in ended["logs"]["nodes"]
        ]

    there, nowhere = await told("9", hidden.account_name), await told("9", made_up)
    assert there == nowhere
    assert len(there) == 1
    assert await told("taken", hidden.account_name) == there
    ids = platform.global_id("affiliate_account", hidden.account), platform.global_id("affiliate_account", 999_999)
    by_id = {"by": "id"}
    assert await told("9", ids[0], **by_id) == await told("9", ids[1], **by_id)
    assert await told("9", str(place.account), **by_id) == await told("9", "999999", **by_id)
    assert await desk.written() == ["taken"]
    assert (await desk.imported(limited.token, row("10", place)))["rowsAccepted"] == 1


async def test_a15_a_cancellation_takes_back_what_one_reaches(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, A9: an adjustment of the conversion, or of the account where its conversion is beyond one's statuses."""
    full, pending = (await desk.importer()).token, (await desk.importer(statuses=["PENDING"])).token
    await desk.imported(full, row("1", place) + row("2", place, status="APPROVED"))
    back = row("1", place, "-3.00", kind="cancelled") + row("2", place, "-4.00", kind="cancelled")
    ended = await desk.imported(pending, back)
    assert ended["rowsAccepted"] == 2, ended
    linked = await platform.rows(
        "SELECT external_ref, conversion_id IS NULL AS of_account, sale_amount FROM adjustment WHERE source = $1"
        " ORDER BY external_ref",
        desk.source,
    )
    assert [tuple(each) for each in linked] == [("1", False, -3), ("2", True, -4)]
    nothing = await desk.imported((await desk.importer("DATA_IMPORTS:W TRANSACTIONS:R AFFILIATES:R")).token, back)
    assert nothing["rowsAccepted"] == 0


async def test_a15_names_are_ambiguous_only_among_what_one_sees(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, LK15: a second account of the same name that one does not see is none."""
    profile, organization = (
        await platform.rows(
            "SELECT partner_profile_id, partner_org_id FROM affiliate_account WHERE id = $1", place.account
        )
    )[0]
    twin = await platform.add(
        "affiliate_account",
        partner_profile_id=profile,
        partner_org_id=organization,
        name=place.account_name,
        status="APPROVED",
        created_by_id=await platform.one("SELECT min(id) FROM app_user"),
    )
    try:
        limited = await desk.importer(IMPORTS_ALL, base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED")
        await platform.add("manager_assignment", user_id=limited.id, affiliate_account_id=place.account)
        assert (await desk.imported(limited.token, row("1", place)))["rowsAccepted"] == 1
        told = await desk.imported((await desk.importer()).token, row("2", place))
        assert "2 affiliate accounts" in told["logs"]["nodes"][0]["reason"]
    finally:
        await platform.change(f"DELETE FROM affiliate_account WHERE id = {twin}")


async def test_a15_a_key_imports_within_its_scopes(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, AC5: a key of DATA_IMPORTS and TRANSACTIONS W does; one without TRANSACTIONS W has each row refused."""
    person = await desk.importer()
    whole = await platform.user_key(person.id, ["DATA_IMPORTS:W", "TRANSACTIONS:W", "AFFILIATES:R", "OFFERS:R"])
    assert (await desk.imported(whole, row("1", place)))["rowsAccepted"] == 1
    narrow = await platform.user_key(person.id, ["DATA_IMPORTS:W", "AFFILIATES:R", "OFFERS:R"])
    assert (await desk.imported(narrow, row("2", place)))["rowsRefused"] == 1
    assert await desk.written() == ["1"]
