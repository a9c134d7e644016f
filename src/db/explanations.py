"""One row asked why: whether a visibility has it, and which of its paths reach it and give a class there.

The answers are truths about a row and never a value of it. Nothing is kept: an explanation is never of before.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from sightline.authz.bounds import ACCOUNT
from sightline.authz.classes import FieldClass
from sightline.authz.explaining import parts, shown
from sightline.authz.expr import Expr
from sightline.authz.visibility import Visibility
from sightline.db.catalogue import Catalogue
from sightline.db.predicates import Predicates
from sightline.db.statements import Statement, system_statement

SEEN, SHOWN = "seen", "shown"


def reached(at: int) -> str:
    """The name of the truth that path `at` reaches the row."""
    return f"reached{at}"


def given(at: int, field_class: FieldClass) -> str:
    """The name of the truth that path `at` gives a class on the row."""
    return f"given{at}_{field_class}"


def explanation(
    catalogue: Catalogue, visibility: Visibility, entity: str, classes: Collection[FieldClass]
) -> Statement:
    """The truths of one row, by name. Parameters: `key_id`, for a fact its `key_account`, and those of the paths."""
    table = catalogue[entity]
    source = table.alias(0)
    predicates = Predicates(catalogue)
    truths: dict[str, Expr] = {SEEN: visibility.rows(entity), SHOWN: shown(visibility, entity, classes)}
    for at, part in enumerate(parts(visibility, entity, classes)):
        truths[reached(at)] = part.rows
        truths |= {given(at, each): expr for each, expr in part.gives.items()}
    columns = [sa.func.coalesce(predicates.sql(each, source), sa.false()).label(name) for name, each in truths.items()]
    matches = [source.c.id == sa.bindparam("key_id", type_=sa.BigInteger())]
    if table.is_fact:
        matches.append(source.c[ACCOUNT] == sa.bindparam("key_account", type_=sa.BigInteger()))
    return system_statement(sa.select(*columns).where(*matches))
