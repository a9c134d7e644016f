"""Handing on access: nobody gives or takes what he does not hold in one grant of the same scope (DR1, DR2, DR14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.authz.delegation import Excess, organization_excess, platform_excess, ungrantable
from sightline.authz.grants import OrganizationGrant, PlatformGrant
from sightline.authz.permissions import CATALOGUE, Level, Scope, implied
from sightline.authz.roles import PREDEFINED_BY_NAME, BaseType, Switch

PLATFORM_KEYS = [key for key in CATALOGUE[Scope.PLATFORM] if key != "ADMIN"]
STATUSES = ("PENDING", "APPROVED", "HOLD")
NUMBERS = st.frozensets(st.integers(1, 4))
STAFF = st.builds(
    PlatformGrant,
    st.sampled_from([BaseType.MANAGER, BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER]),
    st.lists(st.tuples(st.sampled_from(PLATFORM_KEYS), st.sampled_from(Level)), max_size=4).map(tuple),
    switches=st.frozensets(st.sampled_from(Switch)),
    statuses=st.none() | st.frozensets(st.sampled_from(STATUSES), min_size=1),
    assigned=st.booleans(),
    assigned_accounts=NUMBERS,
    assigned_advertisers=NUMBERS,
).map(lambda grant: replace(grant, assigned=grant.assigned and grant.base_type is not BaseType.MANAGER))
AFFILIATES = (("AFFILIATES", Level.W),)


def staff(*permissions: tuple[str, Level], **more: object) -> PlatformGrant:
    """A staff grant built on AFFILIATE_MANAGER."""
    return PlatformGrant(BaseType.AFFILIATE_MANAGER, permissions, **more)  # type: ignore[arg-type]


def member(role: str, **more: object) -> OrganizationGrant:
    """A membership of a predefined role."""
    definition = PREDEFINED_BY_NAME[role]
    return OrganizationGrant(1, definition.permissions, standing=definition.standing, **more)  # type: ignore[arg-type]


@given(STAFF)
def test_dr1_everybody_may_give_a_copy_of_what_he_has(grant: PlatformGrant) -> None:
    """DR1: what the actor holds himself is never too much."""
    assert platform_excess(None, grant, grant) == ()
    assert platform_excess(grant, None, grant) == ()


@given(STAFF, STAFF, STAFF)
def test_dr1_what_is_allowed_gives_nothing_the_actor_lacks(
    before: PlatformGrant, after: PlatformGrant, actor: PlatformGrant
) -> None:
    """DR1: where a change is allowed, every permission, switch, status and row that is gained is the actor's."""
    if platform_excess(before, after, actor):
        return
    own = implied(Scope.PLATFORM, actor.permissions)
    gained = implied(Scope.PLATFORM, after.permissions) - implied(Scope.PLATFORM, before.permissions)
    assert gained <= own
    assert after.switches - before.switches <= actor.switches
    if gained and actor.assigned:
        assert after.assigned
        assert after.base_type is actor.base_type
        assert after.assigned_accounts - before.assigned_accounts <= actor.assigned_accounts
    if actor.statuses is not None and after.statuses is not None:
        assert after.statuses - (before.statuses or frozenset()) <= actor.statuses


@given(STAFF, STAFF)
def test_dr14_taking_away_needs_what_is_taken(target: PlatformGrant, actor: PlatformGrant) -> None:
    """DR14: to remove somebody the actor holds all permissions and switches that he has."""
    lacks = implied(Scope.PLATFORM, target.permissions) - implied(Scope.PLATFORM, actor.permissions)
    excess = platform_excess(target, None, actor)
    assert {each.name for each in excess if each.kind == "permission"} == lacks
    assert bool(excess) >= bool(lacks or target.switches - actor.switches)


def test_dr1_admin_w_is_exempt_on_the_platform_and_admin_r_is_not() -> None:
    """DR1, DR11: Admin R reads everything and hands on no W."""
    everything = staff(("ADMIN", Level.W), switches=frozenset(Switch))
    assert platform_excess(None, everything, staff(("ADMIN", Level.W))) == ()
    assert Excess("permission", "AFFILIATES:W") in platform_excess(None, staff(*AFFILIATES), staff(("ADMIN", Level.R)))
    assert platform_excess(None, staff(*AFFILIATES), None), "and whoever holds nothing gives nothing"


def test_dr1_a_manager_of_some_gives_some_of_his_own() -> None:
    """DR1: rows are compared by assignment, never by the flag: not all, not others', not another base."""
    actor = staff(*AFFILIATES, assigned=True, assigned_accounts=frozenset({1, 2}))
    own = staff(*AFFILIATES, assigned=True, assigned_accounts=frozenset({1}))
    assert platform_excess(None, own, actor) == ()
    assert platform_excess(None, replace(own, assigned=False), actor) == (Excess("visibility", "ALL"),)
    assert platform_excess(None, replace(own, assigned_accounts=frozenset({1, 3})), actor) == (Excess("account", "3"),)
    other = replace(own, base_type=BaseType.ADVERTISER_MANAGER)
    assert platform_excess(None, other, actor) == (Excess("visibility", "ADVERTISER_MANAGER"),)


def test_dr1_a_limit_to_statuses_is_handed_on() -> None:
    """DR1, AC8: whoever sees approved conversions only gives no more than these, and takes no other from anybody."""
    actor = staff(("TRANSACTIONS", Level.R), statuses=frozenset({"APPROVED"}))
    assert platform_excess(None, actor, actor) == ()
    assert platform_excess(None, replace(actor, statuses=None), actor) == (Excess("status", "all"),)
    assert platform_excess(None, replace(actor, statuses=frozenset({"PENDING"})), actor) == (
        Excess("status", "PENDING"),
    )
    wider = replace(actor, statuses=frozenset({"APPROVED", "PENDING"}))
    assert platform_excess(wider, actor, actor) == (Excess("status", "PENDING"),)


@pytest.mark.parametrize("role", ["Admin", "Member", "Guest", "Account Administrator"])
def test_dr2_only_an_administrator_gives_or_takes_a_standing(role: str) -> None:
    """DR2: a custom role with every permission there is still gives no standing, and takes none."""
    everything = OrganizationGrant(1, PREDEFINED_BY_NAME["Admin"].permissions)
    given_role = member(role)
    assert {each.kind for each in organization_excess(None, given_role, everything)} == {"standing"}
    assert {each.kind for each in organization_excess(given_role, None, everything)} == {"standing"}
    for administrator in ("Admin", "Account Administrator"):
        assert organization_excess(None, given_role, member(administrator)) == ()
    assert organization_excess(None, given_role, member("Member"))


def test_dr1_programs_and_lines_are_handed_on_as_far_as_they_reach() -> None:
    """DR1, I2: a list never widens, a limited actor gives no unlimited role."""
    permissions = (("ACCOUNT_USERS", Level.W), ("PERFORMANCE_REPORTS", Level.R))
    actor = OrganizationGrant(1, permissions, programs=frozenset({1, 2}), product_lines=frozenset({"CREATOR"}))
    inside = OrganizationGrant(1, permissions[1:], programs=frozenset({2}), product_lines=frozenset({"CREATOR"}))
    assert organization_excess(None, inside, actor) == ()
    assert organization_excess(None, replace(inside, programs=None), actor) == (Excess("program", "all"),)
    assert organization_excess(None, replace(inside, programs=frozenset({3})), actor) == (Excess("program", "3"),)
    assert organization_excess(None, replace(inside, product_lines=frozenset({"ADVOCATE"})), actor) == (
        Excess("product line", "ADVOCATE"),
    )
    more = replace(inside, permissions=(("FINANCE_REPORTING", Level.R),))
    assert organization_excess(None, more, actor) == (Excess("permission", "FINANCE_REPORTING:R"),)


def test_dr1_what_comes_comes_over_all_that_is_there() -> None:
    """DR1, DR14: a switch brings amounts of every permission, a row all permissions, a status all switches."""
    reads, plans = ("TRANSACTIONS", Level.R), ("COMMISSION_PLANS", Level.R)
    clerk = PlatformGrant(BaseType.PERSONAL, (("USERS", Level.W),), switches=frozenset({Switch.PAYOUT}))
    payout = (Excess("switch", "see_payout"),)
    shown = staff(reads, switches=frozenset({Switch.PAYOUT}))
    assert platform_excess(staff(reads), shown, clerk) == (Excess("permission", "TRANSACTIONS:R"),)
    assert platform_excess(staff(reads), shown, replace(clerk, permissions=(reads,))) == ()
    more = replace(shown, permissions=(reads, plans))
    assert platform_excess(shown, more, staff(reads, plans)) == payout
    with_switch = staff(plans, switches=frozenset({Switch.PAYOUT}))
    assert platform_excess(shown, more, with_switch) == (Excess("permission", "TRANSACTIONS:R"),), "some act together"
    assert platform_excess(shown, more, replace(with_switch, permissions=(reads, plans))) == ()
    assert platform_excess(more, shown, staff(reads, plans)) == payout, "DR14: and taking it needs the same"
    some = staff(reads, assigned=True, assigned_accounts=frozenset({1}))
    for wider in (replace(some, assigned_accounts=frozenset({1, 2})), replace(some, assigned=False)):
        assert platform_excess(some, wider, staff(plans)) == (Excess("permission", "TRANSACTIONS:R"),)
        assert platform_excess(some, wider, staff(reads)) == ()
    approved = replace(shown, statuses=frozenset({"APPROVED"}))
    assert platform_excess(approved, shown, staff(reads)) == payout
    assert platform_excess(approved, shown, staff(reads, switches=frozenset({Switch.PAYOUT}))) == ()
    assert platform_excess(shown, more, staff(("ADMIN", Level.R))) == (), "DR15: Admin R has every switch"


def test_dr1_a_permission_comes_in_every_program_and_a_program_with_every_permission() -> None:
    """DR1, DR14, I2: whoever holds a permission in one program adds it to nobody's membership of another."""
    users, reads, finance = ("ACCOUNT_USERS", Level.W), ("PERFORMANCE_REPORTS", Level.R), ("FINANCE_REPORTING", Level.R)
    here, there = frozenset({1}), frozenset({2})
    actor = OrganizationGrant(1, (users, reads, finance), programs=here)
    target = OrganizationGrant(1, (reads,), programs=there)
    beyond = (Excess("program", "2"),)
    assert organization_excess(target, replace(target, permissions=(reads, finance)), actor) == beyond
    assert organization_excess(target, None, actor) == beyond
    own = replace(target, programs=here)
    assert organization_excess(own, replace(own, permissions=(reads, finance)), actor) == ()
    reader = OrganizationGrant(1, (users, reads))
    richer = OrganizationGrant(1, (reads, finance), programs=here)
    assert organization_excess(richer, replace(richer, programs=here | there), reader) == (
        Excess("permission", "FINANCE_REPORTING:R"),
    )
    assert organization_excess(own, replace(own, programs=here | there), reader) == ()


@pytest.mark.parametrize("base", [BaseType.MANAGER, BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER])
def test_dr7_dr15_settings_are_not_for_managers(base: BaseType) -> None:
    """DR7, DR15, C-16: nor for the two bases beside it; a PERSONAL set may hold every module."""
    asked = frozenset({"USERS", "SETTINGS", "API_KEYS", "ADMIN", "OFFERS"})
    assert ungrantable(base, asked) == asked - {"OFFERS"}
    assert ungrantable(BaseType.PERSONAL, asked) == frozenset()


def test_i11_i12_reserved_keys_cannot_be_held() -> None:
    """I11, I12: messages and tasks keep their names, and open nothing."""
    reserved = {"PARTNER_MESSAGES", "SEND_PARTNER_MESSAGES", "TASKS", "VIEW_TASKS"}
    assert ungrantable(BaseType.ORG, frozenset(reserved | {"PROGRAMS"})) == reserved
    assert ungrantable(BaseType.ORG, frozenset({"NO_SUCH_KEY"})) == {"NO_SUCH_KEY"}
    assert implied(Scope.ORGANIZATION, [(key, Level.W) for key in reserved]) == frozenset()
