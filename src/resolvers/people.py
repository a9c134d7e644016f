"""Looking people up by what an identity provider says of them, and what a signed-in user is told of himself."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables import AppUserRow
from sightline.db.tables.enums import UserStatus

_EMAIL = sa.bindparam("email", type_=sa.Text())
_ACTIVE = AppUserRow.status == UserStatus.ACTIVE

_BY_SUBJECT = system_statement(
    sa.select(AppUserRow.id).where(
        AppUserRow.oidc_issuer == sa.bindparam("issuer", type_=sa.Text()),
        AppUserRow.oidc_subject == sa.bindparam("subject", type_=sa.Text()),
        _ACTIVE,
    )
)
# A user who is linked to somebody at a provider is that somebody alone, whoever else claims his address.
_BY_EMAIL = system_statement(
    sa.select(AppUserRow.id).where(AppUserRow.email == _EMAIL, AppUserRow.oidc_subject.is_(None), _ACTIVE)
)
_IS_ACTIVE = system_statement(
    sa.select(AppUserRow.id).where(AppUserRow.id == sa.bindparam("user_id", type_=sa.BigInteger()), _ACTIVE)
)
_PERSON = system_statement(
    sa.select(
        AppUserRow.name, AppUserRow.email, AppUserRow.email_verified_at.is_not(None).label("email_verified")
    ).where(AppUserRow.id == sa.bindparam("user_id", type_=sa.BigInteger()))
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a user is told of himself."""

    name: str
    email: str
    email_verified: bool


async def user_of_subject(snapshot: Snapshot, issuer: str, subject: str) -> int | None:
    """The active user who is linked to this subject of this issuer; both are compared exactly."""
    rows = await snapshot.fetch(_BY_SUBJECT, {"issuer": issuer, "subject": subject})
    return int(rows[0]["id"]) if rows else None


async def unlinked_user_of_email(snapshot: Snapshot, email: str) -> int | None:
    """The active user with this address who is linked to nobody at any provider."""
    rows = await snapshot.fetch(_BY_EMAIL, {"email": email.lower()})
    return int(rows[0]["id"]) if rows else None


async def is_active(snapshot: Snapshot, user_id: int) -> bool:
    """Whether a user is active: one who is not has no access at all (AC6)."""
    return bool(await snapshot.fetch(_IS_ACTIVE, {"user_id": user_id}))


async def person(snapshot: Snapshot, user_id: int) -> Person:
    """The user with this id, who exists."""
    (row,) = await snapshot.fetch(_PERSON, {"user_id": user_id})
    return Person(**row)
