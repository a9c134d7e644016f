"""Custom metrics by themselves: for whom one exists, what it needs, and what it may not bring together."""

from __future__ import annotations

from itertools import combinations

import pytest

from sightline.authz.classes import FieldClass
from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.columns import custom_metric
from sightline.authz.reports.lists import BASE_COLUMNS, FIRST_LIST, Reader, availabilities, usable
from sightline.authz.reports.metrics import KEY_PREFIX, given_away_by, is_open_to, made_of, medians_in, with_metrics

MONEY = frozenset({FieldClass.REVENUE, FieldClass.PAYOUT, FieldClass.SALE_AMOUNT})
COUNTS = frozenset({FieldClass.TRAFFIC, FieldClass.CONVERSIONS})
ALL = Reader(frozenset(FIRST_LIST), MONEY | COUNTS)


def metric(formula: str) -> object:
    """A metric of this formula."""
    return custom_metric("custom_it", "It", description="", formula=formula)


def without(*columns: str) -> Reader:
    """A reader of every class whose list lacks these columns."""
    return Reader(ALL.listed - set(columns), ALL.classes)


def test_no_built_in_column_is_called_like_a_metric() -> None:
    """RC6: the key of a metric is never that of a column, so that none can be hidden behind the other."""
    assert not [key for key in CATALOGUE.columns if key.startswith(KEY_PREFIX)]


def test_m5a_a_metric_needs_what_its_columns_need() -> None:
    """M5a, RC3: the classes are those of every column it is made of, and it is usable where each of these is."""
    it = metric("profit / clicks - cr")
    columns, reader = with_metrics(ALL, [it])
    assert columns.needs["custom_it"].classes == {
        FieldClass.REVENUE,
        FieldClass.PAYOUT,
        FieldClass.TRAFFIC,
        FieldClass.CONVERSIONS,
    }
    assert "custom_it" in usable(columns, reader)
    assert usable(columns, reader) - {"custom_it"} == usable(CATALOGUE, ALL)


def test_rc6_a_metric_does_not_exist_for_who_lacks_one_of_its_columns() -> None:
    """RC3, RC6, M5a: by class or by list; then not even its name is told, and the catalogue is as if it were not."""
    it = metric("profit / clicks - cr")
    lacking = [Reader(ALL.listed, ALL.classes - {each}) for each in sorted(ALL.classes - {FieldClass.SALE_AMOUNT})]
    for reader in (*lacking, *(without(key) for key in made_of(it))):
        columns, same = with_metrics(reader, [it])
        assert columns is CATALOGUE
        assert same is reader
        assert "custom_it" not in [each.key for each in availabilities(columns, same)]
    assert is_open_to(Reader(ALL.listed, ALL.classes - {FieldClass.SALE_AMOUNT}), it)


def test_m5a_no_metric_of_usable_columns_is_more_than_its_columns() -> None:
    """M5, M5a: for every set of classes, whatever metric is open needs classes of that set only."""
    formulas = ("rpc * clicks", "margin", "aov / roas", "epc - cpc", "payout / sale_amount", "profit + payout")
    seen = 0
    for count in range(len(ALL.classes) + 1):
        for classes in combinations(sorted(ALL.classes), count):
            reader = Reader(ALL.listed, frozenset(classes))
            for formula in formulas:
                columns, _ = with_metrics(reader, [metric(formula)])
                if columns is not CATALOGUE:
                    assert columns.needs["custom_it"].classes <= reader.classes
                    seen += 1
    assert seen


GIVING_AWAY = [
    (("revenue",), "rpc * clicks", "revenue", {"rpc", "clicks"}),
    (("revenue",), "profit + payout", "revenue", {"profit", "payout"}),
    (("revenue",), "clicks + rpc - cr", "revenue", {"rpc", "clicks"}),
    (("payout",), "revenue - margin", "payout", {"revenue", "margin"}),
    (("payout",), "1 / epc / clicks", "payout", {"epc", "clicks"}),
    (("sale_amount",), "roas * revenue", "sale_amount", {"roas", "revenue"}),
    (("sale_amount",), "net_sale_amount + refunded_amount", "sale_amount", {"net_sale_amount", "refunded_amount"}),
]


@pytest.mark.parametrize(("unlisted", "formula", "hidden", "seen"), GIVING_AWAY)
def test_rc7_columns_that_yield_a_hidden_amount_are_not_brought_together(
    unlisted: tuple[str, ...], formula: str, hidden: str, seen: set[str]
) -> None:
    """RC7, LK24: it is refused with the witness and with the fewest columns to leave out, and is open to nobody else
    whose list is such."""
    it, reader = metric(formula), without(*unlisted)
    found = given_away_by(reader, it)
    assert found is not None
    (exposure,) = found.exposures
    assert (exposure.hidden, set(exposure.witness)) == (hidden, seen)
    assert found.drop is not None
    assert len(found.drop) == 1
    assert set(found.drop) <= seen
    assert not is_open_to(reader, it)
    assert is_open_to(ALL, it), "whoever has the amount itself may compute it as he likes"


@pytest.mark.parametrize("key", sorted(BASE_COLUMNS.values()))
def test_rc7_what_yields_nothing_is_not_refused(key: str) -> None:
    """RC7: one column of a pair, or a pair of another amount, is no witness."""
    apart = {"revenue": "rpc + 1", "payout": "2 * margin", "sale_amount": "aov * clicks"}
    assert given_away_by(without(key), metric(apart[key])) is None
    assert is_open_to(without(key), metric(apart[key]))


def test_m1_nothing_is_computed_from_a_median() -> None:
    """M1: a median is of rows and of no sums, so a metric of one does not exist, whoever could use the median."""
    it = metric("median_time_to_conversion / 3600")
    assert medians_in(it) == ("median_time_to_conversion",)
    assert not is_open_to(ALL, it)
    assert is_open_to(ALL, metric("click_to_conversion_time / 3600")), "an average is a ratio of sums"
