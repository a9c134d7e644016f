"""The catalogue of columns, against a table typed by hand from the rules; custom metrics; values at one level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.authz.classes import FieldClass
from sightline.authz.reports.catalogue import MAX_NESTING, Catalogue, catalogue_of
from sightline.authz.reports.columns import COLUMNS, Aggregation, Column, custom_metric
from sightline.authz.reports.formulas import FormulaError, names, parse, text
from sightline.authz.reports.measures import COUNTED, MEASURES, SETTLEMENTS, STATUSES, Fact, Measure, Unit

# Key; classes; aggregation (S a sum, D derived after aggregation, A an average, M a median); statuses it cannot do
# without; settlements, for a role that sees settled or open payouts only: O open ones, P paid ones, * all.
TABLE = """
impressions                traffic                       S  -                           -
gross_clicks               traffic                       S  -                           -
clicks                     traffic                       S  -                           -
unique_clicks              traffic                       S  -                           -
duplicate_clicks           traffic                       S  -                           -
invalid_clicks             traffic                       S  -                           -
ctr                        traffic                       D  -                           -
conversions                conversions                   S  -                           -
gross_conversions          conversions                   S  -                           -
approved_conversions       conversions                   S  APPROVED                    -
pending_conversions        conversions                   S  PENDING                     -
hold_conversions           conversions                   S  HOLD                        -
rejected_conversions       conversions                   S  REJECTED                    -
reversed_conversions       conversions                   S  REVERSED                    -
events                     conversions                   S  -                           -
evr                        conversions                   D  -                           -
cr                         conversions,traffic           D  -                           -
ucr                        conversions,traffic           D  -                           -
approval_rate              conversions                   D  APPROVED,REJECTED,REVERSED  -
reversal_rate              conversions                   D  REJECTED,REVERSED           -
sale_amount                sale_amount                   S  -                           -
net_sale_amount            sale_amount                   S  -                           -
refunded_amount            sale_amount                   S  -                           -
aov                        sale_amount,conversions       D  -                           -
quantity                   sale_amount                   S  -                           -
items                      sale_amount                   S  -                           -
revenue                    revenue                       S  -                           -
payout                     payout                        S  -                           *
pending_payout             payout                        S  PENDING,HOLD                O
approved_payout            payout                        S  APPROVED                    *
paid_payout                payout                        S  APPROVED                    P
reversed_payout            payout                        S  REJECTED,REVERSED           O
profit                     revenue,payout                S  -                           *
adjustments                revenue,payout                S  -                           *
sale_adjustments           sale_amount                   S  -                           -
revenue_adjustments        revenue                       S  -                           -
payout_adjustments         payout                        S  -                           *
margin                     revenue,payout                D  -                           *
rpc                        revenue,traffic               D  -                           -
rpa                        revenue,conversions           D  -                           -
rpm                        revenue,traffic               D  -                           -
cpc                        payout,traffic                D  -                           *
cpa                        payout,conversions            D  -                           *
cpm                        payout,traffic                D  -                           *
epc                        payout,traffic                D  -                           *
epc100                     payout,traffic                D  -                           *
uepc                       payout,traffic                D  -                           *
roas                       sale_amount,revenue           D  -                           -
effective_commission_rate  payout,sale_amount            D  -                           *
click_to_conversion_time   conversions                   A  -                           -
median_time_to_conversion  conversions                   M  -                           -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CATALOGUE = catalogue_of()


def words(cell: str) -> set[str]:
    """The parts of a cell."""
    return set() if cell == "-" else set(cell.split(","))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_m5a_a_column_needs_what_its_formula_comes_down_to(row: list[str]) -> None:
    """M5, M5a, RC5: classes, statuses and settlements are computed; this is what they must be."""
    key, classes, aggregation, statuses, settlements = row
    needs = CATALOGUE.needs[key]
    assert needs.classes == words(classes)
    assert needs.statuses == words(statuses)
    assert COLUMNS[key].aggregation[0] == aggregation
    settled = needs.settlements & {"INVOICED", "PAID"}
    still_open = needs.settlements & {"OPEN", "LOCKED"}
    assert (bool(settled), bool(still_open)) == {
        "-": (False, False),
        "O": (False, True),
        "P": (True, False),
        "*": (True, True),
    }[settlements]
    if settlements == "*":
        assert needs.settlements == SETTLEMENTS


def test_the_table_has_every_column() -> None:
    assert [row[0] for row in ROWS] == list(COLUMNS) == list(CATALOGUE.columns)
    assert CATALOGUE.faults == {}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.key)
def test_a19_every_column_says_what_it_is(column: Column) -> None:
    """A19: label, unit and a sentence as its tooltip."""
    assert column.label
    assert column.description.endswith(".")
    assert column.label not in column.synonyms
    assert column.unit is not Unit.NUMBER


def test_labels_are_unique() -> None:
    labels = [column.label for column in COLUMNS.values()]
    assert len(labels) == len(set(labels))


def test_m4_epc_is_what_affiliates_earn_for_a_click() -> None:
    """M4: payout by valid clicks, said so in its description; revenue by clicks has its own column."""
    assert text(COLUMNS["epc"].formula) == "payout / clicks"  # type: ignore[arg-type]
    assert text(COLUMNS["epc100"].formula) == "100 * payout / clicks"  # type: ignore[arg-type]
    assert text(COLUMNS["rpc"].formula) == "revenue / clicks"  # type: ignore[arg-type]
    assert "payout by clicks" in COLUMNS["epc"].description


def test_counts_say_which_statuses_they_count() -> None:
    for key in ("conversions", "events", "sale_amount", "revenue", "payout"):
        assert "approved, pending and on hold" in COLUMNS[key].description
    assert "every status" in COLUMNS["gross_conversions"].description


def cells(measure: Measure) -> set[tuple[str, str]]:
    """The statuses and settlements whose rows it sums."""
    return {
        (status, settlement)
        for status in measure.statuses or STATUSES
        for settlement in measure.settlements or SETTLEMENTS
    }


def test_measures_of_one_value_do_not_overlap() -> None:
    """Sums over several statuses are the sums of their parts, and inference may take measures as independent."""
    for one, other in combinations(MEASURES.values(), 2):
        same = (one.fact, one.value, one.where) == (other.fact, other.value, other.where)
        assert not same or not cells(one) & cells(other), (one.key, other.key)
    paid = {(status, settlement) for status in ("PENDING", "HOLD") for settlement in ("OPEN",)}
    paid |= {("APPROVED", settlement) for settlement in SETTLEMENTS}
    parts = [cells(MEASURES[key]) for key in CATALOGUE.needs["payout"].measures]
    assert set().union(*parts) == paid
    assert {status for status, _ in paid} == COUNTED


def values(
    catalogue: Catalogue, keys: Iterable[str], sums: Mapping[str, Fraction | None]
) -> dict[str, Fraction | None]:
    """These columns, computed from sums as fractions."""
    wanted = list(keys)
    known = catalogue.computed(wanted, sums, number=Fraction)
    return {key: known[key] for key in wanted}


def test_m1_ratios_come_from_the_sums_of_their_level() -> None:
    """M1: a total is the ratio of totals, not the mean of the groups' ratios, and not their sum."""
    one = {"revenue": Fraction(100), "pending_payout": Fraction(10), "unpaid_payout": Fraction(0)}
    two = {"revenue": Fraction(300), "pending_payout": Fraction(0), "unpaid_payout": Fraction(270)}
    paid = {"paid_payout": Fraction(0)}
    total = {key: one[key] + two[key] for key in one}
    margins = [values(CATALOGUE, ["margin"], sums | paid)["margin"] for sums in (one, two, total)]
    assert margins == [Fraction(9, 10), Fraction(1, 10), Fraction(3, 10)]


def test_m2_what_cannot_be_divided_is_null() -> None:
    """M2: null, never 0 or infinity, and null stays null in what is computed from it."""
    sums = dict.fromkeys(MEASURES, Fraction(0)) | {"median_time_to_conversion": None}
    found = values(CATALOGUE, CATALOGUE.columns, sums)
    for key, column in COLUMNS.items():
        assert found[key] == (0 if column.aggregation is Aggregation.SUM else None), key
    assert values(CATALOGUE, ["profit", "margin"], sums | {"revenue": None}) == {
        "profit": None,
        "margin": None,
    }
    losing = values(CATALOGUE, ["margin"], sums | {"revenue": Fraction(2), "paid_payout": Fraction(3)})
    assert losing == {"margin": Fraction(-1, 2)}


def test_only_the_sums_that_are_needed_are_asked_for() -> None:
    """The sums of the needs are enough to compute the columns, and none is too many."""
    for key in COLUMNS:
        needed = CATALOGUE.needs[key].measures
        sums = {each: Fraction(3) for each in needed} | {"median_time_to_conversion": Fraction(3)}
        assert values(CATALOGUE, [key], sums)[key] is not None
        if COLUMNS[key].aggregation is not Aggregation.MEDIAN:
            for each in needed:
                with pytest.raises(KeyError):
                    values(CATALOGUE, [key], {name: value for name, value in sums.items() if name != each})


def test_one_value_in_several_statuses_is_summed_once() -> None:
    """A column over several statuses is one sum over all of them, for whoever is computed from it too."""
    assert CATALOGUE.needs["payout"].sums == {"payout": ("paid_payout", "pending_payout", "unpaid_payout")}
    assert set(CATALOGUE.needs["margin"].sums) == {"payout", "revenue"}
    assert set(CATALOGUE.needs["gross_clicks"].sums) == {"unique_clicks", "duplicate_clicks", "invalid_clicks"}
    assert set(CATALOGUE.needs["approval_rate"].sums) == {
        f"{each}_conversions" for each in ("approved", "rejected", "reversed")
    }
    for key, needs in CATALOGUE.needs.items():
        assert set(chain.from_iterable(needs.sums.values())) == needs.measures, key
        for measures in needs.sums.values():
            assert len({(each.fact, each.value, each.where, each.unit) for each in map(MEASURES.get, measures)}) == 1
            for one, other in combinations(measures, 2):
                assert not cells(MEASURES[one]) & cells(MEASURES[other]), (key, one, other)


def test_what_is_counted_twice_is_not_summed_once() -> None:
    """Only an addition of each value once is a sum by itself."""
    total = replace(COLUMNS["payout"], custom=True)
    for formula in (
        "payout + paid_payout",
        "payout + payout",
        "payout - reversed_payout",
        "payout * 2",
        "items + payout",
    ):
        column = replace(total, key="other", formula=parse(formula))
        assert "other" not in catalogue_of([column]).needs["other"].sums, formula
    column = replace(total, key="other", formula=parse("payout + reversed_payout"))
    assert len(catalogue_of([column]).needs["other"].sums["other"]) == 4


def metric(key: str, formula: str) -> Column:
    """A custom metric."""
    return custom_metric(key, key.title(), description="Made by hand.", formula=formula)


def test_m5a_custom_metrics_need_the_classes_of_their_atoms() -> None:
    """M5a: computed the same way, through any number of metrics between."""
    catalogue = catalogue_of(
        [metric("outer", "inner * 2 - ctr"), metric("inner", "profit / items"), metric("plain", "cr + 1")]
    )
    assert catalogue.faults == {}
    traffic, conversions, sale = FieldClass.TRAFFIC, FieldClass.CONVERSIONS, FieldClass.SALE_AMOUNT
    money = {FieldClass.REVENUE, FieldClass.PAYOUT, sale}
    assert catalogue.needs["plain"].classes == {conversions, traffic}
    assert catalogue.needs["inner"].classes == money
    assert catalogue.needs["outer"].classes == money | {traffic}
    assert catalogue.needs["outer"].atoms == {"inner", "ctr", "profit", "items"}
    sums = {each: Fraction(6) for each in catalogue.needs["outer"].measures} | {"revenue": Fraction(30)}
    profit = 30 - 18
    assert values(catalogue, ["outer"], sums) == {"outer": Fraction(profit, 6) * 2 - Fraction(12, 6)}


@pytest.mark.parametrize(
    ("metrics", "faults"),
    [
        ([("a", "a + 1")], {"a": "a would be computed from itself: a, a."}),
        (
            [("a", "b * 2"), ("b", "clicks + c"), ("c", "a")],
            {
                "a": "a would be computed from itself: a, b, c, a.",
                "b": "b would be computed from itself: b, c, a, b.",
                "c": "c would be computed from itself: c, a, b, c.",
            },
        ),
        ([("a", "salary")], {"a": 'Column "salary" does not exist or is not available to you.'}),
        # A sum that is no column is none to build on, and nobody takes its name: built-in columns are made of it.
        ([("a", "unpaid_payout")], {"a": 'Column "unpaid_payout" does not exist or is not available to you.'}),
        ([("unpaid_payout", "clicks")], {"unpaid_payout": 'The name "unpaid_payout" is taken; choose another.'}),
        ([("revenue", "clicks")], {"revenue": 'The name "revenue" is taken; choose another.'}),
        ([("a", "clicks"), ("a", "events")], {"a": 'The name "a" is taken; choose another.'}),
        ([("a", "1 + 1")], {"a": "A metric is computed from at least one column."}),
        (
            [(f"m{n}", f"m{n + 1}") for n in range(MAX_NESTING + 1)] + [(f"m{MAX_NESTING + 1}", "clicks")],
            {"m0": f"Metrics are built on metrics at most {MAX_NESTING} deep."},
        ),
        # Each ten times the one before: a number of theirs would have a thousand times the digits of an amount.
        (
            [(f"m{n}", " * ".join([f"m{n + 1}"] * 10)) for n in range(3)] + [("m3", "epc")],
            {"m0": "Written out, a metric has at most 250 columns and numbers; this one has 1000."},
        ),
        (
            [("a", " + ".join(["clicks"] * 50)), ("b", "a + a * a + 2 * (a - a) - 7")],
            {"b": "Written out, a metric has at most 250 columns and numbers; this one has 252."},
        ),
    ],
)
def test_a_metric_that_cannot_be_computed_does_not_exist(
    metrics: list[tuple[str, str]], faults: dict[str, str]
) -> None:
    """M5a: cycles, unknown atoms and endless chains are refused, and break nothing else."""
    catalogue = catalogue_of([metric(key, formula) for key, formula in [*metrics, ("fine", "clicks / events")]])
    assert catalogue.faults == faults
    assert "fine" in catalogue.columns
    assert set(COLUMNS) <= set(catalogue.columns)
    assert catalogue.columns["revenue"] is COLUMNS["revenue"]
    assert set(catalogue.columns) == set(catalogue.needs)


def test_a_formula_that_cannot_be_read_makes_no_metric() -> None:
    with pytest.raises(FormulaError, match="at character 9"):
        metric("a", "clicks +")


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Metrics over columns and over the metrics before them."""
    made: list[Column] = []
    for n in range(draw(st.integers(1, 6))):
        atoms = st.sampled_from([*COLUMNS, *(each.key for each in made)])
        parts = draw(st.lists(atoms, min_size=1, max_size=4))
        made.append(metric(f"m{n}", draw(st.sampled_from([" + ", " / ", " - ", " * "])).join(parts)))
    return catalogue_of(made)


@given(catalogues())
def test_m5a_needs_grow_with_a_formula(catalogue: Catalogue) -> None:
    """M5a: a metric needs all that each of its atoms needs; adding a term never makes it need less."""
    assert catalogue.faults == {}
    for column in catalogue.columns.values():
        if not column.custom:
            continue
        assert column.formula is not None
        needs = catalogue.needs[column.key]
        for part in names(column.formula):
            below = catalogue.needs[part]
            assert below.classes <= needs.classes
            assert below.statuses <= needs.statuses
            assert below.settlements <= needs.settlements
            assert below.measures <= needs.measures
            assert below.atoms | {part} <= needs.atoms
        more = catalogue_of(
            [
                *(each for each in catalogue.columns.values() if each.custom and each.key != column.key),
                replace(column, formula=metric("x", f"{text(column.formula)} + reversed_payout").formula),
            ]
        )
        assert more.needs[column.key].classes >= needs.classes | {FieldClass.PAYOUT}


def test_impressions_have_no_finer_fact() -> None:
    assert {measure.fact for measure in MEASURES.values()} == set(Fact)
    assert [key for key, each in MEASURES.items() if each.fact is Fact.IMPRESSIONS] == ["impressions"]
