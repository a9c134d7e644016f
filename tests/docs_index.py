"""Which tests name which rule, and what docs/rules.md says of it; run as a script, it fills in the last column there.

A rule's id is named in a text as it stands (`K5`, `C-13`), within a range (`B59-B66`, `S9 to S12`), or in a test's name
in lower case (`test_k5_...`, `test_c13_...`).
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs" / "rules.md"
TESTS = ROOT / "tests"
NOT_YET = "Not in force yet"
BY_CONSTRUCTION = "by construction"
NOTHING = "none yet"

_ID = r"(?:C-\d\d|[BN]\d\d|(?:GOAL|SM|AC|RC|DR|LK|[KALSIMVDF])[1-9]\d?[ab]?)"
_WHOLE = re.compile(rf"(?<![\w.-]){_ID}(?!\w|-\w*[a-z])|(?<=[\u2013-]){_ID}(?!\w)")
_RANGE = re.compile(r"(?<![\w.-])(C-|[A-Z]{1,4})(\d{1,2})(?:[\u2013-]| to )\1(\d{1,2})(?!\w)")
_TEST_NAME = re.compile(r"def (test_\w+)")
_IN_NAME = re.compile(r"(?<=_)(c|b|n|goal|sm|ac|rc|dr|lk|[kalsimvdf])_?(\d{1,2}[ab]?)(?=_|$)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a table of rules: the ids it speaks of, and where they hold. `tests` are below tests/."""

    ids: tuple[str, ...]
    place: str
    tests: str
    in_force: bool

    @property
    def files(self) -> tuple[str, ...]:
        """The test files it names."""
        return tuple(re.findall(r"`([^`]+\.(?:py|txt))`", self.tests))


def named(text: str) -> set[str]:
    """The ids that a text names."""
    found = set(_WHOLE.findall(text))
    for family, first, last in _RANGE.findall(text):
        digits = len(first)
        found |= {f"{family}{number:0{digits}}" for number in range(int(first), int(last) + 1)}
    return found


def named_by_tests(source: str) -> set[str]:
    """The ids that a test module names, in its texts or in the names of its tests."""
    found = named(source)
    for name in _TEST_NAME.findall(source):
        found |= {_written(family, number) for family, number in _IN_NAME.findall(name)}
    return found


def _written(family: str, number: str) -> str:
    if family == "c":
        return f"C-{number:0>2}"
    return f"{family.upper()}{number}"


def named_in_prose(path: Path) -> set[str]:
    """The ids in what a file says to its readers: comments, docstrings, names of tests; of another file, everything."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return named(source)
    return set().union(*map(named, _prose(source)), named_by_tests("\n".join(_TEST_NAME.findall(source))))


def _prose(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def carriers() -> dict[str, list[str]]:
    """The files below tests/ that name each id, in order; the tests of the documents themselves do not count."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("*")):
        if path.suffix not in (".py", ".txt") or path.name in ("docs_index.py", "test_docs.py"):
            continue
        for rule_id in named_by_tests(path.read_text(encoding="utf-8")):
            found.setdefault(rule_id, []).append(path.relative_to(TESTS).as_posix())
    return found


def rules(text: str) -> list[Rule]:
    """The rules of docs/rules.md: every table row whose first cell is made of ids."""
    found: list[Rule] = []
    in_force = True
    for line in text.splitlines():
        if line.startswith("## "):
            in_force = line.removeprefix("## ") != NOT_YET
        cells = _cells(line)
        ids = _ids(cells)
        if ids:
            place, tests = (cells[2], cells[3]) if in_force else ("", "")
            found.append(Rule(ids, place, tests, in_force))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []


def _ids(cells: list[str]) -> tuple[str, ...]:
    ids = re.split(r",\s*", cells[0]) if cells else []
    return tuple(ids) if ids and all(re.fullmatch(_ID, each) for each in ids) else ()


def filled(text: str) -> str:
    """docs/rules.md with the tests of every rule in force as they are now."""
    found = carriers()
    lines = text.splitlines()
    in_force = True
    for at, line in enumerate(lines):
        if line.startswith("## "):
            in_force = line.removeprefix("## ") != NOT_YET
        cells = _cells(line)
        ids = _ids(cells)
        if in_force and ids:
            files = sorted({file for rule_id in ids for file in found.get(rule_id, ())})
            parts = [f"`{file}`" for file in files]
            if any(rule_id not in found for rule_id in ids):
                parts.append(BY_CONSTRUCTION if BY_CONSTRUCTION in cells[3] else NOTHING)
            lines[at] = "| " + " | ".join([*cells[:3], ", ".join(parts)]) + " |"
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    RULES.write_text(filled(RULES.read_text(encoding="utf-8")), encoding="utf-8")
