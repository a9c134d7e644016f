"""DR1 over many random sequences of grants, without a database: the pure rule against a model typed from the rules.

What the engine makes of the tables, and what only a database decides (who is in charge, until when somebody holds
something), is tried by fewer sequences in tests/engine/test_no_escalation.py; this here tries the rule itself by many.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from random import Random
from typing import Any

from escalation_model import MODULES, PLATFORM, STATUSES, SWITCHES, Fact, Standing

from sightline.authz.delegation import organization_excess, platform_excess
from sightline.authz.grants import OrganizationGrant, PlatformGrant
from sightline.authz.permissions import Level
from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES, BaseType, Switch

SEQUENCES = 20_000
STEPS = 14
PEOPLE = 5
POOL = 160
SEED = 20_260_301
ACCOUNTS = (1, 2, 3)
PROGRAMS = {11: "PERFORMANCE", 12: "CREATOR"}
KEYS = ("PROGRAMS", "PARTNERS", "TEMPLATE_TERMS", "ACCOUNT_USERS", "APPLICATIONS")
STANDINGS = {each.name: each for each in PREDEFINED_ORGANIZATION_ROLES}
_SWITCHES = dict(zip(SWITCHES, (Switch.REVENUE, Switch.PAYOUT, Switch.SALE_AMOUNT), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Possible:
    """A grant as the engine has it, and all that it is, as the model says."""

    grant: PlatformGrant | OrganizationGrant
    facts: frozenset[Fact]
    gives: bool  # whether it has the verb that hands on access there
    all: bool


def _facts(row: dict[str, Any], managed: list[dict[str, Any]], place: Hashable) -> frozenset[Fact]:
    standing = Standing([row], managed, [], ACCOUNTS, PROGRAMS)  # type: ignore[arg-type]  # rows are read by name
    return frozenset(standing.facts().get((1, place), {}))  # type: ignore[call-overload]


def _row(**values: Any) -> dict[str, Any]:
    plain = {
        "user_id": 1,
        "organization_id": None,
        "expires_at": None,
        "active": True,
        "name": "Some",
        "statuses": None,
    }
    lists: dict[str, Any] = {"role_lines": [], "programs": [], "lines": [], "program_scope": "ALL", "line_scope": "ALL"}
    return plain | {"statuses": None} | lists | values


def staff(rng: Random) -> Possible:
    """A random grant of the operator's staff."""
    held = {key: rng.choice("RW") for key in rng.sample(MODULES[1:], rng.randint(1, 6))}
    if rng.random() < 0.15:
        held["ADMIN"] = rng.choice("RW")
    admin = "ADMIN" in held
    switches = {each: rng.random() < 0.5 for each in SWITCHES}
    statuses = None if admin or rng.random() < 0.6 else rng.sample(STATUSES, rng.randint(1, 4))
    assigned = not admin and rng.random() < 0.4
    accounts = rng.sample(ACCOUNTS, rng.randint(0, 3)) if assigned else []
    row = _row(
        scope="PLATFORM",
        origin="CUSTOM",
        statuses=statuses,
        permissions=[f"{key}:{level}" for key, level in held.items()],
        user_visibility="ASSIGNED" if assigned else "ALL",
        **switches,
    )
    managed = [{"user_id": 1, "account": each, "expires_at": None} for each in accounts]
    grant = PlatformGrant(
        BaseType.AFFILIATE_MANAGER if assigned else BaseType.PERSONAL,
        tuple((key, Level(level)) for key, level in sorted(held.items())),
        frozenset(_SWITCHES[each] for each in SWITCHES if switches[each]),
        None if statuses is None else frozenset(statuses),
        assigned,
        frozenset(accounts),
    )
    in_charge = held.get("ADMIN") == "W"
    return Possible(grant, _facts(row, managed, PLATFORM), in_charge or held.get("USERS") == "W", in_charge)


def member(rng: Random) -> Possible:
    """A random membership of one organization."""
    if rng.random() < 0.4:
        role = STANDINGS[rng.choice(("Admin", "Account Administrator", "Member", "Guest"))]
        row = _row(scope="ORGANIZATION", organization_id=7, origin="PREDEFINED", permissions=[], role=1)
        facts = _facts(row | {"name": role.name}, [], ("organization", 7))
        grant = OrganizationGrant(7, role.permissions, standing=role.standing, both_sides=role.both_sides)
        return Possible(grant, facts, ("all",) in facts, ("all",) in facts)
    held = {key: rng.choice("RW") for key in rng.sample(KEYS, rng.randint(1, 5))}
    programs = rng.sample(sorted(PROGRAMS), rng.randint(0, 2)) if rng.random() < 0.5 else None
    lines = rng.sample(sorted(set(PROGRAMS.values())), rng.randint(1, 2)) if rng.random() < 0.4 else None
    row = _row(
        scope="ORGANIZATION",
        organization_id=7,
        origin="CUSTOM",
        permissions=[f"{key}:{level}" for key, level in held.items()],
        program_scope="ALL" if programs is None else "LISTED",
        programs=programs or [],
        line_scope="ALL" if lines is None else "LISTED",
        lines=lines or [],
    )
    permissions = tuple((key, Level(level)) for key, level in sorted(held.items()))
    listed = None if programs is None else frozenset(programs)
    grant = OrganizationGrant(
        7, permissions, programs=listed, product_lines=None if lines is None else frozenset(lines)
    )
    return Possible(grant, _facts(row, [], ("organization", 7)), held.get("ACCOUNT_USERS") == "W", False)


def _escalates(before: Possible | None, after: Possible | None, own: Possible | None) -> bool:
    """Whether somebody gains or loses what the giver does not hold, by the model alone."""
    had, has = (each.facts if each is not None else frozenset() for each in (before, after))
    return not (own is not None and own.all) and bool((had ^ has) - (own.facts if own is not None else frozenset()))


def _sequences(excess: Any, possible: list[Possible]) -> tuple[int, int]:
    """How many steps were made and how many refused; each of the made ones is held against the model."""
    made = refused = 0
    for number in range(SEQUENCES // 2):
        rng = Random(SEED * 1_000_003 + number)
        holds: list[Possible | None] = [rng.choice(possible) for _ in range(PEOPLE)]
        for _ in range(STEPS):
            giving = [each for each in range(PEOPLE) if (held := holds[each]) is not None and held.gives]
            actor = rng.choice(giving) if giving else 0
            target = rng.randrange(PEOPLE)
            before, own = holds[target], holds[actor]
            after = None if rng.random() < 0.2 else rng.choice(possible)
            grants = [None if each is None else each.grant for each in (before, after, own)]
            if own is None or not own.gives or excess(*grants):
                refused += 1
                continue
            assert not _escalates(before, after, own), (number, before, after, own)
            holds[target] = after
            made += 1
    return made, refused


def test_dr1_nobody_gives_the_operators_rights_that_he_does_not_hold() -> None:
    """DR1, DR14, A13: ten thousand sequences of staff grants; what is made lies inside one grant of the giver."""
    rng = Random(SEED)
    made, refused = _sequences(platform_excess, [staff(rng) for _ in range(POOL)])
    assert min(made, refused) > SEQUENCES // 2


def test_dr1_dr2_nobody_gives_a_membership_that_he_does_not_hold() -> None:
    """DR1, DR2, DR14: ten thousand sequences of memberships of one organization."""
    rng = Random(SEED)
    made, refused = _sequences(organization_excess, [member(rng) for _ in range(POOL)])
    assert min(made, refused) > SEQUENCES // 2
