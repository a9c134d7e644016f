"""Reading the policy that is in force, with who holds each role: for whoever runs the installation, for no viewer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables.enums import RoleOrigin
from sightline.resolvers.column_lists import stored_lists
from sightline.resolvers.mutations.roles import RoleContent
from sightline.resolvers.policy.model import Holder, KeptRole, LivePolicy

_ROLES = system_statement(
    sa.text("""
    SELECT r.*, ARRAY(SELECT permission || ':' || level FROM role_permission p WHERE p.role_id = r.id) AS permissions,
           ARRAY(SELECT product_line::text FROM role_product_line l WHERE l.role_id = r.id) AS lines
    FROM role r WHERE status = 'ACTIVE' AND origin IN ('DEFAULT', 'CUSTOM') ORDER BY id
""")
)
_HOLDERS = system_statement(
    sa.text("""
    SELECT a.role_id, a.user_id, a.line_scope::text AS line_scope,
           ARRAY(SELECT product_line::text FROM assignment_product_line l WHERE l.assignment_id = a.id) AS lines
    FROM role_assignment a JOIN role r ON r.id = a.role_id JOIN app_user u ON u.id = a.user_id
    WHERE r.origin IN ('DEFAULT', 'CUSTOM') AND u.status = 'ACTIVE' AND (a.expires_at IS NULL OR a.expires_at > :clock)
    ORDER BY a.role_id, a.user_id
""")
)
_ORGANIZATIONS = system_statement(
    sa.text("""
    SELECT id, name, (SELECT count(*) FROM organization o WHERE o.name = organization.name) > 1 AS is_shared
    FROM organization
    WHERE name = ANY(:names) OR id IN (SELECT organization_id FROM role WHERE origin = 'CUSTOM' AND status = 'ACTIVE')
    ORDER BY id
""")
)
_NUMBERED = re.compile(r" #\d+$")


async def live_policy(snapshot: Snapshot, *, labels: Iterable[str] = ()) -> LivePolicy:
    """The policy in force; beside the organizations that have roles of their own, those with these labels are named."""
    holders: defaultdict[int, list[Holder]] = defaultdict(list)
    for row in await snapshot.fetch(_HOLDERS, {"clock": snapshot.clock}):
        listed = frozenset(row["lines"]) if row["line_scope"] == "LISTED" else None
        holders[row["role_id"]].append(Holder(row["user_id"], listed))
    roles = tuple(_role(row, tuple(holders[row["id"]])) for row in await snapshot.fetch(_ROLES, {}))
    names = [name for label in labels for name in (label, _NUMBERED.sub("", label))]
    organizations = {_label(row): row["id"] for row in await snapshot.fetch(_ORGANIZATIONS, {"names": names})}
    return LivePolicy(roles, organizations, (await stored_lists(snapshot, None)).effective())


def _label(row: Any) -> str:
    """What a file calls an organization: its name, with its number where the name alone could mean another one."""
    plain = not row["is_shared"] and not _NUMBERED.search(row["name"])
    return row["name"] if plain else f"{row['name']} #{row['id']}"


def _role(row: Any, holders: tuple[Holder, ...]) -> KeptRole:
    permissions = ((key, level) for key, _, level in (text.partition(":") for text in row["permissions"]))
    content = RoleContent.of(row, permissions, row["lines"])
    is_custom = row["origin"] == RoleOrigin.CUSTOM
    return KeptRole(row["id"], row["version"], row["name"], row["organization_id"], is_custom, content, holders)
