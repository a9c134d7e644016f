"""The rules in words: total over the language of rules, and readable."""

from __future__ import annotations

import pytest

from sightline.authz.classes import FieldClass
from sightline.authz.entities import ENTITY_RULES
from sightline.authz.expr import (
    FALSE,
    TRUE,
    Compare,
    Condition,
    Edge,
    Exists,
    Expr,
    Holds,
    In,
    IsNull,
    Masks,
    Operator,
    Reached,
    all_of,
    any_of,
    equals,
    negate,
    one_of,
)
from sightline.authz.paths import Attribute, Flag
from sightline.authz.permissions import permitted
from sightline.authz.prose import clause, describe, rows_in_words

PROGRAM = Edge("program", (("program_id", "id"),))
SAME_EMAIL = Edge("app_user", (("email", "email"),))
ENROLLMENTS = Edge("enrollment", (("id", "program_id"),))
MINE = In("organization_id", Attribute.ORGANIZATIONS)
UNLIMITED = negate(Holds(Flag.LISTED_PROGRAMS))

CLAUSES: list[tuple[Expr, str]] = [
    (MINE, "whose organization is yours"),
    (In("id", Attribute.USER), "being you"),
    (In("affiliate_account_id", Attribute.ACCOUNTS), "whose affiliate account is one you collaborate on"),
    (negate(MINE), "not whose organization is yours"),
    (equals("status", "ACTIVE"), "with status ACTIVE"),
    (Compare("status", Operator.DIFFERENT, "ACTIVE"), "with a status other than ACTIVE"),
    (negate(equals("status", "ACTIVE")), "with a status other than ACTIVE"),
    (one_of("status", "ACTIVE", "PAUSED"), "with status ACTIVE or PAUSED"),
    (equals("listed", True), "marked listed"),
    (negate(equals("listed", True)), "not marked listed"),
    (IsNull("archived_at"), "not archived"),
    (negate(IsNull("activated_at")), "once activated"),
    (IsNull("program_id"), "without a program"),
    (negate(IsNull("program_id")), "with a program"),
    (Exists(PROGRAM, Reached()), "of a program that the path reaches"),
    (Exists(ENROLLMENTS, TRUE), "with an enrollment"),
    (negate(Exists(ENROLLMENTS, equals("state", "ENDED"))), "without an enrollment with state ENDED"),
    (negate(Exists(ENROLLMENTS, negate(MINE))), "with no enrollment but those whose organization is yours"),
    (
        Exists(Edge("app_user", (("email", "email"),)), In("id", Attribute.USER)),
        "with a user of the same email being you",
    ),
    (Exists(Edge("odd_thing", (("odd_thing_id", "id"),)), MINE), "of an odd thing whose organization is yours"),
    (Masks(FieldClass.PAYOUT), "on which the path holds `payout`"),
    (Condition("NEVER_HEARD_OF"), "where it is never heard of"),
    (all_of(equals("listed", True), MINE), "whose organization is yours and marked listed"),
    (any_of(equals("listed", True), MINE), "whose organization is yours or marked listed"),
    (
        Exists(PROGRAM, all_of(equals("listed", True), MINE)),
        "of a program (whose organization is yours and marked listed)",
    ),
    (
        all_of(IsNull("archived_at"), any_of(equals("listed", True), MINE)),
        "not archived and (whose organization is yours or marked listed)",
    ),
    (
        Exists(PROGRAM, any_of(UNLIMITED, In("id", Attribute.PROGRAMS))),
        "of a program (if limited to listed programs, only those among the listed programs)",
    ),
]


@pytest.mark.parametrize(("expr", "words"), CLAUSES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_predicate_in_words(expr: Expr, words: str) -> None:
    assert clause(expr) == words


def test_a_row_set_says_apart_what_the_path_needs_and_how_it_is_limited() -> None:
    """I2, AC4."""
    rows = all_of(permitted("PROGRAMS"), MINE, any_of(UNLIMITED, In("id", Attribute.PROGRAMS)))
    said = rows_in_words(rows)
    assert said.needs == "with PROGRAMS R"
    assert said.rows == (
        "whose organization is yours; if limited to listed programs, only those among the listed programs"
    )
    assert (rows_in_words(permitted("USERS")).needs, rows_in_words(permitted("USERS")).rows) == ("with USERS R", "all")
    assert (rows_in_words(TRUE).needs, rows_in_words(TRUE).rows) == ("", "all")
    assert rows_in_words(FALSE).rows == "none"


def test_every_row_set_and_condition_can_be_said() -> None:
    """No exception, no empty phrase, no name of a column or a table as it is written in the database."""
    for rule in ENTITY_RULES:
        phrases = [rows_in_words(rows).rows for rows in rule.rows.values()]
        phrases += [clause(condition) for condition in rule.conditions.values()]
        for phrase in phrases:
            assert phrase.strip()
            assert "_id" not in phrase
            assert phrase.count("(") == phrase.count(")")


def test_alternatives_and_conjunctions_are_never_run_together() -> None:
    """What binds stronger is in brackets, so that a reader cannot take one for the other."""
    cell = all_of(Condition("DIRECT"), any_of(Holds(Flag.FULL), all_of(Condition("SETTLED"), Holds("PAYOUTS:R"))))
    assert describe(cell) == "in DIRECT programs and (as admin, member or guest; or with PAYOUTS R and once invoiced)"
    assert describe(negate(any_of(Holds(Flag.FULL), Condition("DIRECT")))) == (
        "not as admin, member or guest and in other than DIRECT programs"
    )


def test_what_cannot_be_said_is_an_error() -> None:
    """A page that leaves something out would be a lie."""
    with pytest.raises(TypeError, match="words"):
        clause(object())  # type: ignore[arg-type]  # what is no expression
    with pytest.raises(TypeError, match="mask cell"):
        describe(MINE)
