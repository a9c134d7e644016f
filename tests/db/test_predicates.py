"""Predicates as SQL, where two readings of one table meet; what they say is for the oracle to compare."""

from __future__ import annotations

import sqlalchemy as sa

from sightline.authz.expr import Edge, Exists, equals
from sightline.db.predicates import Predicates
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
