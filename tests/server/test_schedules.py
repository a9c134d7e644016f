"""Schedules: run as their owner, with the rights he has then; each run is written down, and its file is his alone."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform
from files_of_reports import exports_over, fetched
from kept_reports import asked, member, saved

from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.cron import cron_of
from sightline.server.exports.scheduling import Scheduling
from sightline.server.mail.letters import Letters
from sightline.server.mail.outbox import Outbox

FIELDS = "id reportSchedule { state cron timeZone format onRestricted nextRunAt lastRunAt lastError }"
NAME = "query ($id: ID!) { node(id: $id) { ... on ReportSchedule { savedReport { name } } } }"
DELIVERIES = """query ($id: ID!) { node(id: $id) { ... on ReportSchedule { lastRunAt lastError nextRunAt
    reportExports(first: 10) { nodes { id state error name format } } } } }"""


async def scheduled(platform: Platform, who: Person, report: dict[str, Any], **more: Any) -> str:
    """The id of a schedule of a report that somebody saves."""
    kept = await saved(platform, who.token, report)
    given = {"savedReport": kept, "cron": "0 6 1 * *", "timeZone": "Europe/Berlin", "format": "CSV"} | more
    answer = await platform.change_by(who.token, "scheduleReport", FIELDS, **given)
    assert answer["__typename"] == "ScheduleReportSuccess", answer
    return str(answer["id"])


async def ran(platform: Platform, who: Person, schedule: str) -> dict[str, Any]:
    """A schedule after it was due, and alone was."""
    number = platform.engine.services.ids.decode(schedule)[1].id
    await platform.change(
        f"UPDATE report_schedule SET next_run_at = '2999-01-01' WHERE id <> {number}",
        f"UPDATE report_schedule SET next_run_at = clock_timestamp() WHERE id = {number}",
    )
    scheduling = Scheduling(platform.engine.database, platform.engine.services)
    assert await scheduling.run_one()
    assert not await scheduling.run_one(), "once, and nothing else was due"
    found: dict[str, Any] = (await platform.read(who.token, DELIVERIES, id=schedule))["node"]
    return found


async def outcome(platform: Platform, who: str, mutation: str, **given: Any) -> str:
    """The type of what a mutation answers."""
    return str((await platform.change_by(who, mutation, **given))["__typename"])


async def test_rc10_a_schedule_delivers_what_its_owner_may_have(platform: Platform) -> None:
    """RC10, RC11: an export that waits for him alone, over the period that was meant when it ran; a mail tells."""
    owner, other = await member(platform, "Admin"), await member(platform, "Admin")
    await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {owner.id}")
    report = await asked(platform, "clicks", period={"preset": "LAST_MONTH"})
    schedule = await scheduled(platform, owner, report)
    found = await ran(platform, owner, schedule)
    (delivery,) = found["reportExports"]["nodes"]
    assert (delivery["state"], delivery["error"], delivery["format"]) == ("WAITING", None, "CSV")
    assert found["lastError"] is None
    assert found["nextRunAt"] > found["lastRunAt"]
    number = platform.engine.services.ids.decode(delivery["id"])[1].id
    period = await platform.one("SELECT definition -> 'period' FROM report_export WHERE id = $1", number)
    assert list(period) == ["moments"]
    assert [subject for subject, _ in await mailed(platform, owner)] == ["A report is ready"]
    exports = exports_over(platform)
    link = f"/exports/{delivery['id']}"
    assert (await fetched(exports, link, other.token)).status_code == 404
    assert (await fetched(exports, link, platform.member("admin"))).status_code == 404
    assert (await fetched(exports, link, owner.token)).status_code == 200


async def test_rc10_a_column_that_was_lost_fails_the_run_or_is_dropped(platform: Platform) -> None:
    """RC10: `onRestricted` says which; what could not be delivered is written down with its code."""
    analyst = await platform.predefined("Analyst")
    for on_restricted, states in (("FAIL", ("REFUSED", "COLUMN_RESTRICTED")), ("DROP", ("WAITING", None))):
        owner = await member(platform, "Admin")
        report = await asked(platform, "clicks", "payout")
        schedule = await scheduled(platform, owner, report, onRestricted=on_restricted)
        await platform.change(f"UPDATE role_assignment SET role_id = {analyst} WHERE user_id = {owner.id}")
        found = await ran(platform, owner, schedule)
        (delivery,) = found["reportExports"]["nodes"]
        restricted = await _lacks_payout(platform, owner, report)
        assert restricted, "otherwise this proves nothing"
        assert (delivery["state"], delivery["error"]) == states
        assert found["lastError"] == states[1]
        link = f"/exports/{delivery['id']}"
        assert (await fetched(exports_over(platform), link, owner.token)).status_code == (
            410 if on_restricted == "FAIL" else 200
        )


async def test_rc10_a_schedule_that_begins_to_be_refused_tells_its_owner_once(platform: Platform) -> None:
    """RC10: why, and where to look; again where it was delivered meanwhile, or the reason is another."""
    owner = await member(platform, "Admin")
    await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {owner.id}")
    schedule = await scheduled(platform, owner, await asked(platform, "clicks", "payout"))
    name = (await platform.read(owner.token, NAME, id=schedule))["node"]["savedReport"]["name"]
    held = await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", owner.id)
    for role, told in (
        (await platform.predefined("Analyst"), ["A scheduled report is not delivered"]),
        (await platform.predefined("Analyst"), []),
        (held, ["A report is ready"]),
        (await platform.predefined("Analyst"), ["A scheduled report is not delivered"]),
    ):
        await platform.change(f"UPDATE role_assignment SET role_id = {role or 'NULL'} WHERE user_id = {owner.id}")
        await ran(platform, owner, schedule)
        mails = await mailed(platform, owner)
        assert [subject for subject, _ in mails] == told
        for subject, text in mails:
            assert f'Your report "{name}"' in text
            assert "https://sightline.example/reports" in text
            assert ("is not there for you, or not any more" in text) is (subject != "A report is ready")
            assert "payout" not in text


async def test_a_mail_has_no_name_that_somebody_else_gave(platform: Platform) -> None:
    """RC10: of a report that is shared with him its reader is told without it, and of one no longer shared as well."""
    owner, reader = await member(platform, "Admin"), await member(platform, "Admin")
    await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {reader.id}")
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    await platform.change_by(
        owner.token, "shareReport", savedReport=kept, user=platform.global_id("app_user", reader.id)
    )
    given = {"savedReport": kept, "cron": "0 6 1 * *", "timeZone": "UTC", "format": "CSV"}
    schedule = (await platform.change_by(reader.token, "scheduleReport", FIELDS, **given))["id"]
    for said in ("was run, and waits for you", "It is no longer shared with you."):
        await ran(platform, reader, schedule)
        ((_, text),) = await mailed(platform, reader)
        assert text.startswith("A report that you scheduled ")
        assert said in text
        await platform.change_by(owner.token, "unshareReport", savedReport=kept)


async def mailed(platform: Platform, who: Person) -> list[tuple[str, str]]:
    """Subject and text of what the post brings somebody. Sends all that waits."""
    sent: list[EmailMessage] = []

    async def carry(message: EmailMessage) -> None:
        sent.append(message)

    letters = Letters("sightline@example.com", "https://sightline.example")
    outbox = Outbox(platform.engine.database, platform.secrets, letters, carry)
    while await outbox.send_one():
        pass
    address = await platform.one("SELECT email FROM app_user WHERE id = $1", who.id)
    return [(each["Subject"], each.get_content()) for each in sent if each["To"] == address]


async def _lacks_payout(platform: Platform, owner: Person, report: dict[str, Any]) -> bool:
    answer = await platform.ask(
        owner.token, "query ($input: ReportInput!) { report(input: $input) { rowCount } }", input=report
    )
    return [error["extensions"]["code"] for error in answer.errors] == ["COLUMN_RESTRICTED"]


async def test_dr16_a_suspended_owner_is_delivered_nothing(platform: Platform) -> None:
    """DR16, RC10: the run is written down as refused; so is that of a report which is no longer shared with him."""
    owner = await member(platform, "Admin")
    schedule = await scheduled(platform, owner, await asked(platform, "clicks"))
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {owner.id}")
    number = platform.engine.services.ids.decode(schedule)[1].id
    await platform.change(
        f"UPDATE report_schedule SET next_run_at = '2999-01-01' WHERE id <> {number}",
        f"UPDATE report_schedule SET next_run_at = clock_timestamp() WHERE id = {number}",
    )
    assert await Scheduling(platform.engine.database, platform.engine.services).run_one()
    written = "SELECT state::text || ' ' || error FROM report_export WHERE schedule_id = $1"
    assert await platform.stored(written, number) == ["REFUSED FORBIDDEN"]
    await platform.change(f"UPDATE app_user SET status = 'ACTIVE' WHERE id = {owner.id}")
    reader = await member(platform, "Admin")
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    user = platform.global_id("app_user", reader.id)
    assert await outcome(platform, owner.token, "shareReport", savedReport=kept, user=user) == "ShareReportSuccess"
    given = {"savedReport": kept, "cron": "0 6 1 * *", "timeZone": "UTC", "format": "CSV"}
    answer = await platform.change_by(reader.token, "scheduleReport", FIELDS, **given)
    await platform.change_by(owner.token, "unshareReport", savedReport=kept)
    found = await ran(platform, reader, answer["id"])
    assert [each["error"] for each in found["reportExports"]["nodes"]] == ["NOT_FOUND"]


async def test_who_schedules_and_who_does_not(platform: Platform) -> None:
    """C-22, AC12, LK15: who may save; only its owner changes a schedule or knows of it; nothing in it is guessed."""
    owner, stranger = await member(platform, "Admin"), await member(platform, "Admin", BLUEBIRD)
    colleague, analyst = await member(platform, "Admin"), await member(platform, "Analyst")
    schedule = await scheduled(platform, owner, await asked(platform, "clicks"))
    kept = await saved(platform, owner.token, await asked(platform, "clicks"))
    org = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    await platform.change_by(owner.token, "shareReport", savedReport=kept, organization=org)
    given = {"savedReport": kept, "cron": "0 6 1 * *", "timeZone": "UTC", "format": "CSV"}
    assert await outcome(platform, stranger.token, "scheduleReport", **given) == "NotFound"
    assert not await platform.exists(analyst.token, "Mutation.scheduleReport"), "CUSTOM_REPORTS V runs, and no more"
    for who in (stranger, colleague):
        for mutation in ("editSchedule", "deleteSchedule"):
            assert await outcome(platform, who.token, mutation, reportSchedule=schedule) == "NotFound", mutation
    wrong = {"cron": "* * * * *", "timeZone": "Mars/Base", "format": "CSV"}
    for name, value in wrong.items():
        if name != "format":
            answer = await platform.change_by(owner.token, "scheduleReport", FIELDS, **(given | {name: value}))
            assert (answer["__typename"], answer["path"][-1]) == ("ValidationError", name)
    paused = await platform.change_by(owner.token, "editSchedule", FIELDS, reportSchedule=schedule, state="PAUSED")
    assert (paused["reportSchedule"]["state"], paused["reportSchedule"]["nextRunAt"]) == ("PAUSED", None)
    assert await outcome(platform, owner.token, "editSchedule", reportSchedule=schedule, version=99) == "Conflict"
    again = await platform.change_by(owner.token, "editSchedule", FIELDS, reportSchedule=schedule, state="ACTIVE")
    assert again["reportSchedule"]["nextRunAt"] is not None
    assert await outcome(platform, owner.token, "deleteSchedule", reportSchedule=schedule) == "DeleteScheduleSuccess"
    assert await outcome(platform, owner.token, "deleteSchedule", reportSchedule=schedule) == "NotFound"


@pytest.mark.parametrize(
    ("text", "zone", "after", "expected"),
    [
        ("0 6 1 * *", "UTC", "2026-01-01T06:00", "2026-02-01T06:00"),
        ("0 6 1 * *", "UTC", "2026-01-01T05:59", "2026-01-01T06:00"),
        ("30 */6 * * *", "UTC", "2026-01-01T06:30", "2026-01-01T12:30"),
        ("0 9 * * 1-5", "UTC", "2026-01-02T10:00", "2026-01-05T09:00"),
        ("0 9 * * 0", "UTC", "2026-01-02T10:00", "2026-01-04T09:00"),
        ("0 9 * * 7", "UTC", "2026-01-02T10:00", "2026-01-04T09:00"),
        ("0 0 13 * 5", "UTC", "2026-02-01T00:00", "2026-02-06T00:00"),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("0 6 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T04:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_when_a_schedule_runs(text: str, zone: str, after: str, expected: str) -> None:
    """RC10: the five fields of cron; a time that clocks skip is when they stand after it, one shown twice the first."""
    moments = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (after, expected)]
    assert cron_of(text).after(moments[0], ZoneInfo(zone)) == moments[1]


NO_SCHEDULES = (
    *("", "0 6 1 *", "* * * * *", "0,30 6 * * *", "60 6 * * *", "0 24 * * *", "0 6 0 * *", "0 6 5-1 * *"),
    *("0 6 */0 * *", "0 6 x * *", "0 6 1 13 *", "0 6 1 * 8", "0 " + "1," * 200 + "1 * * *"),
    *("0 9 * * 5-0", "0 9 * * 1,6-0", "0 6 1-0 * *"),
)


@pytest.mark.parametrize("text", NO_SCHEDULES)
def test_what_is_no_schedule(text: str) -> None:
    """N42: refused, saying what to give instead; more than once an hour is."""
    with pytest.raises(BadInputError, match="schedule"):
        cron_of(text)
    assert cron_of("0 0 30 2 *").after(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")) is None
