"""Assertions about access as text: what can be said, and where a line is wrong."""

from __future__ import annotations

import pytest

from sightline.authz.assertions import Action, AssertionSyntaxError, Doing, Group, Person, parsed
from sightline.authz.roles import Standing


@pytest.mark.parametrize(
    ("line", "subject", "can", "action"),
    [
        (
            "Ana@Example.com can read Conversion.revenue",
            Person("ana@example.com"),
            True,
            (Doing.READ, "Conversion.revenue"),
        ),
        ("every user cannot read Program # not yet", Group(), False, (Doing.READ, "Program")),
        ("every GUEST cannot write", Group(standing=Standing.GUEST), False, (Doing.WRITE, "")),
        ('every ADMIN of "A #1" can do editRole', Group(None, Standing.ADMIN, "A #1"), True, (Doing.DO, "editRole")),
        ('every holder of "A B" as such can write', Group("A B", as_such=True), True, (Doing.WRITE, "")),
        ('  every holder of "A" of "B" as such can write', Group("A", None, "B", True), True, (Doing.WRITE, "")),
    ],
)
def test_what_can_be_said(line: str, subject: Person | Group, can: bool, action: tuple[Doing, str]) -> None:
    (found,) = parsed(f"# a comment\n\n{line}\n", file="f")
    assert (found.line, found.subject, found.can) == (3, subject, can)
    assert (found.action.doing, found.action.name) == action


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ana can read Program", "word 1 ('ana')"),
        ("a@b may read Program", "word 2 ('may')"),
        ("a@b can see Program", "word 3 ('see')"),
        ("a@b can read program", "word 4 ('program')"),
        ("a@b can read Program.Name", "word 4 ('Program.Name')"),
        ("a@b can do EditRole", "word 4 ('EditRole')"),
        ("a@b can write Program", "word 4 ('Program')"),
        ("a@b can read Program today", "word 5 ('today')"),
        ("every guest can write", "word 2 ('guest')"),
        ("every holder with", "word 3 ('with')"),
        ("every holder of Manager can write", "word 4 ('Manager')"),
        ('every holder of "" can write', "word 4 ('\"\"')"),
        ("every GUEST of Northwind can write", "word 4 ('Northwind')"),
        ("every GUEST as well can write", "word 4 ('well')"),
        ("every", "ends too early"),
        ("a@b", "ends too early"),
        ("a@b can # read", "ends too early"),
        ("x" * 500, "…"),
    ],
)
def test_a_line_that_is_none_is_pointed_at(line: str, said: str) -> None:
    """One line: the file, the line, the word, and what was expected."""
    with pytest.raises(AssertionSyntaxError) as refused:
        parsed(f"a@b can write\n{line}", file="rights.txt")
    message = str(refused.value)
    assert message.startswith("rights.txt line 2")
    assert said in message
    assert "expected" in message
    assert "\n" not in message
    assert len(message) < 300


def test_the_word_of_what_is_named_is_kept() -> None:
    (found,) = parsed("a@b can read Program", file="f")
    assert found.action == Action(Doing.READ, "Program", 4)
