"""Imports through the API that end before their end, and files that are none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from demo_platform import Platform
from sent_imports import HEADER, Desk, Place, desk_over, row, until

from sightline.db.import_jobs import STOPPED, give_up_imports
from sightline.db.imports.steps import LOCK
from sightline.server.imports.running import RIGHTS_CHANGED


@pytest.fixture
async def desk(platform: Platform) -> AsyncIterator[Desk]:
    async with desk_over(platform) as opened:
        yield opened


@pytest.fixture
async def place(desk: Desk) -> Place:
    return (await desk.places())[0]


async def test_a15_what_is_wrong_with_a_mapping_is_told_at_once(desk: Desk) -> None:
    """A15: with its line and key, before any file is sent; no job is made."""
    who = (await desk.importer()).token
    good = desk.mapping()
    for mapping, said in (
        (good.replace("by: name", "by: colour", 1), "mapping line 9: account.by is 'colour'"),
        (good.replace("order: {key: order, date: when}\n", ""), "order is missing"),
        (good + "colour: red\n", "colour is unknown"),
        ("", "a mapping is a block"),
        ("[1, 2", "this is not YAML"),
        ("file: &a [*a]\n", "file must be a block"),
        (good + "create_missing: {organization: Newcomers}\n", "create_missing is the command line's alone"),
        (good + "# " + "x" * 20_000, "at most 20,000 characters"),
        (good.replace(desk.source, "x" * 101), "1 to 100 characters"),
    ):
        answer = await desk.asked(who, mapping)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["mapping"]), answer
        assert said in answer["message"], answer
    assert (await desk.asked(who, name="\n"))["path"] == ["name"]


async def test_a15_files_that_cannot_be_imported_say_why(desk: Desk, place: Place) -> None:
    """A15: no header, another header, another encoding, half a row, no text at all; never where the file lies."""
    who = (await desk.importer()).token
    good = row("1", place)
    for content, state, said in (
        ("\n\n", "FAILED", "The file"),
        ("order;when\n1;2\n", "FAILED", "has no column"),
        (HEADER.replace("kind", "order") + good, "FAILED", "two columns"),
        (HEADER.encode("utf-16") + good.encode("utf-16"), "FAILED", "The file"),
        (HEADER.encode() + good.replace("Bluebird", "Blu\xe9bird").encode("latin-1"), "COMPLETED", "not utf-8"),
        (HEADER + good[: len(good) // 2], "COMPLETED", ""),
        (HEADER, "COMPLETED", ""),
        (b"PK\x03\x04" + bytes(range(256)) * 40, "FAILED", "The file"),
    ):
        link = (await desk.asked(who))["link"]
        assert (await desk.sent(who, link, content)).status_code == 202
        ended = await desk.ended(who, link)
        reasons = [each["reason"] for each in ended["logs"]["nodes"]]
        assert ended["state"] == state, (content, ended)
        assert said in str(ended["problem"]) + str(reasons), (content, ended)
        assert "sightline-import" not in str(ended)
        assert ended["rowsAccepted"] in (None, 0)
    assert await desk.written() == []


async def test_a15_a_request_that_is_no_file_is_refused(desk: Desk, place: Place) -> None:
    """A15, N22: empty, too large, compressed, by another method, or one that another site's page could have sent."""
    who = (await desk.importer()).token
    link = (await desk.asked(who))["link"]
    desk.most_bytes = 500
    assert (await desk.sent(who, link, b"")).status_code == 400
    for headers in ({}, {"transfer-encoding": "chunked"}):
        response = await desk.sent(who, link, b"x" * 501, **headers)
        assert (response.status_code, response.headers["connection"]) == (413, "close")
    assert (await desk.sent(who, link, b"x", **{"content-encoding": "gzip"})).status_code == 415
    assert (await desk.sent(who, f"{link}?token=x", b"x")).status_code == 400
    cookie = {"cookie": f"sightline-demo={who}"}
    for headers in (
        {"content-type": "text/plain", "origin": "http://test"},
        {"content-type": "text/csv"},
        {"content-type": "text/csv", "origin": "http://evil.example"},
        {"content-type": "text/csv", "sec-fetch-site": "cross-site"},
    ):
        refused = await desk.sent(None, link, HEADER + row("1", place), **(cookie | headers))
        assert refused.status_code in (401, 403), headers
    assert (await desk.job(who, link))["state"] == "QUEUED"
    assert (await desk.sent(who, link, HEADER + row("1", place))).status_code == 202
    again = await desk.sent(who, link, HEADER + row("2", place))
    assert again.status_code == 409
    assert (await desk.ended(who, link))["state"] == "COMPLETED"
    assert await desk.written() == ["1"]


async def test_a15_a_revocation_ends_an_import(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, F19: in the middle, and while it waits for its turn; the job says so, and nothing of it is kept."""
    person = await desk.importer()
    links = [(await desk.asked(person.token))["link"] for _ in range(2)]
    async with desk.held_up():
        for number, link in enumerate(links):
            assert (await desk.sent(person.token, link, HEADER + row(str(number), place))).status_code == 202
        await desk.until_running(person.token, links[0])
        role = await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", person.id)
        await platform.change(
            f"DELETE FROM role_permission WHERE role_id = {role} AND permission = 'TRANSACTIONS'",
        )
        ended = [await desk.ended(person.token, link) for link in links]
    assert [(each["state"], each["problem"]) for each in ended] == [("FAILED", RIGHTS_CHANGED)] * 2
    assert await desk.written() == []


async def test_a15_whoever_is_suspended_imports_nothing(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, AC6: what he began ends; its job says so to whoever may read it."""
    person = await desk.importer()
    link = (await desk.asked(person.token))["link"]
    async with desk.held_up():
        await desk.sent(person.token, link, HEADER + row("1", place))
        await desk.until_running(person.token, link)
        await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {person.id}")
        await until(lambda: platform.one("SELECT state = 'FAILED' FROM import_job WHERE source = $1", desk.source))
    assert await platform.one("SELECT problem FROM import_job WHERE source = $1", desk.source) == RIGHTS_CHANGED
    assert await desk.written() == []


async def test_a15_an_import_is_given_up_by_whoever_began_it(desk: Desk, place: Place) -> None:
    """A15: before its file came, or in the middle; for others it is none; once it has ended there is nothing to do."""
    who, other = (await desk.importer()).token, (await desk.importer()).token
    waiting, running = [(await desk.asked(who)) for _ in range(2)]

    async def given_up(by: str, link: str) -> str:
        answer = await desk.platform.change_by(by, "cancelImport", importJob=link.rpartition("/")[2])
        return str(answer["__typename"])

    assert await given_up(other, waiting["link"]) == "NotFound"
    assert await given_up(who, waiting["link"]) == "CancelImportSuccess"
    assert (await desk.sent(who, waiting["link"], HEADER + row("1", place))).status_code == 409
    async with desk.held_up():
        await desk.sent(who, running["link"], HEADER + row("1", place))
        await desk.until_running(who, running["link"])
        assert await given_up(who, running["link"]) == "CancelImportSuccess"
        ended = await desk.ended(who, running["link"])
    assert (ended["state"], ended["problem"], ended["rowsAccepted"]) == ("CANCELLED", None, None)
    assert await given_up(who, running["link"]) == "ValidationError"
    assert (await desk.imported(who, row("2", place)))["state"] == "COMPLETED"
    assert await desk.written() == ["2"]


async def test_a15_a_server_that_stops_leaves_no_half_import(platform: Platform, place: Place) -> None:
    """A15: what it was carrying out, and what waited, has failed and says so; the file can be sent for a new one."""
    async with AsyncExitStack() as held, desk_over(platform) as first:
        who = (await first.importer()).token
        links = [(await first.asked(who))["link"] for _ in range(3)]
        await held.enter_async_context(first.held_up())
        for number, link in enumerate(links[:2]):
            await first.sent(who, link, HEADER + row(str(number), place))
        await first.until_running(who, links[0])
    ended = [await first.job(who, link) for link in links]
    assert [(each["state"], each["problem"]) for each in ended[:2]] == [("FAILED", STOPPED)] * 2
    assert ended[2]["state"] == "QUEUED"
    assert await first.written() == []


async def test_a15_a_server_that_died_is_noticed_by_another(platform: Platform, desk: Desk, place: Place) -> None:
    """A15: a job of which nobody has said for a while that it lives has failed; one that waits for its file has not."""
    who = (await desk.importer()).token
    dead, waiting = [(await desk.asked(who))["link"] for _ in range(2)]
    number = platform.engine.services.ids.decode(dead.rpartition("/")[2])[1].id
    await platform.change(
        "UPDATE import_job SET state = 'RUNNING', started_at = now(), beat_at = now() - interval '2 minutes'"
        f" WHERE id = {number}"
    )
    await give_up_imports(platform.engine.database.writes, silent=timedelta(seconds=60))
    ended = await desk.job(who, dead)
    assert (ended["state"], ended["problem"]) == ("FAILED", STOPPED)
    assert (await desk.job(who, waiting))["state"] == "QUEUED"


async def test_a15_two_imports_at_once_write_every_order_once(platform: Platform, desk: Desk, place: Place) -> None:
    """A15, D3: of one source, in two processes: one waits for the other, and both accept every row."""
    who = (await desk.importer()).token
    rows = HEADER + "".join(row(str(number), place) for number in range(20))
    async with desk_over(platform) as other:
        other.source = desk.source
        links = [(await desk.asked(who))["link"] for _ in range(4)]
        await asyncio.gather(*(each.sent(who, link, rows) for each, link in zip((desk, other) * 2, links, strict=True)))
        ended = [await desk.ended(who, link) for link in links]
    assert [(each["state"], each["rowsAccepted"]) for each in ended] == [("COMPLETED", 20)] * 4
    assert len(await desk.written()) == 20


@asynccontextmanager
async def deaf(platform: Platform, desk: Desk, state: str, code: str) -> AsyncIterator[None]:
    """A block in which the database cannot be told that an import of the desk is in a state; it ends after a try."""
    await platform.change(
        "CREATE SEQUENCE tried",
        "CREATE FUNCTION refuse_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        f" $$ BEGIN PERFORM nextval('tried'); RAISE EXCEPTION USING ERRCODE = '{code}'; END $$",
        "CREATE TRIGGER deaf BEFORE UPDATE ON import_job FOR EACH ROW WHEN (OLD.state = 'RUNNING'"
        f" AND NEW.state = '{state}' AND NEW.source = '{desk.source}') EXECUTE FUNCTION refuse_state()",
    )
    try:
        yield
        await until(lambda: platform.one("SELECT is_called FROM tried"))
    finally:
        await platform.change("DROP FUNCTION refuse_state CASCADE", "DROP SEQUENCE tried")


FAULTS = pytest.mark.parametrize("code", ["55P03", "P0001"], ids=["busy", "broken"])


@FAULTS
async def test_a15_an_import_that_cannot_be_put_back_waits_all_the_same(
    platform: Platform, desk: Desk, place: Place, code: str
) -> None:
    """A15: of a source that is busy, while the database is not to be reached: it is imported later."""
    who = (await desk.importer()).token
    async with AsyncExitStack() as held:
        connection = await held.enter_async_context(platform.engine.database.owner())
        async with connection.transaction(), deaf(platform, desk, "QUEUED", code):
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))", desk.source, LOCK)
            link = (await desk.asked(who))["link"]
            assert (await desk.sent(who, link, HEADER + row("1", place))).status_code == 202
    assert (await desk.ended(who, link))["state"] == "COMPLETED"
    assert await desk.written() == ["1"]


@FAULTS
async def test_a15_an_import_whose_failure_cannot_be_told_is_failed_later(
    platform: Platform, desk: Desk, place: Place, code: str
) -> None:
    """A15: with its own problem; and the next file is imported."""
    who = (await desk.importer()).token
    async with deaf(platform, desk, "FAILED", code):
        link = (await desk.asked(who))["link"]
        assert (await desk.sent(who, link, "no,such,columns\n")).status_code == 202
    ended = await desk.ended(who, link)
    assert (ended["state"], "has no column" in ended["problem"]) == ("FAILED", True)
    assert (await desk.imported(who, row("2", place)))["state"] == "COMPLETED"
    assert await desk.written() == ["2"]
