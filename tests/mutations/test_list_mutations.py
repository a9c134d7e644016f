"""Lists of report columns through the API: who edits whose, what of it he sees, what takes effect, what is refused."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform
from lists_of_columns import ALL, EDITS, LIST, READS, UNKNOWN, audited, edit, has, reports, reset, seen, stored, used

from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.lists import FIRST_LIST


@pytest.fixture(scope="module")
def platform(own_platform: Platform) -> Platform:
    """The lists of other tests, and who has none, would count here too."""
    return own_platform


MONEY = {"revenue", "payout", "sale_amount"}
# Without these nothing else on the list tells the payout.
OF_PAYOUT = [
    "payout", "approved_payout", "pending_payout", "profit", "margin", "cpc", "cpa", "cpm", "epc", "epc100", "uepc",
    "effective_commission_rate",
]  # fmt: skip


async def test_a12_a18_rc1_an_edit_makes_a_list_of_ones_own(platform: Platform) -> None:
    """A12, A18, RC1: of what held until now; it replaces the system's, and holds from the next operation on."""
    editor, user = await platform.staff(EDITS, **ALL), await platform.staff(READS, **ALL)
    shown = await seen(platform, editor.token, user) or {}
    assert not shown["own"]
    assert set(shown["available"]) == set(FIRST_LIST)
    assert await reports(platform, user.token, "clicks")
    answer = await edit(platform, editor.token, user, remove=["clicks", "ctr"])
    assert answer["__typename"] == "EditColumnsSuccess", answer
    assert answer["list"]["own"]
    assert {"clicks", "ctr"} <= set(answer["list"]["restricted"])
    assert not set(answer["list"]["available"]) & set(answer["list"]["restricted"]), "A17, A18: disjoint"
    assert await stored(platform, user) == [key for key in FIRST_LIST if key not in ("clicks", "ctr")]
    assert not await reports(platform, user.token, "clicks")
    assert await used(platform, user.token) == set(FIRST_LIST) - {"clicks", "ctr"}
    back = await edit(platform, editor.token, user, add=["clicks"])
    assert back["__typename"] == "EditColumnsSuccess"
    assert (await stored(platform, user) or [])[-1] == "clicks", "what comes stands at the end"
    assert await reports(platform, user.token, "clicks")


async def test_rc7_an_edit_is_seen_at_once_in_cells(platform: Platform) -> None:
    """RC7, GOAL7: cells of a class of money go with its column and come with it, at the next operation."""
    editor, user = await platform.staff(EDITS, **ALL), await platform.staff(READS, **ALL)
    assert await platform.exists(user.token, "Conversion.payout")
    assert (await edit(platform, editor.token, user, remove=OF_PAYOUT))["__typename"] == "EditColumnsSuccess"
    assert not await platform.exists(user.token, "Conversion.payout")
    assert not await platform.exists(user.token, "Conversion.profit")
    assert await platform.refuses(user.token, "conversions(first: 1) { nodes { payout { amount } } }")
    assert await platform.exists(user.token, "Conversion.revenue")
    assert (await edit(platform, editor.token, user, add=["payout"]))["__typename"] == "EditColumnsSuccess"
    assert await platform.exists(user.token, "Conversion.payout")


async def test_d9_dr17_the_epoch_and_the_record_come_with_it(platform: Platform) -> None:
    """D9, GOAL7, DR17: the rows, the epoch and the record are of one transaction; what is refused leaves nothing."""
    editor, user = await platform.staff(EDITS, **ALL), await platform.staff(READS, **ALL)
    epoch = await platform.one("SELECT n FROM authz_epoch")
    assert (await edit(platform, editor.token, user, remove=["clicks"]))["__typename"] == "EditColumnsSuccess"
    assert await platform.one("SELECT n FROM authz_epoch") == epoch + 1
    record = await audited(platform, "user:edit_columns")
    assert (record["actor_id"], record["target_id"], record["via_path"]) == (editor.id, str(user.id), "PLATFORM")
    assert set(record["before"]["columns"]) - set(record["after"]["columns"]) == {"clicks"}
    assert (record["before"]["own"], record["after"]["own"]) == (False, True)
    assert (await edit(platform, editor.token, user, add=["salary"]))["__typename"] == "ValidationError"
    assert await platform.one("SELECT n FROM authz_epoch") == epoch + 1
    assert (await audited(platform, "user:edit_columns"))["id"] == record["id"]
    same = await edit(platform, editor.token, user, remove=["clicks"])
    assert same["__typename"] == "EditColumnsSuccess"
    assert (await audited(platform, "user:edit_columns"))["id"] == record["id"], "nothing was changed"


@pytest.mark.parametrize("key", ["manager", "finance-manager", "affiliate-manager", "support", "adv-admin", "analyst"])
async def test_a12_rc8_whoever_lacks_users_w_edits_no_list(platform: Platform, key: str) -> None:
    """A12, RC8, SM6: neither staff without USERS W nor members; not even their own."""
    who = platform.member(key)
    for name in ("editColumns", "resetColumns", "editColumnDefault"):
        assert not await platform.exists(who, f"Mutation.{name}"), name
    assert not await platform.exists(who, "Query.columnList")
    assert not await platform.exists(who, "ColumnList")


async def test_a12_sm6_reading_users_is_not_editing_them_and_no_key_does(platform: Platform) -> None:
    """A12, SM6: USERS R alone edits nothing; an API key, even for everything, changes no lists."""
    reader = await platform.staff("USERS:R TRANSACTIONS:R", **ALL)
    assert not await platform.exists(reader.token, "Mutation.editColumns")
    editor = await platform.staff(EDITS, **ALL)
    key = await platform.user_key(editor.id, ["USERS:W", "TRANSACTIONS:R"])
    assert not await platform.exists(key, "Mutation.editColumns")
    assert not await platform.exists(key, "Query.columnList")
    assert await platform.exists(editor.token, "Mutation.editColumns")


async def test_a17_rc8_the_default_is_for_administrators(platform: Platform) -> None:
    """A17, RC8: editColumnDefault is ADMIN W's; not ADMIN R's, nor of who may edit every user."""
    for permissions in ("ADMIN:R USERS:W", EDITS, "SETTINGS:W USERS:W"):
        who = (await platform.staff(permissions, **ALL)).token
        assert not await platform.exists(who, "Mutation.editColumnDefault"), permissions
        assert await seen(platform, who) is None, permissions


async def test_a17_rc1_the_default_holds_for_who_has_no_list(platform: Platform) -> None:
    """A17, RC1, RC2, RC4: at the next operation of everybody without a list; not of others, nor of ADMIN R."""
    admin = platform.member("admin")
    without, with_own = await platform.staff(READS, **ALL), await platform.staff(READS, **ALL)
    reads_all = await platform.staff("ADMIN:R")
    await has(platform, with_own, "clicks", "events")
    try:
        answer = await platform.change_by(admin, "editColumnDefault", LIST, remove=["events"])
        assert answer["__typename"] == "EditColumnDefaultSuccess", answer
        assert answer["list"]["restricted"] == ["events"]
        assert answer["list"] == await seen(platform, admin)
        assert not await reports(platform, without.token, "events")
        assert await reports(platform, with_own.token, "events")
        assert await reports(platform, reads_all.token, "events")
        record = await audited(platform, "column_list:edit_default")
        assert set(record["before"]["columns"]) - set(record["after"]["columns"]) == {"events"}
    finally:
        back = await platform.change_by(admin, "editColumnDefault", LIST, add=["events"])
    assert back["__typename"] == "EditColumnDefaultSuccess"
    assert await reports(platform, without.token, "events")


async def test_rc6_unknown_and_not_his_are_refused_in_the_same_words(platform: Platform) -> None:
    """RC6, RC8, A13: by class, by list or made up, whether it comes or goes, on the list or not."""
    editor = await platform.staff(EDITS, see_revenue=True, see_sale_amount=True)
    await has(platform, editor, *(key for key in FIRST_LIST if key != "aov"))
    for columns in (FIRST_LIST, ("clicks",)):
        user = await platform.staff(READS, **ALL)
        await has(platform, user, *columns)
        for way in ("add", "remove"):
            for key in ("payout", "profit", "aov", "salary"):
                answer = await edit(platform, editor.token, user, **{way: ["clicks", key]})
                expected = ("ValidationError", UNKNOWN.format(key), "BAD_INPUT", [way])
                assert tuple(answer[each] for each in ("__typename", "message", "code", "path")) == expected
        assert await stored(platform, user) == list(columns), "none of it is made"


async def test_rc6_administrators_too_name_only_what_there_is(platform: Platform) -> None:
    """RC6, RC8: ADMIN W is exempt from what he could use, not from what exists."""
    admin, user = platform.member("admin"), await platform.staff(READS)
    for way in ("add", "remove"):
        for answer in (
            await edit(platform, admin, user, **{way: ["salary"]}),
            await platform.change_by(admin, "editColumnDefault", LIST, **{way: ["salary"]}),
        ):
            assert (answer["__typename"], answer["message"]) == ("ValidationError", UNKNOWN.format("salary"))


async def test_rc8_what_the_editor_lacks_stays_and_is_not_shown(platform: Platform) -> None:
    """RC8, A13, RC6: columns beyond him stay where they are; he sees neither that they are there nor that they go."""
    editor = await platform.staff(EDITS, see_revenue=True)
    rich, poor = await platform.staff(READS, **ALL), await platform.staff(READS, **ALL)
    await has(platform, rich, "payout", "clicks", "sale_amount", "revenue")
    await has(platform, poor, "clicks", "revenue")
    assert await seen(platform, editor.token, rich) == await seen(platform, editor.token, poor)
    shown = await seen(platform, editor.token, rich) or {}
    assert shown["available"] == [key for key in CATALOGUE.columns if key in ("clicks", "revenue")]
    assert not {"payout", "profit", "sale_amount", "aov"} & {*shown["available"], *shown["restricted"]}
    answers = [await edit(platform, editor.token, each, add=["events"], remove=["clicks"]) for each in (rich, poor)]
    assert answers[0] == answers[1]
    assert answers[0]["__typename"] == "EditColumnsSuccess"
    assert await stored(platform, rich) == ["payout", "sale_amount", "revenue", "events"]
    assert await stored(platform, poor) == ["revenue", "events"]


async def test_ac11_no_version_shows_what_the_editor_does_not_see(platform: Platform) -> None:
    """AC11, RC8: the version moves with what is seen of the list; a change beyond it is no conflict."""
    editor, admin = await platform.staff(EDITS, see_revenue=True), platform.member("admin")
    user = await platform.staff(READS, **ALL)
    await has(platform, user, "clicks", "payout", "revenue")
    before, wide = await seen(platform, editor.token, user) or {}, await seen(platform, admin, user) or {}
    assert (await edit(platform, admin, user, remove=["payout"]))["__typename"] == "EditColumnsSuccess"
    assert await seen(platform, editor.token, user) == before
    assert (await seen(platform, admin, user) or {})["version"] != wide["version"]
    fine = await edit(platform, editor.token, user, remove=["clicks"], version=before["version"])
    assert fine["__typename"] == "EditColumnsSuccess"
    stale = await edit(platform, editor.token, user, add=["clicks"], version=before["version"])
    assert (stale["__typename"], stale["version"]) == ("Conflict", fine["list"]["version"])


async def test_rc8_nobody_gains_by_his_own_list(platform: Platform) -> None:
    """RC8, RC9, A13: B = U may give up, and has nothing that he could add; deleting it gives nothing back."""
    editor = await platform.staff(EDITS, **ALL)
    assert (await edit(platform, editor.token, editor, remove=["events"]))["__typename"] == "EditColumnsSuccess"
    again = await edit(platform, editor.token, editor, add=["events"])
    assert (again["__typename"], again["message"]) == ("ValidationError", UNKNOWN.format("events"))
    gone = await reset(platform, editor.token, editor)
    assert gone["message"] == "It would change columns that are not available to you."
    assert not await reports(platform, editor.token, "events")
    mate = await platform.staff(EDITS, **ALL)
    assert (await edit(platform, mate.token, editor, add=["events"]))["__typename"] == "EditColumnsSuccess"
    assert await reports(platform, editor.token, "events"), "somebody who has it may"


async def test_rc9_deleting_a_list_is_an_edit_of_it(platform: Platform) -> None:
    """RC9, RC1: allowed to whoever could give and take the difference; no name is told of what he could not."""
    full, some = await platform.staff(EDITS, **ALL), await platform.staff(EDITS, see_revenue=True)
    user = await platform.staff(READS, **ALL)
    none = await reset(platform, full.token, user)
    assert (none["__typename"], none["path"]) == ("ValidationError", ["user"]), "he has none"
    await has(platform, user, "clicks", "revenue")
    refused = await reset(platform, some.token, user)
    assert refused["message"] == "It would change columns that are not available to you."
    assert not any(key in refused["message"] for key in MONEY)
    assert await stored(platform, user) == ["clicks", "revenue"]
    answer = await reset(platform, full.token, user)
    assert answer["__typename"] == "ResetColumnsSuccess", answer
    assert not answer["list"]["own"]
    assert await stored(platform, user) is None
    assert await reports(platform, user.token, "payout")
    record = await audited(platform, "user:reset_columns")
    assert record["before"] == {"columns": ["clicks", "revenue"], "own": True}
    await has(platform, user, *(key for key in FIRST_LIST if key != "clicks"))
    assert (await reset(platform, some.token, user))["__typename"] == "ResetColumnsSuccess", "only what is his differs"


async def test_rc3_a_list_gives_no_class(platform: Platform) -> None:
    """RC3, C-18: a column given to who lacks its classes is of no use to him, on reports or on cells."""
    editor, user = await platform.staff(EDITS, **ALL), await platform.staff(READS, see_revenue=True)
    await has(platform, user, "clicks")
    answer = await edit(platform, editor.token, user, add=["payout", "revenue"])
    assert answer["__typename"] == "EditColumnsSuccess"
    assert await used(platform, user.token) == {"clicks", "revenue"}
    assert not await platform.exists(user.token, "Conversion.payout")


async def test_dr1_cells_are_given_by_whoever_reads_them_in_all_these_rows(platform: Platform) -> None:
    """DR1, RC7, AC8: a column of money opens cells; not by who reads no such rows, or fewer of them."""
    user = await platform.staff(READS, **ALL)
    await has(platform, user, "clicks", "sale_amount")
    by_day = await platform.staff("USERS:W AFFILIATES:R", **ALL)  # reports by the day, and no conversion (A5)
    limited = await platform.staff(EDITS, **ALL, statuses=["APPROVED"])
    for who in (by_day, limited):
        assert "payout" in await used(platform, who.token)
        refused = await edit(platform, who.token, user, add=["payout"])
        assert refused["__typename"] == "Forbidden", refused
        given = await edit(platform, who.token, user, add=["conversions"])
        assert given["__typename"] == "EditColumnsSuccess", "a count opens no cell"
        assert (await edit(platform, who.token, user, remove=["conversions"]))["__typename"] == "EditColumnsSuccess"
    equal = await platform.staff(READS, **ALL, statuses=["APPROVED"])
    await has(platform, equal, "clicks", "sale_amount")
    assert (await edit(platform, limited.token, equal, add=["payout"]))["__typename"] == "EditColumnsSuccess"
    wide = await platform.staff(EDITS, **ALL)
    assert (await edit(platform, wide.token, user, add=["payout"]))["__typename"] == "EditColumnsSuccess"


async def test_dr13_who_holds_his_role_for_a_time_gives_no_list(platform: Platform) -> None:
    """DR13: a list does not end by itself."""
    role = await platform.role(EDITS, **ALL)
    ends = await platform.one("SELECT timestamptz '2998-01-01'")
    editor = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role, "expires_at": ends}))
    user = await platform.staff(READS, **ALL)
    assert (await edit(platform, editor.token, user, remove=["clicks"]))["__typename"] == "Forbidden"
    assert await stored(platform, user) is None


async def test_ac12_the_order_of_refusals(platform: Platform) -> None:
    """AC12, AC7, LK15: the form, then the user, then columns, then the version."""
    editor, user = await platform.staff(EDITS, see_revenue=True), await platform.staff(READS, **ALL)
    missing = platform.global_id("app_user", 987_654_321)
    for wrong in ({}, {"add": []}, {"add": ["clicks"], "remove": ["clicks"]}):
        answer = await platform.change_by(editor.token, "editColumns", LIST, user=missing, **wrong)
        assert answer["__typename"] == "ValidationError", wrong
    answer = await platform.change_by(editor.token, "editColumns", LIST, user=missing, add=["payout"], version=1)
    assert answer["__typename"] == "NotFound"
    assert (await edit(platform, editor.token, user, add=["payout"], version=1))["__typename"] == "ValidationError"
    assert (await edit(platform, editor.token, user, add=["clicks"], version=1))["__typename"] == "Conflict"
    assert (await reset(platform, editor.token, user, version=1))["__typename"] == "ValidationError", "he has none"
    organization = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    other = await platform.change_by(editor.token, "editColumns", LIST, user=organization, add=["clicks"])
    assert other["__typename"] == "NotFound"
    query = "query ($user: ID) { columnList(user: $user) { own } }"
    for nobody in (missing, organization):
        assert (await platform.read(editor.token, query, user=nobody))["columnList"] is None


async def test_f21_of_two_edits_at_once_one_is_stale(platform: Platform) -> None:
    """F21, DR17: of twenty edits of one version one is made; a repeat of it under its key makes nothing more."""
    editor, user = await platform.staff(EDITS, **ALL), await platform.staff(READS, **ALL)
    version = (await seen(platform, editor.token, user) or {})["version"]
    keys = [key for key in FIRST_LIST if not CATALOGUE.columns[key].formula and key not in MONEY][:20]
    given = [{"remove": [key], "version": version, "idempotencyKey": f"{user.id} {key}"} for key in keys]
    answers = await asyncio.gather(*(edit(platform, editor.token, user, **each) for each in given))
    made = [key for key, answer in zip(keys, answers, strict=True) if answer["__typename"] == "EditColumnsSuccess"]
    assert len(made) == 1
    assert {answer["__typename"] for answer in answers} == {"EditColumnsSuccess", "Conflict"}
    assert set(await stored(platform, user) or ()) == set(FIRST_LIST) - set(made)
    await edit(platform, editor.token, user, add=made)
    again = await edit(platform, editor.token, user, **given[keys.index(made[0])])
    assert again["__typename"] == "EditColumnsSuccess"
    assert set(await stored(platform, user) or ()) == set(FIRST_LIST), "read again, not made again"
    together = await asyncio.gather(*(edit(platform, editor.token, user, remove=[key]) for key in keys[:8]))
    assert {answer["__typename"] for answer in together} == {"EditColumnsSuccess"}
    assert set(await stored(platform, user) or ()) == set(FIRST_LIST) - set(keys[:8]), "none is lost"


async def test_c18_cells_of_ones_own_stay_whatever_the_list(platform: Platform) -> None:
    """C-18, RC1, RC7: an edit narrows a member's reports in his own lens, and never his own cells."""
    editor = await platform.staff(EDITS, **ALL)
    member = await platform.person(await platform.membership(BLUEBIRD, "Member"))
    lens = {
        "kind": "PARTNER",
        "organization": platform.global_id("organization", await platform.named("organization", BLUEBIRD)),
    }
    assert "payout" in await used(platform, member.token, lens)
    assert (await edit(platform, editor.token, member, remove=["payout"]))["__typename"] == "EditColumnsSuccess"
    assert "payout" not in await used(platform, member.token, lens)
    assert await platform.exists(member.token, "Conversion.payout")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a13_rc8_no_sequence_of_edits_gives_what_the_editor_lacks(platform: Platform, seed: int) -> None:
    """A13, RC8, RC9: after each of many edits and deletions nobody gained or lost a column its editor could not use."""
    random = Random(seed)
    editors = [
        await platform.staff(EDITS, see_revenue=random.random() < 0.5, see_payout=random.random() < 0.5),
        await platform.staff("USERS:W"),
    ]
    users = [await platform.staff(READS, **ALL), await platform.staff("USERS:R OFFERS:R"), *editors]
    for each in users[:3]:
        await has(platform, each, *random.sample(FIRST_LIST, random.randint(0, len(FIRST_LIST))))

    async def effective() -> list[set[str]]:
        return [set(FIRST_LIST) if (own := await stored(platform, each)) is None else set(own) for each in users]

    before = await effective()
    made = 0
    for _ in range(24):
        editor, at = random.choice(editors), random.randrange(len(users))
        usable = await used(platform, editor.token) if editor is editors[0] else set()
        pool = sorted(usable) if usable and random.random() < 0.8 else [*FIRST_LIST, "salary"]
        picked = random.sample(pool, min(len(pool), random.randint(1, 4)))
        cut = random.randint(0, len(picked))
        if random.random() < 0.2:
            answer = await reset(platform, editor.token, users[at])
        else:
            answer = await edit(platform, editor.token, users[at], add=picked[:cut], remove=picked[cut:])
        after = await effective()
        for position, (was, now) in enumerate(zip(before, after, strict=True)):
            assert (was ^ now) <= (usable if position == at else set()), (answer, was ^ now)
        made += answer["__typename"].endswith("Success")
        before = after
    assert 0 < made < 24
