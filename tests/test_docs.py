"""The documents keep step with the project: rules, tests, files, links, words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_index import BY_CONSTRUCTION, NOT_YET, NOTHING, ROOT, RULES, TESTS, Rule, carriers, named_in_prose, rules

from sightline.authz.classes import FieldClass
from sightline.authz.entities import ENTITY_RULES
from sightline.authz.paths import PathKind
from sightline.authz.permissions import CATALOGUE, Scope
from sightline.authz.roles import DEFAULT_PLATFORM_ROLES, PREDEFINED_ORGANIZATION_ROLES

TEXT = RULES.read_text(encoding="utf-8")
LISTED = rules(TEXT)
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
OUTSIDE = re.compile(r"[a-z][a-z+.-]*:")


def section(heading: str, text: str = TEXT) -> str:
    """What stands under a heading of the second level."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def sources() -> list[Path]:
    """Every file whose words the documents must explain."""
    code = [path for root in ("src", "tests") for path in (ROOT / root).rglob("*") if path.suffix in (".py", ".sql")]
    return [*code, *(path for path in (ROOT / "docs").rglob("*.md") if path != RULES)]


def slugs(path: Path) -> set[str]:
    """The anchors of a Markdown file's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_id_that_is_named_anywhere_has_an_entry() -> None:
    known = {rule_id for rule in LISTED for rule_id in rule.ids}
    missing = {
        f"{rule_id} ({path.relative_to(ROOT)})"
        for path in sources()
        for rule_id in named_in_prose(path)
        if rule_id not in known
    }
    assert not missing, f"explain in docs/rules.md: {', '.join(sorted(missing))}"


def test_no_rule_has_two_entries() -> None:
    ids = [rule_id for rule in LISTED for rule_id in rule.ids]
    assert sorted(ids) == sorted(set(ids))


def test_every_rule_in_force_names_its_tests_or_what_makes_it_so() -> None:
    found = carriers()
    silent = [rule_id for rule in LISTED if rule.in_force for rule_id in rule.ids if not _carried(rule, rule_id, found)]
    assert not silent, f"no test names {', '.join(silent)}; after adding one, run: python tests/docs_index.py"


def _carried(rule: Rule, rule_id: str, found: dict[str, list[str]]) -> bool:
    if any(file in rule.files for file in found.get(rule_id, ())):
        return True
    return BY_CONSTRUCTION in rule.tests and NOTHING not in rule.tests and "`" in rule.place


def test_the_tests_that_are_named_exist() -> None:
    gone = sorted({file for rule in LISTED for file in rule.files if not (TESTS / file).is_file()})
    assert not gone, f"docs/rules.md names {', '.join(gone)}; run: python tests/docs_index.py"


def test_rules_not_in_force_are_apart() -> None:
    assert NOT_YET in TEXT
    assert any(not rule.in_force for rule in LISTED)


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Field classes", list(FieldClass)),
        ("Access paths", list(PathKind)),
        ("Row sets", [rule.entity for rule in ENTITY_RULES]),
        ("Masks", list(FieldClass)),
        ("Permissions", sorted({key for scope in Scope for key in CATALOGUE[scope]})),
        ("Roles that ship", [role.name for role in (*DEFAULT_PLATFORM_ROLES, *PREDEFINED_ORGANIZATION_ROLES)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_word_of_the_policy_is_explained(heading: str, names: list[str]) -> None:
    there = section(heading)
    assert there, f"docs/rules.md has no section {heading}"
    missing = [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", there)]
    assert not missing, f"docs/rules.md, {heading}: say what {', '.join(missing)} means"


def test_reserved_keys_are_listed_as_reserved() -> None:
    reserved = {key for scope in Scope for key, permission in CATALOGUE[scope].items() if permission.reserved}
    paragraph = next(each for each in section("Permissions").split("\n\n") if each.startswith("Reserved"))
    assert set(re.findall(r"`([A-Z_]+)`", paragraph)) == reserved


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(document: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if OUTSIDE.match(target):
            continue
        name, _, anchor = target.partition("#")
        linked = document.parent / name if name else document
        if not linked.exists() or (anchor and anchor not in slugs(linked)):
            broken.append(target)
    assert not broken, f"{document.relative_to(ROOT)} links to what is not there: {', '.join(broken)}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_exists(document: Path) -> None:
    """A path in backticks with `<`, `*` or `...` in it is a pattern."""
    paths = re.findall(r"`((?:src|tests|docs|examples)/[^`\s]+)`", document.read_text(encoding="utf-8"))
    gone = [path for path in paths if not re.search(r"[<*]|\.\.\.", path) and not (ROOT / path).exists()]
    assert not gone, f"{document.relative_to(ROOT)} names what is not there: {', '.join(gone)}"


def test_the_code_refers_to_documents_that_exist() -> None:
    gone = set()
    for path in sources():
        text = " ".join(path.read_text(encoding="utf-8").split())
        decisions = {f"docs/decisions/{number}-" for number in re.findall(r"decision record (\d{4})", text)}
        there = {each.relative_to(ROOT).as_posix()[: len("docs/decisions/0000-")] for each in _decisions()}
        gone |= decisions - there
        gone |= {
            f"docs/{name}" for name in re.findall(r"docs/([\w/-]+\.md)", text) if not (ROOT / "docs" / name).exists()
        }
        for heading in re.findall(r'docs/rules\.md, "([^"]+)"', text):
            if not section(heading):
                gone.add(f"docs/rules.md, {heading}")
    assert not gone, f"the code refers to what is not there: {', '.join(sorted(gone))}"


def _decisions() -> list[Path]:
    return sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in _decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("decision", _decisions(), ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_follows(decision: Path) -> None:
    """Each is under a page: context, decision, consequence."""
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60
