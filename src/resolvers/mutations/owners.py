"""Giving and taking access to one company or one affiliate account: an owner stays, and nothing outlasts its giver.

The sibling of `handing_on` for scopes in which whoever may give holds everything there is to give: what is left to
decide is for how long (DR13), and that somebody remains in charge (AC9, SM2).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from sightline.resolvers.mutations.change import Change
from sightline.resolvers.mutations.refusals import NotAllowedError

# A time-boxed or suspended owner does not count (DR13).
_OWNERS = {
    "company": """
        SELECT 1 FROM company_access a JOIN app_user u ON u.id = a.user_id
        WHERE a.company_id = $1 AND a.level = 'OWNER' AND a.expires_at IS NULL AND u.status = 'ACTIVE' LIMIT 1
    """,
    "affiliate_account": """
        SELECT 1 FROM collaborator a JOIN app_user u ON u.id = a.user_id
        WHERE a.affiliate_account_id = $1 AND a.role = 'OWNER' AND a.expires_at IS NULL AND u.status = 'ACTIVE' LIMIT 1
    """,
}
_COMPANY_ENDS = "SELECT expires_at FROM company_access WHERE company_id = $1 AND user_id = $2"


@asynccontextmanager
async def keeping_an_owner(change: Change, entity: str, number: int) -> AsyncIterator[None]:
    """A block that takes access to a company or an account. Raises NotAllowedError where the last owner would go."""
    was_owned = await is_owned(change, entity, number)
    yield
    if was_owned and not await is_owned(change, entity, number):
        raise NotAllowedError("This would leave no owner who stays: make somebody else one first.")


async def is_owned(change: Change, entity: str, number: int) -> bool:
    """Whether a company or an account has an owner who is active and permanent."""
    return bool(await change.fetch(_OWNERS[entity], number))


async def refuse_longer_than_own(change: Change, company: int, ends: Iterable[datetime | None]) -> None:
    """DR13: whoever has access to a company until some day gives and takes there what ends no later."""
    (own,) = await change.fetch(_COMPANY_ENDS, company, change.actor)
    refuse_longer(own["expires_at"], ends)


def refuse_longer(own: datetime | None, ends: Iterable[datetime | None]) -> None:
    """Raise NotAllowedError where any of these is later than one's own end; None is never."""
    if own is not None and any(end is None or end > own for end in ends):
        raise NotAllowedError(f"You hold your own access until {own.isoformat()}: give or take nothing longer.")
