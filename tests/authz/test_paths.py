"""Paths and principals: pooling, order, what permissions imply, what a grant becomes (AC1 to AC8, DR11, DR15)."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.authz.grants import (
    NOTHING,
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
    narrow,
    paths_of,
)
from sightline.authz.paths import Attribute, Flag, Path, PathKind, Paths, bind_name, combine, path, visibility_key
from sightline.authz.permissions import CATALOGUE, Level, Scope, implied, token
from sightline.authz.roles import (
    DEFAULT_PLATFORM_ROLES,
    PREDEFINED_ORGANIZATION_ROLES,
    BaseType,
    RoleDefinition,
    Standing,
    Switch,
)

IDS = st.frozensets(st.integers(1, 4), max_size=3)
LISTED = st.sampled_from(
    [frozenset[str](), frozenset({Flag.LISTED_PROGRAMS}), frozenset({Flag.LISTED_LINES}), frozenset({"PARTNERS:R"})]
)
PATHS = st.builds(
    lambda kind, tokens, organizations, programs: path(kind, tokens, organizations=organizations, programs=programs),
    st.sampled_from([PathKind.ORG_ADVERTISER, PathKind.ORG_PARTNER]),
    LISTED,
    IDS,
    IDS,
)


def pairs(paths: Paths) -> set[tuple[object, Attribute, object]]:
    """Which shape gives which value of which attribute."""
    return {
        (each.shape, name, value) for each in paths.ordered for name, given in each.values.items() for value in given
    }


@given(st.lists(PATHS, max_size=5))
def test_combining_is_idempotent(paths: list[Path]) -> None:
    """A grant given twice is given once."""
    once = combine(paths)
    assert combine([*paths, *paths]) == once == combine(once.ordered)


@given(st.lists(PATHS, max_size=4))
def test_combining_is_commutative(paths: list[Path]) -> None:
    """The order of grants never matters."""
    assert len({repr(combine(order)) for order in permutations(paths)}) == 1


@given(st.lists(PATHS, max_size=4), st.lists(PATHS, max_size=4))
def test_combining_is_monotone(few: list[Path], more: list[Path]) -> None:
    """More grants take no value from any shape (AC4)."""
    assert pairs(combine(few)) <= pairs(combine([*few, *more]))


@given(st.lists(PATHS, max_size=5))
def test_equal_shapes_are_pooled_and_listed_ones_are_not(paths: list[Path]) -> None:
    """Ids of one shape share a path; the limits of two assignments never reach into each other's organization (I2)."""
    combined = combine(paths)
    pooled = [each.shape for each in combined.ordered if each.pooled]
    assert len(pooled) == len(set(pooled))
    for each in combined.ordered:
        if not each.pooled:
            assert each in paths


def test_lists_of_two_organizations_stay_apart() -> None:
    """Program 7 listed in organization 1 and program 8 in organization 2 are two paths (I2)."""
    grants = Grants(
        1,
        organizations=(
            OrganizationGrant(1, (("PROGRAMS", Level.R),), programs=frozenset({7})),
            OrganizationGrant(2, (("PROGRAMS", Level.R),), programs=frozenset({8})),
        ),
    )
    own = [each for each in paths_of(grants).ordered if each.shape.kind is PathKind.ORG_ADVERTISER]
    limits = {(each.values[Attribute.ORGANIZATIONS], each.values[Attribute.PROGRAMS]) for each in own}
    assert limits == {(frozenset({1}), frozenset({7})), (frozenset({2}), frozenset({8}))}


def test_the_visibility_key_holds_no_id() -> None:
    """Two principals with the same shapes share a visibility; another version or token does not."""
    one = paths_of(Grants(1, collaborators=(CollaboratorGrant(5, "OWNER"),))).shapes
    other = paths_of(Grants(2, collaborators=(CollaboratorGrant(6, "OWNER"), CollaboratorGrant(7, "OWNER")))).shapes
    less = paths_of(Grants(2, collaborators=(CollaboratorGrant(6, "READ_ONLY"),))).shapes
    assert visibility_key("1", one) == visibility_key("1", other)
    keys = {visibility_key("1", one), visibility_key("2", one)}
    assert len(keys | {visibility_key("1", less)}) == 3


def test_binds_are_complete() -> None:
    """Every path has every attribute, absent ones as empty arrays."""
    paths = paths_of(Grants(3, collaborators=(CollaboratorGrant(5, "OWNER"),)))
    binds = paths.binds()
    assert len(binds) == len(paths.ordered) * len(Attribute)
    at = next(n for n, shape in enumerate(paths.shapes) if shape.kind is PathKind.COLLABORATOR)
    assert binds[bind_name(at, Attribute.ACCOUNTS)] == [5]
    assert binds[bind_name(at, Attribute.ORGANIZATIONS)] == []


PLATFORM_KEYS = sorted(CATALOGUE[Scope.PLATFORM])


@given(st.lists(st.tuples(st.sampled_from(PLATFORM_KEYS), st.sampled_from(Level))))
def test_w_implies_r(held: list[tuple[str, Level]]) -> None:
    """W of a key gives R of it (DR11)."""
    tokens = implied(Scope.PLATFORM, held)
    assert {each.replace(":W", ":R") for each in tokens} <= tokens


@pytest.mark.parametrize("level", list(Level))
def test_admin_implies_every_key_at_its_level(level: Level) -> None:
    """ADMIN R reads every module, ADMIN W writes every module (A4, DR11)."""
    tokens = implied(Scope.PLATFORM, [("ADMIN", level)])
    assert tokens == {token(key, each) for key in CATALOGUE[Scope.PLATFORM] for each in (Level.R, level)}


def test_admin_is_no_key_of_an_organization() -> None:
    """A key of the other catalogue gives nothing: default deny."""
    assert implied(Scope.ORGANIZATION, [("ADMIN", Level.W), ("TRANSACTIONS", Level.W)]) == frozenset()
    assert implied(Scope.PLATFORM, [("PERFORMANCE_REPORTS", Level.R), ("NO_SUCH_KEY", Level.W)]) == frozenset()


@pytest.mark.parametrize(
    ("scope", "key"),
    [(scope, key) for scope in Scope for key, permission in CATALOGUE[scope].items() if permission.reserved],
)
def test_a_reserved_permission_gives_nothing(scope: Scope, key: str) -> None:
    """A key that opens and allows nothing is reserved, and a role that carries it has no token of it."""
    assert implied(scope, [(key, Level.R), (key, Level.W)]) == frozenset()


def test_some_permissions_are_reserved_and_some_are_not() -> None:
    """The test above is about something."""
    kinds = {permission.reserved for scope in Scope for permission in CATALOGUE[scope].values()}
    assert kinds == {True, False}


def test_admin_has_every_switch_and_no_limit() -> None:
    """Admin R implies every switch, every status, visibility ALL (DR15, C-09)."""
    grant = PlatformGrant(
        BaseType.AFFILIATE_MANAGER,
        (("ADMIN", Level.R),),
        statuses=frozenset({"PENDING"}),
        assigned=True,
        assigned_accounts=frozenset({1}),
    )
    (own,) = (each for each in paths_of(Grants(1, platform=grant)).ordered if each.shape.kind is PathKind.PLATFORM)
    assert {Flag.SEE_REVENUE, Flag.SEE_PAYOUT, Flag.SEE_SALE_AMOUNT} <= own.shape.tokens
    assert not own.shape.tokens & {Flag.LIMITED_STATUSES, Flag.ASSIGNED_ACCOUNTS, Flag.ASSIGNED_ADVERTISERS}


@pytest.mark.parametrize(
    ("base", "flag"),
    [
        (BaseType.AFFILIATE_MANAGER, Flag.ASSIGNED_ACCOUNTS),
        (BaseType.ADVERTISER_MANAGER, Flag.ASSIGNED_ADVERTISERS),
        (BaseType.MANAGER, None),
        (BaseType.PERSONAL, None),
    ],
)
def test_only_two_base_types_can_be_limited_to_what_is_assigned(base: BaseType, flag: Flag | None) -> None:
    """S8, S10, S12: a Manager is always ALL."""
    limits = {Flag.ASSIGNED_ACCOUNTS, Flag.ASSIGNED_ADVERTISERS}
    paths = paths_of(Grants(1, platform=PlatformGrant(base, (("OFFERS", Level.R),), assigned=True)))
    held = {each for shape in paths.shapes for each in shape.tokens} & limits
    assert held == ({flag} if flag else set())


@pytest.mark.parametrize("role", PREDEFINED_ORGANIZATION_ROLES, ids=lambda role: role.name)
def test_standings_are_never_limited_to_lists(role: RoleDefinition) -> None:
    """ADMIN, MEMBER, GUEST and Account Administrator always see the whole organization (C-01, K3)."""
    grant = OrganizationGrant(
        1,
        role.permissions,
        role.standing,
        both_sides=role.both_sides,
        programs=frozenset({1}),
        product_lines=frozenset(),
    )
    tokens = {each for shape in paths_of(Grants(1, organizations=(grant,))).shapes for each in shape.tokens}
    limited = bool(tokens & {Flag.LISTED_PROGRAMS, Flag.LISTED_LINES})
    assert limited == (role.standing is None)
    assert (Flag.FULL in tokens) == (role.standing is not None)


@pytest.mark.parametrize("role", PREDEFINED_ORGANIZATION_ROLES, ids=lambda role: role.name)
def test_only_the_three_katalys_roles_see_the_partner_side(role: RoleDefinition) -> None:
    """Partner side has ADMIN, MEMBER and GUEST only (3.10)."""
    grant = OrganizationGrant(1, role.permissions, role.standing, both_sides=role.both_sides)
    kinds = {shape.kind for shape in paths_of(Grants(1, organizations=(grant,))).shapes}
    assert (PathKind.ORG_PARTNER in kinds) == (role.name in ("Admin", "Member", "Guest"))
    assert (PathKind.COUNTERPARTY_PARTNER in kinds) == (PathKind.ORG_PARTNER in kinds)


@pytest.mark.parametrize("standing", list(Standing))
def test_settings_of_an_organization_limit_whom_they_name(standing: Standing) -> None:
    """Partner names are hidden from a GUEST only (C-13), archived profiles from MEMBER and GUEST only (K20)."""
    grant = OrganizationGrant(
        1, (), standing, both_sides=True, guest_hides_partner_names=True, hides_archived_profiles=True
    )
    for shape in paths_of(Grants(1, organizations=(grant,))).shapes:
        if shape.kind in (PathKind.ORG_ADVERTISER, PathKind.ORG_PARTNER, PathKind.COUNTERPARTY_ADVERTISER):
            assert (Flag.HIDES_PARTNER_NAMES in shape.tokens) == (standing is Standing.GUEST)
            assert (Flag.HIDES_ARCHIVED_PROFILES in shape.tokens) == (standing is not Standing.ADMIN)


def test_a_user_without_grants_has_the_marketplace_and_himself() -> None:
    """A1: registering grants no module."""
    assert {shape.kind for shape in paths_of(Grants(1)).shapes} == {PathKind.PUBLIC, PathKind.SELF}
    assert all(not shape.tokens for shape in paths_of(Grants(1)).shapes)


def test_a_suspended_user_has_no_path() -> None:
    """AC6: not even the public one."""
    assert NOTHING.ordered == ()
    assert NOTHING.binds() == {}


@pytest.mark.parametrize("role", DEFAULT_PLATFORM_ROLES, ids=lambda role: role.name)
def test_no_platform_role_makes_a_company_path(role: RoleDefinition) -> None:
    """L1: company ownership is apart from every permission."""
    grants = Grants(1, platform=PlatformGrant(role.base_type, role.permissions, frozenset(Switch)))
    kinds = {shape.kind for shape in paths_of(grants).shapes}
    assert kinds == {PathKind.PUBLIC, PathKind.SELF, PathKind.PLATFORM}


# API keys (AC5).

ALL_SCOPES = [token(key, level) for scope in Scope for key in CATALOGUE[scope] for level in Level]
OWNED = st.frozensets(st.sampled_from(["org:R", "org:W", "account:R", "account:W", "self:R", "what:R"]))
SCOPES = st.builds(frozenset.union, OWNED, st.frozensets(st.sampled_from(ALL_SCOPES), max_size=8))
EVERYTHING = Grants(
    9,
    organizations=tuple(
        OrganizationGrant(
            number, role.permissions, role.standing, both_sides=role.both_sides, advertiser_approved=number % 2 == 0
        )
        for number, role in enumerate(PREDEFINED_ORGANIZATION_ROLES, start=1)
    ),
    platform=PlatformGrant(
        BaseType.AFFILIATE_MANAGER,
        DEFAULT_PLATFORM_ROLES[2].permissions,
        frozenset(Switch),
        statuses=frozenset({"PENDING"}),
        assigned=True,
        assigned_accounts=frozenset({1, 2}),
    ),
    collaborators=(CollaboratorGrant(1, "OWNER"), CollaboratorGrant(2, "MANAGER"), CollaboratorGrant(3, "READ_ONLY")),
    companies=(CompanyGrant(1, "OWNER"), CompanyGrant(2, "MEMBER")),
)
LIMITS = {each for each in Flag if each.startswith(("limit:", "setting:"))}


@given(SCOPES)
def test_a_key_only_narrows(scopes: frozenset[str]) -> None:
    """Every path of a key is a path of its owner with no token, no value more and no limit less (AC5)."""
    owner = paths_of(EVERYTHING)
    for narrowed in narrow(owner, scopes).ordered:
        assert any(
            narrowed.shape.kind is each.shape.kind
            and narrowed.shape.tokens - {Flag.READS_ONLY} <= each.shape.tokens
            and (each.shape.tokens & LIMITS) <= narrowed.shape.tokens
            and all(given <= _pool(owner, each, name) for name, given in narrowed.values.items())
            for each in owner.ordered
        )


def _pool(paths: Paths, like: Path, name: Attribute) -> frozenset[int | str]:
    """The values that all paths of a kind have together: narrowing can make shapes equal, which are then pooled."""
    given = (each.values.get(name, frozenset()) for each in paths.ordered if each.shape.kind is like.shape.kind)
    return frozenset().union(*given)


@given(SCOPES)
def test_narrowing_twice_is_narrowing_once(scopes: frozenset[str]) -> None:
    """Intersecting with the same scopes again changes nothing."""
    once = narrow(paths_of(EVERYTHING), scopes)
    assert narrow(once, scopes) == once


@given(SCOPES)
def test_no_key_owns_a_company_or_is_somebody_unasked(scopes: frozenset[str]) -> None:
    """SM6, AC5: never a company owner's sight; SELF only with the scope self; COLLAB and COMPANY only with account."""
    shapes = narrow(paths_of(EVERYTHING), scopes).shapes
    assert all(Flag.COMPANY_OWNER not in shape.tokens for shape in shapes)
    kinds = {shape.kind for shape in shapes}
    assert (PathKind.SELF in kinds) == ("self:R" in scopes)
    account = bool(scopes & {"account:R", "account:W"})
    assert (PathKind.COLLABORATOR in kinds) == account == (PathKind.COMPANY in kinds)
    organization = bool(scopes & {"org:R", "org:W"})
    assert (PathKind.ORG_PARTNER in kinds) == organization == (PathKind.ORGANIZATION in kinds)


@given(SCOPES)
def test_a_permission_of_a_key_is_one_of_its_scopes(scopes: frozenset[str]) -> None:
    """A staff path of a key carries permissions of its scopes only, and is gone without any."""
    for shape in narrow(paths_of(EVERYTHING), scopes).shapes:
        if shape.kind is PathKind.PLATFORM:
            held = {each for each in shape.tokens if each.endswith((":R", ":W"))}
            assert held
            allowed = {key for key, _, _ in (each.partition(":") for each in scopes)}
            assert "ADMIN" in allowed or {each[:-2] for each in held} <= allowed


def test_an_organizations_key_is_nobodys_self() -> None:
    """AC5: an ORG key has ORG, COUNTERPARTY and PUBLIC paths of that organization only."""
    role = PREDEFINED_ORGANIZATION_ROLES[0]
    grants = Grants(
        None, organizations=(OrganizationGrant(1, role.permissions, role.standing, both_sides=role.both_sides),)
    )
    kinds = {shape.kind for shape in paths_of(grants).shapes}
    assert kinds == {
        PathKind.PUBLIC,
        PathKind.ORGANIZATION,
        PathKind.ORG_ADVERTISER,
        PathKind.ORG_PARTNER,
        PathKind.COUNTERPARTY_ADVERTISER,
        PathKind.COUNTERPARTY_PARTNER,
    }
