"""Companies, and who has access to them: written by a company's OWNERs, and by nobody else (AC9, L1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sightline.db.tables.enums import CompanyLevel
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.owners import keeping_an_owner, refuse_longer_than_own
from sightline.resolvers.mutations.refusals import InvalidError

_LONGEST_TAX_ID = 50
_PRESENT = "SELECT 1 FROM company_access WHERE company_id = $1 AND user_id = $2"


async def create_company(change: Change, *, name: str, tax_id: str | None = None) -> Done:
    """A new company; whoever makes it is its first OWNER."""
    title, number = checks.name(name, "name"), _tax_id(tax_id)
    await change.allow("company:create", Found("app_user", Key(change.actor)))
    made = await change.insert("company", name=title, tax_id=number)
    await change.insert("company_access", company_id=made["id"], user_id=change.actor, level=CompanyLevel.OWNER)
    row = Found("company", Key(made["id"]))
    await change.record("company:create", row, after={"name": title})
    return Done({"company": row})


async def grant_company_access(
    change: Change, *, company: str, user: str, level: CompanyLevel, expires_at: datetime | None = None
) -> Done:
    """Access for somebody whom the giver knows: a colleague, a fellow collaborator."""
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    parent = await change.find("company", company, "company")
    target = await change.find("app_user", user, "user")
    await change.allow("company:manage", parent)
    await change.lock(parent)
    if await change.fetch(_PRESENT, parent.key.id, target.key.id):
        raise InvalidError("This user has access already, or had until lately: use changeCompanyAccess.", "user")
    await refuse_longer_than_own(change, parent.key.id, [end])
    values = {"level": level, "expires_at": end}
    made = await change.insert("company_access", company_id=parent.key.id, user_id=target.key.id, **values)
    row = Found("company_access", Key(made["id"]))
    await change.record("company_access:create", row, after=_described(made))
    return Done({"company_access": row, "company": parent})


async def change_company_access(
    change: Change, *, company_access: str, level: CompanyLevel | None = None, **given: Any
) -> Done:
    """Another level, another end; an end of null is none. The last OWNER who stays remains one."""
    values: dict[str, Any] = {} if level is None else {"level": level}
    if "expires_at" in given:
        values["expires_at"] = checks.future(given["expires_at"], change.operation.snapshot.clock, "expiresAt")
    row, before = await _managed(change, company_access)
    after = before
    if values:
        ends = [before["expires_at"], values.get("expires_at", before["expires_at"])]
        await refuse_longer_than_own(change, before["company_id"], ends)
        async with keeping_an_owner(change, "company", before["company_id"]):
            after = await change.update(row, **values)
        await change.record("company_access:edit", row, before=_described(before), after=_described(after))
    return Done({"company_access": row, "company": Found("company", Key(before["company_id"]))})


async def remove_company_access(change: Change, *, company_access: str) -> Done:
    """The end of somebody's access, at once."""
    row, before = await _managed(change, company_access)
    await refuse_longer_than_own(change, before["company_id"], [before["expires_at"]])
    async with keeping_an_owner(change, "company", before["company_id"]):
        await change.delete(row)
    await change.record("company_access:remove", row, before=_described(before))
    return Done({"company": Found("company", Key(before["company_id"]))})


async def _managed(change: Change, company_access: str) -> tuple[Found, Any]:
    """An access that the actor sees, to a company that he owns; the company is locked first."""
    row = await change.find("company_access", company_access, "companyAccess")
    (seen,) = await change.fetch("SELECT company_id FROM company_access WHERE id = $1", row.key.id)
    company = Found("company", Key(seen["company_id"]))
    await change.allow("company:manage", company)
    await change.lock(company)
    return row, await change.lock(row)


def _tax_id(given: str | None) -> str | None:
    text = (given or "").strip()
    if len(text) > _LONGEST_TAX_ID or not text.isprintable():
        raise InvalidError(f"A tax id has at most {_LONGEST_TAX_ID} characters that can be printed.", "taxId")
    return text or None


def _described(stored: Any) -> dict[str, Any]:
    """An access as the log has it."""
    return {
        "company": str(stored["company_id"]),
        "user": str(stored["user_id"]),
        "level": str(stored["level"]),
        "expires_at": stored["expires_at"],
    }
