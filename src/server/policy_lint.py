"""The findings about a policy as whoever runs the installation reads them: all, with names."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.db.statements import system_statement
from sightline.resolvers.policy.lint import Finding, findings
from sightline.server.execution import Engine

_ROLES = system_statement(
    sa.text("""
    SELECT r.id, r.name, o.name AS organization FROM role r LEFT JOIN organization o ON o.id = r.organization_id
    WHERE r.id = ANY(:ids)
""")
)
_USERS = system_statement(sa.text("SELECT id, email FROM app_user WHERE id = ANY(:ids)"))
_PROGRAMS = system_statement(sa.text("SELECT id, name FROM program WHERE id = ANY(:ids)"))


@dataclass(frozen=True, slots=True)
class NamedFinding:
    """A finding, and what it is about by name."""

    about: str
    finding: Finding


async def linted(engine: Engine) -> list[NamedFinding]:
    """Every finding, in the order of the policy."""

    async def work(snapshot: Snapshot) -> list[NamedFinding]:
        found, fetch = await findings(engine.services, snapshot), snapshot.fetch
        roles = {
            row["id"]: f"role {row['name']!r}" + (f" of {row['organization']!r}" if row["organization"] else "")
            for row in await fetch(_ROLES, {"ids": [each.role for each in found if each.role is not None]})
        }
        users = {
            row["id"]: f", {row['email']}"
            for row in await fetch(_USERS, {"ids": [each.user for each in found if each.user is not None]})
        }
        programs = {
            row["id"]: f"program {row['name']!r}"
            for row in await fetch(_PROGRAMS, {"ids": [each.program for each in found if each.program is not None]})
        }
        return [
            NamedFinding(roles.get(each.role, "") + users.get(each.user, "") + programs.get(each.program, ""), each)
            for each in found
        ]

    return await in_snapshot(engine.database.reads, work)
