"""The demo platform: thirty organizations, eighteen months, and a cast with one principal for every kind of viewer."""

from __future__ import annotations

from sightline.db.demo.cast import CAST, CastMember, cast, token_of
from sightline.db.demo.seeding import DemoError, DemoSummary, seed

__all__ = ["CAST", "CastMember", "DemoError", "DemoSummary", "cast", "seed", "token_of"]
