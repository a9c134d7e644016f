"""Saved reports: whose they are, whom they are shared with, and that everybody runs them with his own rights."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform
from kept_reports import OPEN, asked, member, opened, saved

REPORT = "query ($input: ReportInput!) { report(input: $input) { rowCount columns { key values total } } }"


async def outcome(platform: Platform, who: str, mutation: str, **given: Any) -> str:
    """The type of what a mutation answers."""
    return str((await platform.change_by(who, mutation, **given))["__typename"])


async def test_rc10_a_saved_report_is_run_as_it_was_asked(platform: Platform) -> None:
    """RC5, RC10: what is kept is every word of what was asked, the lens too, and it answers what `report` answers."""
    owner = await member(platform, "Admin")
    report = await asked(
        platform,
        "clicks",
        "revenue",
        groupBy=["program", "month"],
        compareTo={"previous": "PREVIOUS_YEAR"},
        dateBasis="EVENT",
        timeZone="Europe/Berlin",
        currency="EUR",
        filters=[{"dimension": "weekday", "notIn": ["7"]}],
        statuses=["APPROVED", "PENDING"],
        having=[{"column": "revenue", "gt": "0"}],
        orderBy=[{"key": "revenue", "direction": "DESC"}],
    )
    kept = await saved(platform, owner.token, report)
    found = await opened(platform, owner.token, kept)
    assert orjson.loads(found["input"]) == report | {"onRestricted": "REJECT"}
    assert [each["key"] for each in found["columns"]] == ["clicks", "revenue"]
    ran = (await opened(platform, owner.token, kept, OPEN))["report"]
    direct = (await platform.read(owner.token, REPORT, input=orjson.loads(found["input"])))["report"]
    assert ran["rowCount"] == direct["rowCount"] > 3
    assert ran["columns"] == direct["columns"]


async def test_rc10_what_is_shared_is_the_definition_and_never_its_answer(platform: Platform) -> None:
    """RC6, RC10, LK24: each reader has his own rights; a column that he lacks is named as one, without a value."""
    owner, analyst = await member(platform, "Admin"), await member(platform, "Analyst")
    kept = await saved(platform, owner.token, await asked(platform, "clicks", "payout"))
    number = await platform.named("organization", NORTHWIND)
    given = {"savedReport": kept, "organization": platform.global_id("organization", number)}
    assert await opened(platform, analyst.token, kept) is None
    assert await outcome(platform, owner.token, "shareReport", **given) == "ShareReportSuccess"
    assert (await opened(platform, owner.token, kept, OPEN))["report"]["columns"][1]["total"] is not None
    found = await opened(platform, analyst.token, kept)
    assert [(each["key"], each["available"]) for each in found["columns"]] == [("clicks", True), ("payout", False)]
    assert found["input"] is None, "what names a column that is not there for him is not written out to him"
    answer = await platform.ask(analyst.token, OPEN, id=kept)
    (error,) = answer.errors
    assert error["extensions"]["code"] == "COLUMN_RESTRICTED"
    assert answer.data is not None
    assert answer.data["openReport"]["report"] is None
    change = {"savedReport": kept, "report": await asked(platform, "clicks", "payout", onRestricted="DROP")}
    assert await outcome(platform, owner.token, "editSavedReport", **change) == "EditSavedReportSuccess"
    ran = (await opened(platform, analyst.token, kept, OPEN))["report"]
    assert [each["key"] for each in ran["columns"]] == ["clicks"]
    assert await outcome(platform, owner.token, "unshareReport", **given) == "UnshareReportSuccess"
    assert await opened(platform, analyst.token, kept) is None


async def test_rc6_a_saved_report_knows_the_custom_metrics_of_its_reader(platform: Platform) -> None:
    """RC6, RC10: whoever has all its columns is told of it and has it run; nobody else is told its key anywhere."""
    owner, reader, analyst = [await member(platform, each) for each in ("Admin", "Admin", "Analyst")]
    org = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    given = {"name": "Payout of a click", "formula": "payout / clicks", "organization": org}
    made = await platform.change_by(owner.token, "createCustomMetric", "customMetric { key }", **given)
    key = made["customMetric"]["key"]
    by_key = {"having": [{"column": key, "gte": "0"}], "orderBy": [{"key": key, "direction": "DESC"}]}
    for report in (await asked(platform, "clicks", key), await asked(platform, "clicks", **by_key)):
        kept = await saved(platform, owner.token, report)
        await platform.change_by(owner.token, "shareReport", savedReport=kept, organization=org)
        for who in (owner, reader):
            found = await opened(platform, who.token, kept, OPEN)
            assert found["columns"][1] == {"key": key, "available": True, "reason": None}
            assert key in found["input"]
            direct = (await platform.read(who.token, REPORT, input=orjson.loads(found["input"])))["report"]
            assert found["report"]["columns"] == direct["columns"]
        answer = await platform.ask(analyst.token, OPEN, id=kept)
        assert answer.data is not None
        assert answer.data["openReport"] == {
            "input": None,
            "columns": [
                {"key": "clicks", "available": True, "reason": None},
                {"key": None, "available": False, "reason": "does not exist or is not available to you"},
            ],
            "report": None,
        }
        (error,) = answer.errors
        assert error["extensions"]["code"] == "COLUMN_RESTRICTED"
        assert error["message"] == "A column that it names does not exist or is not available to you."
        exported = await platform.change_by(analyst.token, "exportReport", savedReport=kept, format="CSV")
        assert exported["message"] == error["message"]
        assert key not in str((answer, exported))


async def test_c22_who_sees_what_members_share(platform: Platform) -> None:
    """C-22, RC10: CUSTOM_REPORTS, DASHBOARD or REPORT_MANAGEMENT, or a member with full sight; nobody of elsewhere."""
    owner = await member(platform, "Admin")
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    number = platform.engine.services.ids.decode(kept)[1].id
    org = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    answer = await platform.change_by(
        owner.token, "shareReport", "savedReport { organization { name } }", savedReport=kept, organization=org
    )
    assert answer["savedReport"]["organization"] == {"name": NORTHWIND}
    for key in ("adv-admin", "adv-guest", "analyst", "finance", "implementation", "marketing"):
        assert await platform.node(platform.member(key), "saved_report", number) is not None, key
    for key in ("scoped-analyst", "partner-admin", "nobody", "admin", "collab-owner", "support"):
        assert await platform.node(platform.member(key), "saved_report", number) is None, key


async def test_a_report_is_shared_with_one_user_and_with_nobody_else(platform: Platform) -> None:
    """RC10: whom its owner sees; ended one by one, or for everybody at once."""
    owner, reader = await member(platform, "Admin"), await member(platform, "Member")
    other, stranger = await member(platform, "Member"), await member(platform, "Member", BLUEBIRD)
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    with_ = {
        each.id: {"savedReport": kept, "user": platform.global_id("app_user", each.id)}
        for each in (owner, reader, other, stranger)
    }
    assert await outcome(platform, owner.token, "shareReport", **with_[stranger.id]) == "NotFound"
    assert await outcome(platform, owner.token, "shareReport", **with_[owner.id]) == "ValidationError"
    assert await outcome(platform, owner.token, "shareReport", savedReport=kept) == "ValidationError"
    assert await outcome(platform, owner.token, "unshareReport", **with_[reader.id]) == "ValidationError"
    for _ in range(2):
        assert await outcome(platform, owner.token, "shareReport", **with_[reader.id]) == "ShareReportSuccess"
    assert await opened(platform, reader.token, kept) is not None
    assert await opened(platform, other.token, kept) is None
    assert await outcome(platform, owner.token, "unshareReport", **with_[reader.id]) == "UnshareReportSuccess"
    assert await opened(platform, reader.token, kept) is None
    assert await outcome(platform, owner.token, "shareReport", **with_[reader.id]) == "ShareReportSuccess"
    assert await outcome(platform, owner.token, "unshareReport", savedReport=kept) == "UnshareReportSuccess"
    assert await opened(platform, reader.token, kept) is None


async def test_c22_who_runs_reports_only_does_not_save_them(platform: Platform) -> None:
    """C-22: CUSTOM_REPORTS V and GUEST run; M, ADMIN and MEMBER save. On the platform REPORTS W does."""
    lens = {"kind": "PLATFORM"}
    report = await asked(platform, "clicks")
    for_staff = report | {"lens": lens}
    for key in ("adv-member", "marketing"):
        assert await outcome(platform, platform.member(key), "saveReport", name="It", report=report) == (
            "SaveReportSuccess"
        )
    for key in ("manager", "affiliate-manager-all"):
        assert await outcome(platform, platform.member(key), "saveReport", name="It", report=for_staff) == (
            "SaveReportSuccess"
        )
    for key in ("analyst", "adv-guest"):
        if await platform.exists(platform.member(key), "Mutation.saveReport"):
            assert await outcome(platform, platform.member(key), "saveReport", name="It", report=report) == "Forbidden"
    reads = await platform.staff("AFFILIATES:R REPORTS:R")
    assert not await platform.exists(reads.token, "Mutation.saveReport")
    for key in ("northwind-key", "northwind-reports-key", "nobody"):
        assert not await platform.exists(platform.member(key), "Mutation.saveReport"), key


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": ["zzz"]}, 'Column "zzz" does not exist or is not available to you.'),
        ({"columns": []}, "A report has at least one column."),
        ({"after": "x"}, "This is of no page: leave out `after`."),
        ({"lens": {"kind": "PLATFORM"}}, "This lens does not exist or is not available to you."),
        ({"lens": {"kind": "ADVERTISER"}}, "A lens has an organization for ADVERTISER and PARTNER"),
    ],
)
async def test_rc6_only_what_may_be_asked_is_kept(platform: Platform, change: dict[str, Any], said: str) -> None:
    """RC6, AC12: a restricted column and one that does not exist are refused in the same words."""
    owner = platform.member("adv-member")
    report = await asked(platform, "clicks") | change
    answer = await platform.change_by(owner, "saveReport", name="It", report=report)
    assert answer["__typename"] == "ValidationError"
    assert answer["message"].startswith(said)
    assert answer["path"][:1] == ["report"] or answer["path"] == ["input", "report"]


async def test_ac12_only_its_owner_changes_a_report(platform: Platform) -> None:
    """AC12, LK15: who sees it may not, and to everybody else it is what does not exist; versions are compared last."""
    owner, reader = await member(platform, "Admin"), await member(platform, "Member")
    stranger = await member(platform, "Admin", BLUEBIRD)
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    user = platform.global_id("app_user", reader.id)
    assert await outcome(platform, owner.token, "shareReport", savedReport=kept, user=user) == "ShareReportSuccess"
    own = await saved(platform, reader.token, await asked(platform, "clicks"))
    assert await opened(platform, owner.token, own) is None
    for mutation, more in (
        ("editSavedReport", {"name": "Mine"}),
        ("shareReport", {"user": user}),
        ("unshareReport", {}),
        ("deleteSavedReport", {}),
    ):
        assert await outcome(platform, reader.token, mutation, savedReport=kept, **more) == "Forbidden", mutation
        assert await outcome(platform, stranger.token, mutation, savedReport=kept, **more) == "NotFound", mutation
    assert await outcome(platform, owner.token, "editSavedReport", savedReport=kept, version=99) == "Conflict"
    edited = await platform.change_by(
        owner.token, "editSavedReport", "savedReport { name lens }", savedReport=kept, name="New"
    )
    assert edited["savedReport"] == {"name": "New", "lens": "ADVERTISER"}
    assert await outcome(platform, owner.token, "deleteSavedReport", savedReport=kept) == "DeleteSavedReportSuccess"
    assert await opened(platform, owner.token, kept) is None
    assert await opened(platform, reader.token, kept) is None


async def test_rc10_rights_lost_since_count_for_the_owner_too(platform: Platform) -> None:
    """RC10, AC6: who is no longer a member has his definition, and nothing to run it with."""
    owner = await member(platform, "Admin")
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {owner.id}")
    again = await platform.membership(BLUEBIRD, "Member")
    await platform.add(again[0], user_id=owner.id, **again[1])
    found = await opened(platform, owner.token, kept)
    assert found["input"] is None
    assert [each["available"] for each in found["columns"]] == [False]
    answer = await platform.ask(owner.token, OPEN, id=kept)
    assert answer.errors[0]["extensions"]["code"] == "COLUMN_RESTRICTED"
