"""What a report starts from unless it says otherwise: currency and time zone; and how far back the past is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables import AppUserRow, OrganizationRow, PlatformSettingRow

_CURRENCY, _TIME_ZONE = "EUR", "UTC"


def _setting(key: str) -> sa.ColumnElement[str]:
    text = PlatformSettingRow.value.op("#>>")(sa.cast(sa.literal("{}"), sa.ARRAY(sa.Text)))
    return sa.func.max(text, type_=sa.Text()).filter(PlatformSettingRow.key == key).label(key)


def _zone(table: type[AppUserRow | OrganizationRow], parameter: str) -> sa.ScalarSelect[str | None]:
    number = sa.bindparam(parameter, type_=sa.BigInteger)
    return sa.select(table.time_zone).where(table.id == number).scalar_subquery()


# One look at all settings: a look for each would be planned with every report.
_SETTINGS = sa.select(_setting("currency"), _setting("time_zone"), _setting("conversions_known_since")).subquery()
_PLATFORM = sa.func.coalesce(_SETTINGS.c.time_zone, _TIME_ZONE)
_DEFAULTS = system_statement(
    sa.select(
        sa.func.coalesce(_SETTINGS.c.currency, _CURRENCY).label("currency"),
        _PLATFORM.label("platform"),
        sa.func.coalesce(_zone(AppUserRow, "user_id"), _zone(OrganizationRow, "organization_id"), _PLATFORM).label(
            "own"
        ),
        sa.cast(_SETTINGS.c.conversions_known_since, sa.TIMESTAMP(timezone=True)).label("known_since"),
    )
)


@dataclass(frozen=True, slots=True)
class ReportDefaults:
    """The platform's currency and time zone, and the viewer's own: the user's, else his organization's, else that.

    What conversions were is known `known_since` then, and always where it is None. In the order of what is read.
    """

    currency: str
    platform_zone: str
    own_zone: str
    known_since: datetime | None = None

    def zone(self, *, own: bool) -> str:
        """The time zone of a report that names none: the viewer's own, or the platform's."""
        return self.own_zone if own else self.platform_zone


async def report_defaults(snapshot: Snapshot, *, user_id: int | None, organization_id: int | None) -> ReportDefaults:
    """The defaults of a user's report in the lens of an organization, or in another lens."""
    row: Any = await snapshot.settled(_DEFAULTS, {"user_id": user_id, "organization_id": organization_id})
    return ReportDefaults(*row)
