"""The catalogue of reports fits the tables: every measure and dimension has its columns there, and their classes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
import sqlalchemy as sa
from demo_reading import one, rows
from sqlalchemy.dialects import postgresql

from sightline.authz.classes import FieldClass, needed_classes
from sightline.authz.expr import all_of, columns_read
from sightline.authz.reports.catalogue import catalogue_of
from sightline.authz.reports.columns import COLUMNS, Aggregation
from sightline.authz.reports.dimensions import DIMENSIONS, DateBasis, Dimension
from sightline.authz.reports.formulas import text
from sightline.authz.reports.lists import FIRST_LIST
from sightline.authz.reports.measures import MEASURES, SETTLEMENTS, STATUSES, Count, Elapsed, Fact, Measure, Total
from sightline.db.catalogue import build_catalogue
from sightline.db.database import Database
from sightline.db.predicates import Predicates
from sightline.db.tables import Row
from sightline.db.tables.enums import ConversionStatus, Settlement

TABLES = build_catalogue([mapper.class_ for mapper in Row.registry.mappers])
PREDICATES = Predicates(TABLES)

# What joins a fact to its parent says nothing of the parent; the row is counted either way.
JOINS = {"affiliate_account_id", "conversion_id", "id"}
# To have a row of a fact in a report at all is to hold the class of its measures; `record` comes with every row.
OF_THE_FACT = {Fact.IMPRESSIONS: FieldClass.TRAFFIC, Fact.CLICK: FieldClass.TRAFFIC}


def test_statuses_are_those_of_the_tables() -> None:
    assert set(ConversionStatus) == STATUSES
    assert set(Settlement) == SETTLEMENTS


def value_columns(measure: Measure) -> tuple[str, ...]:
    """The columns whose values it adds up."""
    match measure.value:
        case Count():
            return ()
        case Total(column):
            return (column,)
        case Elapsed(since, until):
            return since, until


def expression(measure: Measure, source: sa.FromClause) -> sa.ColumnElement[object]:
    """The sum, in SQL."""
    match measure.value:
        case Count():
            return sa.func.count()
        case Total(column):
            return sa.func.coalesce(sa.func.sum(source.c[column]), 0)
        case Elapsed(since, until):
            return sa.func.coalesce(sa.func.sum(sa.extract("epoch", source.c[until] - source.c[since])), 0)


def statement(measure: Measure) -> str:
    """What a measure is over all facts."""
    source = TABLES[measure.fact].table
    query = sa.select(expression(measure, source)).where(PREDICATES.sql(all_of(measure.where, measure.states), source))
    return str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.key)
def test_m5a_a_measure_has_the_classes_of_every_column_it_reads(measure: Measure) -> None:
    """M5a: down to the tables, so that no column of a report reveals what its classes do not say."""
    read = {(measure.fact.value, column) for column in value_columns(measure)}
    read |= {each for each in columns_read(all_of(measure.where, measure.states), measure.fact) if each[1] not in JOINS}
    for table, column in read:
        access = TABLES[table].columns[column]
        assert needed_classes(access) <= measure.classes | {FieldClass.RECORD}, (table, column)


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=lambda dimension: dimension.key)
def test_m5a_a_dimension_has_the_classes_of_its_columns(dimension: Dimension) -> None:
    """M5a: on every fact that has it; and its values are ids of the entity it names."""
    for fact, place in dimension.places.items():
        table = fact.value
        for edge in place.via:
            assert all(
                here in TABLES[table].columns and there in TABLES[edge.target].columns for here, there in edge.on
            )
            table = edge.target
        implied = {FieldClass.RECORD, OF_THE_FACT.get(fact, FieldClass.CONVERSIONS)}
        if table == Fact.CLICK:
            implied.add(FieldClass.TRAFFIC)
        assert needed_classes(TABLES[table].columns[place.column]) <= dimension.classes | implied, fact
        assert TABLES[table].reference(place.column) == dimension.entity, fact


def test_dates_are_columns_of_conversions() -> None:
    assert set(DateBasis) <= set(TABLES["conversion"].columns)


def stored(measure: Measure) -> Iterator[str]:
    """The same from the stored sums, at each grain."""
    kind = "conversion" if measure.fact is Fact.CONVERSION else "traffic"
    wanted = {"status": measure.statuses, "settlement": measure.settlements}
    lists = {column: ", ".join(f"'{each}'" for each in sorted(values)) for column, values in wanted.items() if values}
    where = " AND ".join(f"{column} IN ({values})" for column, values in lists.items()) or "true"
    for grain in ("hour_by_account", "hour_by_program", "day_by_program"):
        yield f"SELECT coalesce(sum({measure.rollup}), 0) FROM {kind}_{grain} WHERE {where}"


async def test_measures_are_the_same_from_facts_and_from_stored_sums(demo: Database) -> None:
    """M1: every measure that says it is stored as a sum equals it, at each grain; each is something."""
    for measure in MEASURES.values():
        found = await one(demo, statement(measure))
        assert found != 0, measure.key
        if measure.rollup is not None:
            for query in stored(measure):
                assert await one(demo, query) == found, query


async def test_m1_columns_are_computed_from_the_sums_of_the_facts(demo: Database) -> None:
    """M1: payouts and counts of the demo platform, computed here, equal those that one statement each computes."""
    sums = {key: Fraction(await one(demo, statement(measure))) for key, measure in MEASURES.items()}
    catalogue = catalogue_of()
    keys = [key for key, column in COLUMNS.items() if column.aggregation is not Aggregation.MEDIAN]
    values = catalogue.computed(keys, sums, number=Fraction)
    counted = "status IN ('APPROVED', 'PENDING', 'HOLD')"
    main = "(goal_id IS NULL OR goal_id IN (SELECT id FROM program_goal WHERE is_base))"
    by_hand = {
        "payout": f"SELECT sum(payout) FROM conversion WHERE {counted}",
        "profit": f"SELECT sum(revenue - payout) FROM conversion WHERE {counted}",
        "gross_clicks": "SELECT count(*) FROM click",
        "gross_conversions": f"SELECT count(*) FROM conversion WHERE {main}",
        "conversions": f"SELECT count(*) FROM conversion WHERE {counted} AND {main}",
        "events": f"SELECT count(*) FROM conversion WHERE {counted} AND NOT {main}",
        "net_sale_amount": f"SELECT sum(sale_amount - refunded_amount) FROM conversion WHERE {counted}",
    }
    for key, query in by_hand.items():
        assert values[key] == Fraction(await one(demo, query)), key
    assert values["margin"] == values["profit"] / Fraction(sums["revenue"])  # type: ignore[operator]
    assert None not in values.values()


async def test_the_seeded_catalogue_is_that_of_the_program(demo: Database) -> None:
    """A17, A19: labels, tooltips, formulas, classes and the first list are stored as the program has them."""
    catalogue = catalogue_of()
    stored = {row["key"]: row for row in await rows(demo, "SELECT * FROM report_column WHERE owner_id IS NULL")}
    assert set(stored) == set(COLUMNS)
    for key, column in COLUMNS.items():
        row = stored[key]
        assert (row["label"], row["description"]) == (column.label, column.description)
        assert row["formula"] == (None if column.formula is None else text(column.formula))
        assert set(row["classes"]) == catalogue.needs[key].classes
        assert row["aggregation"] == column.aggregation
    listed = await rows(
        demo,
        "SELECT column_key FROM column_list_item i JOIN column_list l ON l.id = i.list_id "
        "WHERE l.owner_kind = 'SYSTEM' ORDER BY position",
    )
    assert tuple(key for (key,) in listed) == FIRST_LIST
