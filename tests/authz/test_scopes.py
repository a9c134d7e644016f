"""Scopes of API keys: which there are, and which somebody's paths hold (AC5, C-10, A16)."""

from __future__ import annotations

import pytest

from sightline.authz.grants import (
    NOTHING,
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
    paths_of,
)
from sightline.authz.permissions import Level
from sightline.authz.roles import PREDEFINED_BY_NAME, BaseType
from sightline.authz.scopes import ORGANIZATION_SCOPES, USER_SCOPES, held_scopes


def member(name: str) -> OrganizationGrant:
    """The grant of a predefined role."""
    role = PREDEFINED_BY_NAME[name]
    return OrganizationGrant(1, role.permissions, standing=role.standing, both_sides=role.both_sides)


def test_c10_ac5_which_scopes_there_are() -> None:
    """C-10, AC5: an organization's key names nothing of the platform, of accounts or of a self; none is reserved."""
    assert {"PROGRAMS:W", "org:R", "org:W"} <= ORGANIZATION_SCOPES < USER_SCOPES
    assert not {"AFFILIATES:R", "account:R", "self:R", "ADMIN:R"} & ORGANIZATION_SCOPES
    assert {"ADMIN:W", "account:W", "self:R"} <= USER_SCOPES
    assert not {"self:W", "TASKS:W", "PERFORMANCE_REPORTS:W", "org", "FLY:R"} & USER_SCOPES


@pytest.mark.parametrize(
    ("grants", "held", "beyond"),
    [
        (Grants(1), {"self:R"}, {"org:R", "account:R", "AFFILIATES:R"}),
        (
            Grants(1, platform=PlatformGrant(BaseType.MANAGER, (("AFFILIATES", Level.W), ("TASKS", Level.W)))),
            {"self:R", "AFFILIATES:R", "AFFILIATES:W"},
            {"org:R", "BRANDS:R", "TASKS:W"},
        ),
        (
            Grants(1, platform=PlatformGrant(BaseType.ADMINISTRATOR, (("ADMIN", Level.R),))),
            {"ADMIN:R", "PAYOUTS:R"},
            {"ADMIN:W", "PAYOUTS:W", "org:R", "account:R"},
        ),
        (Grants(1, organizations=(member("Member"),)), {"org:R", "org:W"}, {"account:R", "AFFILIATES:R"}),
        (Grants(1, organizations=(member("Guest"),)), {"org:R"}, {"org:W", "account:R"}),
        (Grants(1, collaborators=(CollaboratorGrant(7, "READ_ONLY"),)), {"account:R"}, {"account:W", "org:R"}),
        (Grants(1, collaborators=(CollaboratorGrant(7, "MANAGER"),)), {"account:R", "account:W"}, {"org:R"}),
        (Grants(1, companies=(CompanyGrant(3, "OWNER"),)), {"account:R"}, {"account:W"}),
    ],
)
def test_a16_which_scopes_are_held(grants: Grants, held: set[str], beyond: set[str]) -> None:
    """A16, AC5: what lets somebody read or write anything of a kind is a scope of his; nothing else is."""
    found = held_scopes(paths_of(grants))
    assert held <= found
    assert not beyond & found


def test_ac6_whoever_has_no_path_holds_no_scope() -> None:
    """AC6: a suspended user."""
    assert held_scopes(NOTHING) == frozenset()
