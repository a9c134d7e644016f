"""Exports whose process ends in the middle: noticed by another, and fetched anew."""

from __future__ import annotations

from datetime import timedelta

from demo_platform import Platform
from files_of_reports import export_of, exports_over, fetched, state_of, watched
from kept_reports import asked, member
from sent_imports import until

from sightline.db.report_exports import STOPPED, begin_export, give_up_exports

OLD = "UPDATE report_export SET beat_at = now() - interval '2 minutes' WHERE id = {}"
BEATS = "SELECT beat_at > clock_timestamp() - interval '10 seconds' FROM report_export WHERE id = $1"
SILENT = timedelta(seconds=60)


async def ordered(platform: Platform) -> tuple[str, str, int]:
    """Somebody, the path of an export of his, and its number."""
    who = (await member(platform, "Admin")).token
    path = await export_of(platform, who, await asked(platform, "clicks", groupBy=["program", "day", "account"]))
    return who, path, platform.engine.services.ids.decode(path.rpartition("/")[2])[1].id


async def test_rc11_an_export_whose_process_died_has_failed(platform: Platform) -> None:
    """RC11: once nobody has said for a while that it is written; it says why, and may be fetched anew."""
    writes = platform.engine.database.writes
    who, path, number = await ordered(platform)
    await give_up_exports(writes, silent=SILENT)
    assert (await state_of(platform, who, path))["state"] == "WAITING"
    assert await begin_export(writes, number)
    await give_up_exports(writes, silent=SILENT)
    assert (await state_of(platform, who, path))["state"] == "RUNNING"
    await platform.change(OLD.format(number))
    await give_up_exports(writes, silent=SILENT)
    given_up = await state_of(platform, who, path)
    assert (given_up["state"], given_up["error"]) == ("FAILED", STOPPED)
    assert (await fetched(exports_over(platform), path, who)).status_code == 200
    assert (await state_of(platform, who, path))["state"] == "COMPLETED"


async def test_rc11_an_export_that_is_written_is_not_given_up(platform: Platform) -> None:
    """RC11: however slowly its client takes it: the process that writes it says so meanwhile."""
    writes = platform.engine.database.writes
    who, path, number = await ordered(platform)
    exports = exports_over(platform, beat_seconds=0.05)

    async def slowly() -> None:
        await platform.change(OLD.format(number))
        await until(lambda: platform.one(BEATS, number))
        await give_up_exports(writes, silent=SILENT)

    async with exports.open():
        whole = await watched(exports, path, who, slowly)
        assert not exports.held
    assert (whole.status, whole.complete) == (200, True)
    assert (await state_of(platform, who, path))["state"] == "COMPLETED"
