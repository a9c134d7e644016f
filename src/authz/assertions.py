"""Assertions about access, as lines of text: `ana@example.com cannot read Conversion.revenue`. Grammar only, and pure.

    line     = subject ("can" | "cannot") action          # a comment begins with #
    subject  = EMAIL | "every" group
    group    = "user" | ( STANDING | "holder" "of" ROLE ) [ "of" ORGANIZATION ] [ "as" "such" ]
    action   = "read" COORDINATE | "do" MUTATION | "write"

STANDING is ADMIN, MEMBER or GUEST. Names of roles and organizations stand in double quotes. People are judged by all
they have, whatever brought them into the group; "as such" by that alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sightline.authz.roles import Standing

_WORDS = re.compile(r'"[^"]*"|\S+')
_EMAIL = re.compile(r"[^@\s\"]+@[^@\s\"]+")
_COORDINATE = re.compile(r"[A-Z]\w*(?:\.[a-z]\w*)?", re.ASCII)
_MUTATION = re.compile(r"[a-z]\w*", re.ASCII)
_SHOWN = 60


class Doing(StrEnum):
    """What somebody can or cannot do: read a coordinate, do a mutation, or change anything that is not himself."""

    READ = "read"
    DO = "do"
    WRITE = "write"


class AssertionSyntaxError(Exception):
    """A line that is no assertion; the message is one line that names line and word, and says what was expected."""


@dataclass(frozen=True, slots=True)
class Person:
    """One user, by e-mail address."""

    email: str


@dataclass(frozen=True, slots=True)
class Group:
    """Everybody who holds a role, or a standing, in an organization if one is named; without either, every user.

    `as_such` says that nothing else of what they have counts.
    """

    role: str | None = None
    standing: Standing | None = None
    organization: str | None = None
    as_such: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What is done, the coordinate or mutation it is done to (empty of WRITE), and the number of that word."""

    doing: Doing
    name: str = ""
    word: int = 0


@dataclass(frozen=True, slots=True)
class Assertion:
    """One line: who can, or cannot, do what."""

    line: int
    text: str
    subject: Person | Group
    can: bool
    action: Action


def parsed(text: str, *, file: str) -> tuple[Assertion, ...]:
    """The assertions of a file. Raises AssertionSyntaxError at the first line that is none."""
    return tuple(_assertion(line, number, file) for number, line in enumerate(text.splitlines(), 1) if _says(line))


def wrong(file: str, line: int, word: tuple[int, str], reason: str) -> AssertionSyntaxError:
    """What to raise about a word of a line: its number, from 1 on, and itself."""
    number, said = word
    shown = said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"
    return AssertionSyntaxError(f"{file} line {line}, word {number} ({shown!r}): {reason}.")


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


class _Words:
    """The words of one line, read from left to right."""

    def __init__(self, line: str, number: int, file: str) -> None:
        self._found = list(_without_comment(_WORDS.findall(line)))
        self._line, self._file = number, file
        self.at = 0

    def peek(self) -> str:
        return self._found[self.at] if self.at < len(self._found) else ""

    def next(self, expected: str) -> str:
        if self.at >= len(self._found):
            raise AssertionSyntaxError(f"{self._file} line {self._line}: ends too early: expected {expected}.")
        self.at += 1
        return self._found[self.at - 1]

    def wrong(self, reason: str) -> AssertionSyntaxError:
        """What to raise about the word that was read last."""
        return wrong(self._file, self._line, (self.at, self._found[self.at - 1]), reason)

    def quoted(self, what: str) -> str:
        said = self.next(f"{what} in double quotes")
        if len(said) < 3 or not (said.startswith('"') and said.endswith('"')):
            raise self.wrong(f"expected {what} in double quotes")
        return said[1:-1]


def _without_comment(words: list[str]) -> Iterator[str]:
    for word in words:
        if word.startswith("#"):
            return
        yield word


def _assertion(line: str, number: int, file: str) -> Assertion:
    words = _Words(line, number, file)
    subject = _subject(words)
    verb = words.next("can or cannot")
    if verb not in ("can", "cannot"):
        raise words.wrong("expected can or cannot")
    action = _action(words)
    if words.peek():
        words.next("the end of the line")
        raise words.wrong("expected the end of the line")
    return Assertion(number, " ".join(line.split()), subject, verb == "can", action)


def _subject(words: _Words) -> Person | Group:
    said = words.next("an e-mail address, or every")
    if said != "every":
        if not _EMAIL.fullmatch(said):
            raise words.wrong("expected an e-mail address, or every")
        return Person(said.lower())
    kind = words.next("user, holder of, ADMIN, MEMBER or GUEST")
    if kind == "user":
        return Group()
    if kind in tuple(Standing):
        return _limited(words, Group(standing=Standing(kind)))
    if kind != "holder":
        raise words.wrong("expected user, holder of, ADMIN, MEMBER or GUEST")
    if words.next("of") != "of":
        raise words.wrong('expected of, as in: every holder of "Manager"')
    return _limited(words, Group(role=words.quoted("a role")))


def _limited(words: _Words, group: Group) -> Group:
    if words.peek() == "of":
        words.next("of")
        group = replace(group, organization=words.quoted("an organization"))
    if words.peek() == "as":
        words.next("as")
        if words.next("such") != "such":
            raise words.wrong("expected such, as in: every GUEST as such")
        group = replace(group, as_such=True)
    return group


def _action(words: _Words) -> Action:
    said = words.next("read, do or write")
    if said not in tuple(Doing):
        raise words.wrong("expected read, do or write")
    doing = Doing(said)
    if doing is Doing.WRITE:
        return Action(doing)
    pattern, expected = (
        (_COORDINATE, "a type or one of its fields, such as Conversion.revenue")
        if doing is Doing.READ
        else (_MUTATION, "a mutation, such as editProgram")
    )
    name = words.next(expected)
    if not pattern.fullmatch(name):
        raise words.wrong(f"expected {expected}")
    return Action(doing, name, words.at)
