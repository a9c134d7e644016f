"""Saved reports: who keeps which, and whom they are shared with (RC10, C-22).

What is kept is what somebody may ask at that moment; whoever runs it later does so with rights of his own.
"""

from __future__ import annotations

from typing import Any

from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError, invalid
from sightline.resolvers.reports.definitions import definition_of, lens_columns, stored_lens
from sightline.resolvers.reports.reports import ReadyReport, ready
from sightline.resolvers.reports.requests import ReportRequest

_EDITS = "saved_report:edit"
_MAY_NOT_SAVE = "You may run reports of this lens, and not save them."
_IS_SHARED = "SELECT true FROM saved_report_share WHERE saved_report_id = $1 AND user_id = $2"
_UNSHARE = "DELETE FROM saved_report_share WHERE saved_report_id = $1 AND user_id = $2 RETURNING true"
_UNSHARE_ALL = "DELETE FROM saved_report_share WHERE saved_report_id = $1"
_FORGET = (
    """
    UPDATE report_export SET saved_report_id = NULL, schedule_id = NULL
    WHERE saved_report_id = $1 OR schedule_id IN (SELECT id FROM report_schedule WHERE saved_report_id = $1)
    """,
    "DELETE FROM report_schedule WHERE saved_report_id = $1",
    _UNSHARE_ALL,
)


async def save_report(change: Change, *, name: str, report: ReportRequest) -> Done:
    """A definition of one's own, of what one may ask now."""
    called = checks.name(name, "name")
    await answerable(change, report)
    await may_save(change, report.lens)
    made = await change.insert(
        "saved_report",
        name=called,
        owner_id=change.actor,
        definition=definition_of(report),
        **lens_columns(report.lens),
    )
    row = Found("saved_report", Key(made["id"]))
    await change.record("saved_report:create", row, after={"name": called, "lens": report.lens.kind})
    return Done({"saved_report": row})


async def edit_saved_report(
    change: Change,
    *,
    saved_report: str,
    name: str | None = None,
    report: ReportRequest | None = None,
    version: int | None = None,
) -> Done:
    """Another name or another definition, for everybody it is shared with."""
    called = None if name is None else checks.name(name, "name")
    row = await own_report(change, saved_report)
    values: dict[str, Any] = {} if called is None else {"name": called}
    if report is not None:
        await answerable(change, report)
        await may_save(change, report.lens)
        values |= {"definition": definition_of(report), **lens_columns(report.lens)}
    stored = await change.lock(row)
    refuse_stale(stored, version)
    if values:
        after = await change.update(row, **values)
        shown = {each: after[each] for each in ("name", "lens")}
        await change.record("saved_report:edit", row, before=stored, after=shown)
    return Done({"saved_report": row})


async def share_report(
    change: Change, *, saved_report: str, organization: str | None = None, user: str | None = None
) -> Done:
    """Its definition for the members of an organization, or for one user whom its owner sees; never its answer."""
    if (organization is None) == (user is None):
        raise InvalidError("Name an organization or a user, one of the two.", "organization")
    row = await own_report(change, saved_report)
    if organization is not None:
        members = await change.find("organization", organization, "organization")
        await change.allow("saved_report:create_organization", members)
        stored = await change.lock(row)
        if stored["organization_id"] not in (None, members.key.id):
            raise InvalidError("It is shared with another organization: end that first.", "organization")
        return await _share_with_members(change, row, stored, members.key.id)
    reader = await change.find("app_user", user or "", "user")
    stored = await change.lock(row)
    await may_save(change, stored_lens(stored))
    if reader.key.id == change.actor:
        raise InvalidError("It is your own: share it with somebody else.", "user")
    if not await change.fetch(_IS_SHARED, row.key.id, reader.key.id):
        await change.insert("saved_report_share", saved_report_id=row.key.id, user_id=reader.key.id)
        await change.record("saved_report:share", row, after={"user": str(reader.key.id)})
    return Done({"saved_report": row})


async def unshare_report(
    change: Change, *, saved_report: str, organization: str | None = None, user: str | None = None
) -> Done:
    """Its definition no longer for somebody; where nobody is named, for its owner alone."""
    if organization is not None and user is not None:
        raise InvalidError("Name an organization, or a user, or nobody to end all sharing.", "organization")
    row = await own_report(change, saved_report)
    if organization is not None:
        members = await change.find("organization", organization, "organization")
        stored = await change.lock(row)
        if stored["organization_id"] != members.key.id:
            raise InvalidError("It is not shared with this organization.", "organization")
        return await _share_with_members(change, row, stored, None, action="saved_report:unshare")
    if user is not None:
        reader = await change.find("app_user", user, "user")
        if not await change.fetch(_UNSHARE, row.key.id, reader.key.id):
            raise InvalidError("It is not shared with this user.", "user")
        await change.record("saved_report:unshare", row, before={"user": str(reader.key.id)})
        return Done({"saved_report": row})
    stored = await change.lock(row)
    await change.connection.execute(_UNSHARE_ALL, row.key.id)
    return await _share_with_members(change, row, stored, None, action="saved_report:unshare")


async def delete_saved_report(change: Change, *, saved_report: str, version: int | None = None) -> Done:
    """It is gone, for everybody, with its schedules. Files that were asked for stay until they expire."""
    row = await own_report(change, saved_report)
    stored = await change.lock(row, version=version)
    for statement in _FORGET:
        await change.connection.execute(statement, row.key.id)
    await change.delete(row)
    await change.record("saved_report:delete", row, before={"name": stored["name"], "lens": stored["lens"]})
    return Done({"saved_report": row})


async def own_report(change: Change, text: str) -> Found:
    """A saved report of the actor's own; one that is shared with him is seen, and somebody else's to change."""
    row = await change.find("saved_report", text, "savedReport")
    await change.allow(_EDITS, row, message="This is somebody else's report: save one of your own.")
    return row


async def answerable(change: Change, report: ReportRequest, part: str = "report") -> ReadyReport:
    """A report that could be run now. Raises InvalidError for any other, in the words of `report` (RC6).

    `part` is the part of the input that led to it.
    """
    if report.after is not None:
        raise InvalidError("This is of no page: leave out `after`.", part)
    with invalid(part):
        return await ready(change.operation, report)


async def may_save(change: Change, lens: Lens) -> None:
    """Raise NotAllowedError for whoever may only run reports of this lens (C-22); its reports are his to ask."""
    if lens.number is None:
        await change.allow("saved_report:create_platform", message=_MAY_NOT_SAVE)
    elif lens.kind is ReportLens.ACCOUNT:
        await _allow_on(change, "saved_report:create_account", Found("affiliate_account", Key(lens.number)))
    else:
        await _allow_on(change, "saved_report:create_organization", Found("organization", Key(lens.number)))


async def _allow_on(change: Change, verb: str, row: Found) -> None:
    try:
        await change.allow(verb, row, message=_MAY_NOT_SAVE)
    except NotAllowedError:
        if change.operation.principal.key_id is not None:
            raise NotAllowedError("This is done in person: sign in to do it.") from None
        raise


async def _share_with_members(
    change: Change, row: Found, stored: Any, organization: int | None, *, action: str = "saved_report:share"
) -> Done:
    await change.update(row, organization_id=organization)
    await change.record(action, row, before=stored, after={"organization_id": organization})
    return Done({"saved_report": row})
