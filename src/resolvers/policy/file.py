"""The policy's YAML: written in one order, so that two exports differ where policies do, and read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sightline.authz.permissions import CATALOGUE, Level, Scope
from sightline.authz.reports.catalogue import CATALOGUE as COLUMNS
from sightline.authz.roles import BaseType, Switch
from sightline.db.imports.errors import MappingError
from sightline.db.imports.sections import Section, read_section
from sightline.db.tables.enums import ConversionStatus, ProductLine, UserVisibility
from sightline.resolvers.mutations.roles import RoleContent
from sightline.resolvers.policy.model import PolicyFileError, WantedPolicy, WantedRole

FORMAT = "1"
ALL = "all"
_HEADER = """\
# The access policy of a Sightline installation: default and custom roles, and the system's list of report columns.
# Written by `sightline policy export`. Change it, look at `sightline policy plan FILE`, then `sightline policy apply`.
# Who holds which role is not in it, and neither is anything secret or personal: it can be kept under version control.
#
# A section that is left out stays as it is, and so does an organization that is not named. In a section that is there,
# a custom role that is left out is archived. Predefined roles of organizations never change, and are not listed.
"""
_BASES = tuple(base for base in BaseType if base not in (BaseType.PERSONAL, BaseType.ORG))

Choice = TypeVar("Choice", bound=StrEnum)


def policy_text(policy: WantedPolicy) -> str:
    """The file of a policy."""
    body = yaml.safe_dump(_tree(policy), sort_keys=False, allow_unicode=True, width=1_000)
    return f"{_HEADER}\n{body}"


def read_policy(path: Path) -> WantedPolicy:
    """The policy in a file. Raises PolicyFileError, in one line that names the line of the file."""
    try:
        return _policy(read_section(path, kind="policy"))
    except MappingError as error:
        raise PolicyFileError(str(error)) from None


def _tree(policy: WantedPolicy) -> dict[str, Any]:
    tree: dict[str, Any] = {"format": int(FORMAT)}
    if policy.platform is not None:
        tree["platform_roles"] = {role.name: _platform_role(role.content) for role in policy.platform}
    if policy.organizations:
        tree["organizations"] = {
            label: {role.name: _organization_role(role.content) for role in roles}
            for label, roles in policy.organizations.items()
        }
    if policy.columns is not None:
        tree["report_columns"] = list(policy.columns)
    return tree


def _platform_role(content: RoleContent) -> dict[str, Any]:
    return {
        "base": content.base.value,
        "user_visibility": content.visibility.value,
        "statuses": ALL if content.statuses is None else sorted(map(str, content.statuses)),
        **{switch.value: switch in content.switches for switch in Switch},
        "permissions": _levels(content),
    }


def _organization_role(content: RoleContent) -> dict[str, Any]:
    return {"product_lines": sorted(map(str, content.lines)), "permissions": _levels(content)}


def _levels(content: RoleContent) -> dict[str, str]:
    return {key: level.value for key, level in sorted(content.permissions)}


def _policy(top: Section) -> WantedPolicy:
    if top.text("format") != FORMAT:
        raise top.wrong("format", f"is {top.text('format')!r}: this program reads format {FORMAT}")
    platform = _roles(top.section("platform_roles"), Scope.PLATFORM) if top.has("platform_roles") else None
    organizations: dict[str, tuple[WantedRole, ...]] = {}
    lines: dict[str, int] = {}
    if top.has("organizations"):
        section = top.section("organizations")
        for label in section.names():
            organizations[label] = _roles(section.section(label), Scope.ORGANIZATION)
            lines[label] = section.line(label)
    columns = top.texts("report_columns", empty=True) if top.has("report_columns") else None
    for key in columns or ():
        if key not in COLUMNS.columns:
            raise top.wrong("report_columns", f"names {key!r}, which is no report column: see docs/reports.md")
    if columns is not None and len(set(columns)) < len(columns):
        raise top.wrong("report_columns", "names a column twice: remove one")
    top.finish()
    return WantedPolicy(platform, organizations, columns, lines)


def _roles(section: Section, scope: Scope) -> tuple[WantedRole, ...]:
    seen: dict[str, str] = {}
    roles: list[WantedRole] = []
    for name in section.names():
        if seen.setdefault(name.lower(), name) != name:
            raise section.wrong(name, f"is called as {seen[name.lower()]!r} is, but for capitals: choose another name")
        role = section.section(name)
        content = _on_platform(role) if scope is Scope.PLATFORM else _in_organization(role)
        role.finish()
        roles.append(WantedRole(name, content, section.line(name)))
    return tuple(roles)


def _on_platform(role: Section) -> RoleContent:
    base = role.choice("base", BaseType)
    if base not in _BASES:
        raise role.wrong("base", f"is {base}: expected one of {', '.join(_BASES)}")
    visibility = role.choice("user_visibility", UserVisibility)
    said = role.texts("statuses")
    statuses = None if said == (ALL,) else frozenset(_members(role, "statuses", said, ConversionStatus))
    switches = frozenset(switch for switch in Switch if _stated(role, switch.value))
    return RoleContent(base, _permissions(role, Scope.PLATFORM), switches, statuses, visibility, frozenset())


def _in_organization(role: Section) -> RoleContent:
    lines = frozenset(_members(role, "product_lines", role.texts("product_lines", empty=True), ProductLine))
    permissions = _permissions(role, Scope.ORGANIZATION)
    return RoleContent(BaseType.ORG, permissions, frozenset(), None, UserVisibility.ALL, lines)


def _stated(role: Section, key: str) -> bool:
    """A switch that must be there: none is on, or off, by itself (DR15)."""
    role.text(key)
    return role.flag(key)


def _permissions(role: Section, scope: Scope) -> tuple[tuple[str, Level], ...]:
    section = role.section("permissions")
    held: list[tuple[str, Level]] = []
    for key in section.names():
        if key not in CATALOGUE[scope]:
            raise section.wrong(key, f"is no permission of {scope.lower()} roles: see docs/rules.md, Permissions")
        held.append((key, section.choice(key, Level)))
    return tuple(sorted(held))


def _members(role: Section, key: str, said: Iterable[str], values: type[Choice]) -> Iterable[str]:
    for each in said:
        if each not in tuple(values):
            raise role.wrong(key, f"names {each!r}: expected some of {', '.join(values)}")
        yield each
