"""Who is asked as: the whole admitted cast of the demo platform, and a few whom it has not."""

from __future__ import annotations

import pytest
from desk import LIVING, Desk
from kinds_of_viewers import viewers

from sightline.resolvers.identity import Principal

ELSE = ("nobody at all", "payouts without the switch", "settings only")
"""Made by hand, as nobody of the cast has their visibility: no path at all, and staff with one module."""

each_member = pytest.mark.parametrize("key", LIVING)


async def everybody(desk: Desk) -> dict[str, Principal]:
    """The admitted cast and the others, by name."""
    made = viewers()
    return {key: await desk.member(key) for key in LIVING} | {name: made[name] for name in ELSE}


async def one_of_each(desk: Desk) -> dict[str, Principal]:
    """One of everybody for each visibility there is: what does not depend on rows is the same for the others."""
    by_visibility: dict[str, str] = {}
    found = await everybody(desk)
    for name, viewer in found.items():
        by_visibility.setdefault(desk.engine.visibility(viewer).key, name)
    return {name: found[name] for name in by_visibility.values()}
