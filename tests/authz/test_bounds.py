"""What a row set is bounded to, read off its form (D7): never fewer accounts than its rows have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.authz.bounds import ACCOUNT, PARTNER_ORGANIZATION, AccountBounds, account_bounds, required
from sightline.authz.expr import (
    FALSE,
    TRUE,
    Edge,
    Exists,
    Expr,
    In,
    IsNull,
    all_of,
    any_of,
    equals,
    evaluate,
    negate,
)

OWN, ASSIGNED = In(ACCOUNT, "own"), In(ACCOUNT, "assigned")
PARTNER, ADVERTISER = In(PARTNER_ORGANIZATION, "partner"), In("advertiser_org_id", "advertiser")
PARENT = Edge("conversion", ((ACCOUNT, ACCOUNT), ("conversion_id", "id")))
ELSEWHERE = Edge("program", (("program_id", "id"),))
APPROVED = equals("status", "APPROVED")

BOUNDED: dict[str, tuple[Expr, AccountBounds]] = {
    "accounts": (OWN, AccountBounds(frozenset({"own"}))),
    "organizations": (PARTNER, AccountBounds(organizations=frozenset({"partner"}))),
    "a conjunct": (all_of(APPROVED, OWN), AccountBounds(frozenset({"own"}))),
    "accounts rather than organizations": (all_of(PARTNER, OWN), AccountBounds(frozenset({"own"}))),
    "every disjunct": (any_of(OWN, PARTNER), AccountBounds(frozenset({"own"}), frozenset({"partner"}))),
    "several paths": (any_of(OWN, all_of(ASSIGNED, APPROVED)), AccountBounds(frozenset({"own", "assigned"}))),
    "through the parent": (Exists(PARENT, OWN), AccountBounds(frozenset({"own"}))),
    "one more condition than a disjunction": (
        all_of(any_of(OWN, ASSIGNED), negate(APPROVED)),
        AccountBounds(frozenset({"own", "assigned"})),
    ),
    "nothing": (FALSE, AccountBounds()),
}
UNBOUNDED: dict[str, Expr] = {
    "everything": TRUE,
    "another column": ADVERTISER,
    "one unbounded path": any_of(OWN, ADVERTISER),
    "one unbounded path under a condition": any_of(OWN, all_of(APPROVED, ADVERTISER)),
    "all but some accounts": negate(OWN),
    "all but some rows of an account": negate(all_of(OWN, APPROVED)),
    "a status": APPROVED,
    "no conversion": IsNull("conversion_id"),
    "over an edge that leaves the account": Exists(ELSEWHERE, OWN),
    "not over the parent": negate(Exists(PARENT, OWN)),
}


@pytest.mark.parametrize(("rows", "bounds"), BOUNDED.values(), ids=BOUNDED)
def test_d7_a_row_set_is_bounded_by_its_form(rows: Expr, bounds: AccountBounds) -> None:
    assert account_bounds(rows) == bounds


@pytest.mark.parametrize("rows", UNBOUNDED.values(), ids=UNBOUNDED)
def test_d7_one_part_that_is_not_bounded_leaves_all_unbounded(rows: Expr) -> None:
    assert account_bounds(rows) is None


def test_required_are_the_conjuncts_only() -> None:
    assert required(ADVERTISER) == {ADVERTISER}
    assert required(all_of(ADVERTISER, APPROVED, any_of(OWN, PARTNER))) == {ADVERTISER}
    for none in (any_of(ADVERTISER, OWN), negate(OWN), Exists(PARENT, OWN), TRUE, FALSE):
        assert required(none) == frozenset()


class Rows:
    """A world of conversions."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = list(rows)

    def matching(self, entity: str, columns: Mapping[str, object]) -> Iterable[Mapping[str, Any]]:
        """Those with these values."""
        assert entity == "conversion"
        return [row for row in self._rows if all(row[name] == value for name, value in columns.items())]


_LEAVES = st.sampled_from([OWN, ASSIGNED, PARTNER, ADVERTISER, APPROVED, IsNull("conversion_id"), TRUE, FALSE])
_EXPRESSIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts)),
        inner.map(negate),
        inner.map(lambda where: Exists(PARENT, where)),
    ),
    max_leaves=8,
)
_NUMBERS = st.frozensets(st.integers(1, 4), max_size=3)
ORGANIZATION_OF = {1: 1, 2: 1, 3: 2, 4: 3}


@given(rows=_EXPRESSIONS, own=_NUMBERS, assigned=_NUMBERS, partner=_NUMBERS, advertiser=_NUMBERS, data=st.data())
def test_d7_no_row_is_outside_the_bounds(
    rows: Expr,
    own: frozenset[int],
    assigned: frozenset[int],
    partner: frozenset[int],
    advertiser: frozenset[int],
    data: st.DataObject,
) -> None:
    """Whatever the predicate, a row that it admits belongs to an account, or to a partner, of the bounds."""
    binds = {"own": own, "assigned": assigned, "partner": partner, "advertiser": advertiser}
    world = [
        {
            ACCOUNT: account,
            "id": number,
            PARTNER_ORGANIZATION: organization,
            "advertiser_org_id": data.draw(st.integers(1, 4)),
            "conversion_id": data.draw(st.none() | st.integers(1, 2)),
            "status": data.draw(st.sampled_from(["APPROVED", "PENDING"])),
        }
        for number in (1, 2)
        for account, organization in ORGANIZATION_OF.items()
    ]
    bounds, needed = account_bounds(rows), required(rows)
    for row in world:
        if evaluate(rows, row, attributes=binds, world=Rows(world)) is not True:
            continue
        assert all(row[each.column] in binds[each.attribute] for each in needed)
        if bounds is not None:
            assert any(row[ACCOUNT] in binds[name] for name in bounds.accounts) or any(
                row[PARTNER_ORGANIZATION] in binds[name] for name in bounds.organizations
            )
