"""What visible columns give away: by ranks, and by a second reading that constructs the worlds."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds_of_sums import random_world, twin, visible_of

from sightline.authz.classes import FieldClass
from sightline.authz.reports.catalogue import catalogue_of
from sightline.authz.reports.columns import COLUMNS, Aggregation, custom_metric
from sightline.authz.reports.exposure import GIVES_AWAY, exposed, readable_on_entities
from sightline.authz.reports.formulas import Formula, Name, evaluate, parse
from sightline.authz.reports.inference import computable, smallest_repair, space_of, witness
from sightline.authz.reports.lists import BASE_COLUMNS, Reader, narrowed, usable

CATALOGUE = catalogue_of()
SPACE = space_of(CATALOGUE)
MONEY = frozenset(BASE_COLUMNS)
COUNTS = frozenset({FieldClass.TRAFFIC, FieldClass.CONVERSIONS})
CLASSES = MONEY | COUNTS
STAFF = CLASSES | {FieldClass.COMMISSION_RATE, FieldClass.PAYOUT_INVOICE}
EVERY_SUBSET = [
    frozenset(each)
    for each in chain.from_iterable(combinations(sorted(CLASSES), size) for size in range(len(CLASSES) + 1))
]
LINEAR = [key for key, column in COLUMNS.items() if column.aggregation is Aggregation.SUM]


def known(*keys: str) -> dict[str, Formula]:
    """These columns, or formulas, by what they are called."""
    return {key: parse(key) for key in keys}


@pytest.mark.parametrize(
    ("visible", "hidden"),
    [
        # The pairs of M5.
        ("profit, payout", "revenue"),
        ("margin, payout", "revenue"),
        ("rpc, clicks", "revenue"),
        ("epc, clicks", "payout"),
        ("aov, conversions", "sale_amount"),
        ("effective_commission_rate, sale_amount", "payout"),
        ("roas, sale_amount", "revenue"),
        # Those of the engine's description.
        ("profit, revenue", "payout"),
        ("rpc, epc", "margin"),
        ("margin", "profit / payout"),
        # Longer chains.
        ("rpc, unique_clicks, duplicate_clicks", "revenue"),
        ("uepc, ucr, conversions", "payout"),
        ("net_sale_amount, refunded_amount", "sale_amount"),
        ("pending_payout, approved_payout", "payout"),
        ("rpm, ctr, clicks", "revenue"),
        ("roas, effective_commission_rate, profit", "revenue"),
        ("epc100, cr, conversions, margin", "profit"),
        ("median_time_to_conversion, conversions", "click_to_conversion_time"),
    ],
)
def test_m5_known_ways_to_a_hidden_column_are_found(visible: str, hidden: str) -> None:
    """M5, LK6: each is found, its witness is the whole set, and none of it can be spared."""
    columns = known(*visible.split(", "))
    assert computable(SPACE, parse(hidden), columns)
    assert witness(SPACE, parse(hidden), columns) == tuple(columns)
    for name in columns:
        rest = {key: formula for key, formula in columns.items() if key != name}
        assert not computable(SPACE, parse(hidden), rest), name


@pytest.mark.parametrize(
    ("visible", "hidden"),
    [
        ("", "revenue"),
        ("profit", "revenue"),
        ("margin", "revenue"),
        ("margin, clicks, conversions, impressions", "payout"),
        ("rpc, epc", "revenue"),
        ("roas, effective_commission_rate, margin", "sale_amount"),
        ("conversions", "approved_conversions"),
        ("payout", "paid_payout"),
        ("clicks", "unique_clicks"),
        ("adjustments, profit", "payout"),
        ("gross_conversions, conversions", "rejected_conversions"),
    ],
)
def test_what_cannot_be_computed_is_not_said_to_be(visible: str, hidden: str) -> None:
    columns = known(*filter(None, visible.split(", ")))
    assert not computable(SPACE, parse(hidden), columns)
    assert witness(SPACE, parse(hidden), columns) is None


@pytest.mark.parametrize("classes", EVERY_SUBSET, ids=lambda classes: "+".join(sorted(classes)) or "none")
def test_m5_no_set_of_classes_yields_a_column_of_another(classes: frozenset[FieldClass]) -> None:
    """M5, M5a: for every subset of classes, no base column that is hidden follows from the visible columns.

    By ranks; and in 3 worlds each, in every one of which there is a twin that looks the same and differs there.
    """
    visible = usable(CATALOGUE, Reader(frozenset(COLUMNS), classes))
    assert visible == {key for key in COLUMNS if CATALOGUE.needs[key].classes <= classes}
    columns = {key: Name(key) for key in COLUMNS if key in visible}
    for hidden in LINEAR:
        if hidden in visible:
            continue
        assert not computable(SPACE, Name(hidden), columns), hidden
        for seed in range(3):
            differs(random_world(Random(f"{hidden} {seed}")), sorted(visible), hidden)


def differs(world: dict[str, Fraction], visible: list[str], hidden: str) -> None:
    """There is a world whose visible columns are these and whose hidden one is another; shown by the catalogue."""
    other = twin(world, map(visible_of, visible), hidden)
    assert other is not None, hidden
    medians = [key for key in COLUMNS if COLUMNS[key].aggregation is Aggregation.MEDIAN]
    one, two = (
        CATALOGUE.computed(
            [*visible, hidden], sums | dict.fromkeys(medians, sums["seconds_to_conversion"]), number=Fraction
        )
        for sums in (world, other)
    )
    assert {key: one[key] for key in visible} == {key: two[key] for key in visible}
    assert one[hidden] != two[hidden]
    assert min(other.values()) > 0


@settings(max_examples=150)
@given(st.sets(st.sampled_from(list(COLUMNS)), max_size=12), st.sampled_from(LINEAR), st.integers())
def test_m5_ranks_and_worlds_agree(visible: set[str], hidden: str, seed: int) -> None:
    """M5: for random columns, classes aside, the two readings say the same of every hidden sum."""
    world = random_world(Random(seed))
    if computable(SPACE, Name(hidden), {key: Name(key) for key in visible}):
        assert twin(world, map(visible_of, visible), hidden) is None
    else:
        differs(world, sorted(visible - {hidden}), hidden)


def test_m5_the_two_readings_agree_on_both_answers() -> None:
    """M5: over 300 sets of 5 to 30 columns; each answer is given often, so that neither is always right."""
    random = Random(300)
    answers = []
    for n in range(300):
        visible = random.sample(list(COLUMNS), random.randint(5, 30))
        hidden = random.choice([key for key in LINEAR if key not in visible])
        answers.append(computable(SPACE, Name(hidden), known(*visible)))
        there = twin(random_world(Random(n)), map(visible_of, visible), hidden)
        assert answers[-1] is (there is None), (visible, hidden)
    assert 50 < sum(answers) < 250


@settings(max_examples=60)
@given(
    st.sets(st.sampled_from(list(COLUMNS)), min_size=1),
    st.sampled_from(LINEAR),
    st.sets(st.sampled_from(list(COLUMNS)), max_size=10),
)
def test_a_witness_yields_and_nothing_of_it_can_be_spared(visible: set[str], hidden: str, blamed: set[str]) -> None:
    columns = {key: Name(key) for key in COLUMNS if key in visible}
    found = witness(SPACE, Name(hidden), columns, blamed=blamed)
    assert (found is not None) is computable(SPACE, Name(hidden), columns)
    for spared in found or ():
        assert not computable(SPACE, Name(hidden), {key: columns[key] for key in found or () if key != spared})


@settings(max_examples=40)
@given(
    st.sets(st.sampled_from([key for key in COLUMNS if key != "payout"]), min_size=1, max_size=7),
    st.sets(st.sampled_from(["clicks", "conversions", "revenue"])),
)
def test_a_repair_is_the_smallest(droppable: set[str], fixed: set[str]) -> None:
    """Against every set of columns there is, from the smallest on."""
    columns = {key: Name(key) for key in COLUMNS if key in droppable | fixed}
    choice = sorted(droppable - fixed)
    found = smallest_repair(SPACE, [Name("payout")], columns, droppable=choice)

    def safe_without(dropped: tuple[str, ...]) -> bool:
        return not computable(SPACE, Name("payout"), {key: each for key, each in columns.items() if key not in dropped})

    sizes = [
        size for size in range(len(choice) + 1) if any(safe_without(dropped) for dropped in combinations(choice, size))
    ]
    if found is None:
        assert sizes == []
    else:
        assert safe_without(found)
        assert len(found) == sizes[0]


def test_more_columns_never_hide_anything() -> None:
    """A law: what follows from some columns follows from more."""
    random = Random(7)
    for _ in range(40):
        some = random.sample(list(COLUMNS), 6)
        more = [*some, *random.sample(list(COLUMNS), 6)]
        for hidden in BASE_COLUMNS.values():
            if computable(SPACE, Name(hidden), known(*some)):
                assert computable(SPACE, Name(hidden), known(*more))


def test_custom_metrics_are_seen_through() -> None:
    """Products and squares too, which are no ratios of sums."""
    made = {"square": "revenue * revenue", "mixed": "revenue * payout", "none": "revenue / (clicks - clicks)"}
    catalogue = catalogue_of(
        custom_metric(key, key, description="Made.", formula=formula) for key, formula in made.items()
    )
    space = space_of(catalogue)
    assert computable(space, Name("revenue"), known("square"))
    assert not computable(space, Name("revenue"), known("mixed"))
    assert computable(space, Name("payout"), known("mixed", "revenue"))
    assert not computable(space, Name("revenue"), known("none", "clicks"))  # null always: says nothing
    assert computable(space, Name("profit"), known("square", "mixed"))


def listed(*without: str) -> frozenset[str]:
    """Every column but these."""
    return frozenset(COLUMNS) - set(without)


def test_rc7_a_list_narrows_entities_to_what_it_shows() -> None:
    """RC7: revenue, payout and sale amount on entities need their base column; rates and invoices go with payout."""
    rate, invoice, note = FieldClass.COMMISSION_RATE, FieldClass.PAYOUT_INVOICE, FieldClass.INTERNAL_NOTES
    held = STAFF | {note}
    assert narrowed(held, COLUMNS) == held
    assert narrowed(held, listed("revenue")) == held - {FieldClass.REVENUE}
    assert narrowed(held, listed("sale_amount")) == held - {FieldClass.SALE_AMOUNT}
    assert narrowed(held, listed("payout")) == held - {FieldClass.PAYOUT, rate, invoice}
    assert narrowed(held, listed("profit", "margin", "epc", "clicks", "conversions")) == held
    assert narrowed(held, ()) == COUNTS | {note}
    assert narrowed({FieldClass.RECORD}, COLUMNS) == {FieldClass.RECORD}  # a list never gives


def test_rc7_what_is_counted_and_read_beside_a_list() -> None:
    """RC7: click kinds, conversions by status, rates and paid invoices, each with its class only."""
    assert readable_on_entities(()) == {}
    assert set(readable_on_entities({FieldClass.TRAFFIC})) == {
        "number of unique clicks",
        "number of duplicate clicks",
        "number of invalid clicks",
    }
    assert len(readable_on_entities({FieldClass.CONVERSIONS})) == 6
    assert set(readable_on_entities({FieldClass.COMMISSION_RATE})) == {"payout rates of plans"}
    assert set(readable_on_entities({FieldClass.COMMISSION_RATE, FieldClass.REVENUE})) == {
        "payout rates of plans",
        "revenue rates of plans",
    }


@pytest.mark.parametrize(
    ("columns", "classes", "hidden", "drop"),
    [
        # Counts are protected by no list: a value by the click is the value.
        ("rpc", CLASSES, {"revenue": "rpc, number of unique clicks, number of duplicate clicks"}, "rpc"),
        ("profit revenue", CLASSES, {"payout": "revenue, profit"}, "profit"),
        ("profit margin clicks", CLASSES, {"revenue": "profit, margin", "payout": "profit, margin"}, "profit margin"),
        (
            "pending_payout approved_payout",
            CLASSES,
            {"payout": "pending_payout, approved_payout"},
            "pending_payout approved_payout",
        ),
        ("payout clicks", STAFF, {"sale_amount": "payout, payout rates of plans"}, "payout"),
        (
            "net_sale_amount refunded_amount",
            CLASSES,
            {"sale_amount": "net_sale_amount, refunded_amount"},
            "net_sale_amount refunded_amount",
        ),
    ],
)
def test_rc7_a_list_that_gives_a_hidden_column_away_is_refused(
    columns: str, classes: frozenset[FieldClass], hidden: dict[str, str], drop: str
) -> None:
    """RC7: with the witness, and the smallest set of columns to drop, after which it is not refused again."""
    reader = Reader(frozenset(columns.split()), classes)
    found = exposed(SPACE, reader)
    assert found is not None
    assert {each.hidden: ", ".join(each.witness) for each in found.exposures} == hidden
    assert found.drop is not None
    assert len(found.drop) == 1
    assert found.drop[0] in drop.split()
    assert exposed(SPACE, Reader(reader.listed - set(found.drop), classes)) is None


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("revenue payout profit", ' "payout" would follow from "revenue", "profit". Leave out "profit" too.'),
        ("revenue profit", ' Leave out "profit" too.'),
        ("revenue payout", " Somebody who has more columns can change more of the list."),
        ("payout clicks", " Somebody who has more columns can change more of the list."),
    ],
)
def test_rc6_rc7_a_witness_is_told_to_whoever_may_know_all_of_it(known: str, said: str) -> None:
    """RC6, RC7, RC8: what an editor could not use himself is not named, neither as hidden nor as listed."""
    found = exposed(SPACE, Reader(frozenset({"revenue", "profit"}), CLASSES))
    assert found is not None
    assert found.told_to(known.split()) == GIVES_AWAY + said


def test_rc7_what_the_role_hides_is_protected_too() -> None:
    """RC7, M5b: a role without payouts that reads rates beside sale amounts; the list is what can be mended."""
    classes = frozenset({FieldClass.SALE_AMOUNT, FieldClass.COMMISSION_RATE})
    reader = Reader(frozenset({"sale_amount", "payout"}), classes)
    found = exposed(SPACE, reader)
    assert found is not None
    assert [(each.hidden, each.witness) for each in found.exposures] == [
        ("payout", ("sale_amount", "payout rates of plans"))
    ]
    assert found.drop == ("payout",)  # of no use to him, and with it go the rates
    assert exposed(SPACE, Reader(frozenset({"sale_amount"}), classes)) is None


@pytest.mark.parametrize(
    ("columns", "classes"),
    [
        ("", STAFF),
        ("impressions clicks unique_clicks conversions events cr ctr", STAFF),
        ("profit", CLASSES),  # a derived column without its base, and no witness
        ("margin roas effective_commission_rate", CLASSES),
        ("profit margin", CLASSES - {FieldClass.PAYOUT}),  # not usable anyway
        ("payout clicks", CLASSES),  # no rates to be read
        ("payout pending_payout epc revenue sale_amount profit", STAFF),
        (" ".join(COLUMNS), STAFF),
        (" ".join(COLUMNS), COUNTS),
    ],
)
def test_rc7_a_list_that_gives_nothing_away_is_accepted(columns: str, classes: frozenset[FieldClass]) -> None:
    assert exposed(SPACE, Reader(frozenset(columns.split()), classes)) is None


@pytest.mark.parametrize("hidden", [*BASE_COLUMNS.values()])
def test_rc7_every_other_column_without_one_is_repaired(hidden: str) -> None:
    """RC7: everything listed but one: refused, and accepted once repaired."""
    reader = Reader(listed(hidden), STAFF)
    found = exposed(SPACE, reader)
    assert found is not None
    assert found.exposures[0].hidden == hidden
    assert found.drop
    assert exposed(SPACE, Reader(reader.listed - set(found.drop), STAFF)) is None
    for spared in found.drop:
        assert exposed(SPACE, Reader((reader.listed - set(found.drop)) | {spared}, STAFF)) is not None


@settings(max_examples=15, deadline=None)
@given(
    st.sets(
        st.sampled_from(["revenue", "payout", "sale_amount", "profit", "margin", "epc", "roas", "aov"]), max_size=5
    ),
    st.sampled_from([STAFF, CLASSES, STAFF - {FieldClass.REVENUE}, STAFF - {FieldClass.SALE_AMOUNT}]),
)
def test_rc7_the_columns_to_drop_are_the_fewest(columns: set[str], classes: frozenset[FieldClass]) -> None:
    """RC7: against every shorter list there is, base columns included, each judged anew."""

    def accepted(without: tuple[str, ...]) -> bool:
        return exposed(SPACE, Reader(frozenset(columns) - set(without), classes)) is None

    found = exposed(SPACE, Reader(frozenset(columns), classes))
    if found is not None:
        assert found.drop is not None
        assert accepted(found.drop)
        assert not any(accepted(each) for each in combinations(sorted(columns), len(found.drop) - 1))


def test_rc7_custom_metrics_give_no_more_than_their_atoms() -> None:
    """A list with a metric over columns it lacks does not make the metric usable, and so gives nothing away."""
    catalogue = catalogue_of([custom_metric("mine", "Mine", description="Made.", formula="revenue * 2")])
    space = space_of(catalogue)
    assert exposed(space, Reader(frozenset({"mine", "clicks"}), CLASSES)) is None
    assert computable(space, Name("revenue"), known("mine"))


def test_the_point_is_always_the_same() -> None:
    """Deterministic: a list refused today is refused tomorrow."""
    assert space_of(CATALOGUE).points == SPACE.points


def test_slopes_are_those_of_difference_quotients() -> None:
    """Forward-mode derivatives, against exact quotients with a small step."""
    point = SPACE.points[0]
    revenue = point["revenue"]
    assert revenue is not None
    (at,) = revenue.slopes
    plain = {key: each.value for key, each in point.items() if each is not None}
    step = Fraction(1, 10**40)
    for text in ("revenue * revenue - payout", "payout / (revenue - clicks)", "-revenue / (revenue + 3) * 2"):
        moved = evaluate(parse(text), plain | {"revenue": plain["revenue"] + step}, number=Fraction)
        here = evaluate(parse(text), plain, number=Fraction)
        dual = evaluate(parse(text), point, number=lambda number: type(revenue)(Fraction(number), {}))
        assert moved is not None
        assert here is not None
        assert dual is not None
        assert dual.value == here
        assert abs(dual.slopes[at] - (moved - here) / step) < Fraction(1, 10**20)
