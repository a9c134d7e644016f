"""Dimensions: a table typed by hand of what each needs, at which grain, and over which facts."""

from __future__ import annotations

import pytest

from sightline.authz.classes import FieldClass
from sightline.authz.reports.dimensions import DIMENSIONS, DatePart
from sightline.authz.reports.measures import Fact

# Key; class; fine if it lies below the grain of A5; the facts that have it: i(mpressions), c(licks), conversions (v),
# order lines (l), a(djustments).
TABLE = """
hour                -                 fine    -
day                 -                 coarse  -
week                -                 coarse  -
month               -                 coarse  -
quarter             -                 coarse  -
year                -                 coarse  -
weekday             -                 coarse  -
advertiser          -                 coarse  icvla
brand               -                 coarse  icvla
program             -                 coarse  icvla
goal                -                 coarse  vla
account             partner_identity  coarse  icvla
partner             partner_identity  coarse  icvla
source              partner_identity  coarse  cvla
affiliate_manager   user_contact      coarse  icvla
advertiser_manager  user_contact      coarse  icvla
media               -                 coarse  cvla
tracker             partner_identity  fine    cvla
sub1                partner_identity  fine    cvla
sub2                partner_identity  fine    cvla
sub3                partner_identity  fine    cvla
sub4                partner_identity  fine    cvla
sub5                partner_identity  fine    cvla
referrer            partner_identity  fine    cvla
promo_code          partner_identity  fine    vla
country             -                 coarse  cvla
device              -                 coarse  cvla
product             sale_amount       fine    l
order               customer_pii      fine    vla
customer_status     customer_pii      fine    vla
status              -                 coarse  vla
settlement          payout            coarse  vla
currency            -                 coarse  vla
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
INITIALS = {
    "i": Fact.IMPRESSIONS, "c": Fact.CLICK, "v": Fact.CONVERSION, "l": Fact.CONVERSION_ITEM, "a": Fact.ADJUSTMENT,
}  # fmt: skip


def test_the_table_has_every_dimension() -> None:
    assert [row[0] for row in ROWS] == list(DIMENSIONS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_rc3_what_a_dimension_needs(row: list[str]) -> None:
    """RC3, A5: its classes, its grain, and the facts that have it; and a label and a sentence."""
    key, needed, grain, facts = row
    dimension = DIMENSIONS[key]
    assert dimension.classes == ({needed} if needed != "-" else set())
    assert dimension.fine is (grain == "fine")
    assert set(dimension.places) == {INITIALS[each] for each in facts if each != "-"}
    assert (dimension.part is not None) is (facts == "-")
    assert dimension.label
    assert dimension.description.endswith(".")


def test_every_part_of_a_date_is_a_dimension() -> None:
    assert {dimension.part for dimension in DIMENSIONS.values()} - {None} == set(DatePart)


@pytest.mark.parametrize(
    ("key", "classes", "fine_grain", "allowed"),
    [
        ("program", "", False, True),
        ("hour", "", False, False),
        ("hour", "", True, True),
        ("account", "", True, False),
        ("account", "partner_identity", False, True),
        ("sub1", "partner_identity", False, False),
        ("sub1", "partner_identity", True, True),
        ("sub1", "traffic record", True, False),
        ("order", "partner_identity record", True, False),
        ("order", "customer_pii", True, True),
        ("settlement", "conversions", True, False),
        ("affiliate_manager", "partner_identity", True, False),
        ("product", "conversions", True, False),
    ],
)
def test_rc3_a5_who_may_group_by_it(key: str, classes: str, fine_grain: bool, allowed: bool) -> None:
    """RC3, A5: every class held, and the grain not finer than the role's."""
    held = {FieldClass(each) for each in classes.split()}
    assert DIMENSIONS[key].usable_with(held, fine_grain=fine_grain) is allowed
