"""Predicates as SQL, where two readings of one table meet, and where one is written for many statements.

What they say is for the oracle to compare.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from sightline.authz.expr import Edge, Exists, equals
from sightline.authz.paths import Attribute, PathKind, Shape, bind_name
from sightline.authz.visibility import compile_visibility
from sightline.db.predicates import Predicates
from sightline.db.queries import PageQuery, Selection
from sightline.db.reads import Reads
from sightline.db.routes import PLAIN, Route
from sightline.db.statements import DIALECT
from sightline.schema.model import CATALOGUE

PARTNERS = Edge("enrollment", (("id", "partner_profile_id"),))
PROFILE = Edge("partner_profile", (("partner_profile_id", "id"),))


def test_a_row_that_leads_back_to_its_table_is_read_beside_the_one_around_it() -> None:
    source = CATALOGUE["partner_profile"].alias(0)
    there = Exists(PARTNERS, Exists(PROFILE, equals("name", "Bluebird")))
    found = sa.select(source.c.id).where(Predicates(CATALOGUE).sql(there, source))
    text = " ".join(str(found.compile(dialect=DIALECT)).split())
    outer, between, inner = "partner_profile_at_0", "enrollment_at_1", "partner_profile_at_2"
    assert f"FROM partner_profile AS {outer} WHERE EXISTS" in text
    assert f"FROM enrollment AS {between} WHERE {between}.partner_profile_id = {outer}.id AND" in text
    assert f"FROM partner_profile AS {inner} WHERE {inner}.id = {between}.partner_profile_id AND {inner}.name =" in text


def test_what_is_written_for_one_value_is_not_read_with_several() -> None:
    """A statement keeps the predicates of its own parameters, in whatever order statements are written."""
    shapes = (Shape(PathKind.ORG_PARTNER, frozenset()),)
    visibility, reads = compile_visibility(CATALOGUE.model, shapes, policy_version="tests"), Reads(CATALOGUE)
    query, name = PageQuery(Selection("conversion"), frozenset(), (), 3), bind_name(0, Attribute.ORGANIZATIONS)
    routes = (PLAIN, Route(single=frozenset({name})), PLAIN)
    several, one, again = (
        reads.page(visibility, replace(query, backward=at == 2), route) for at, route in enumerate(routes)
    )
    assert "::BIGINT[])[1]" in one.statement.text
    for each in (several, again):
        assert "partner_org_id = ANY ($1::BIGINT[])" in each.statement.text
        assert "[1]" not in each.statement.text
