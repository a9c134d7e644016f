"""The console asks nothing that the public contract does not have."""

from __future__ import annotations

import re

from graphql import build_schema, parse, validate

from sightline.authz.permissions import CATALOGUE
from sightline.server.console.assets import SOURCES

_PERMISSION = re.compile(r'\{ key: "(\w+)", label: "([^"]+)", levels: \[([^]]+)\], allows: "([^"]*)" \}')
_DOCUMENT = re.compile(r"`((?:query|mutation)\b[^`]+)`|\"((?:query|mutation) [^\"]+)\"")
_CALLED = re.compile(r"fetch\(\s*[\"'`]([^\"'`]+)|session\(\s*\"[A-Z]+\",\s*\"([^\"]+)|send\(\"([^\"]+)\"")


def sources() -> dict[str, str]:
    """The console's own files by name."""
    files = (each for each in (SOURCES / "src").rglob("*") if each.suffix in (".ts", ".tsx"))
    return {str(each): each.read_text(encoding="utf-8") for each in files}


def test_every_document_of_the_console_is_valid_in_the_contract() -> None:
    """It uses the public API only: what a person's own program could ask as well."""
    schema = build_schema((SOURCES.parent / "schema.graphql").read_text(encoding="utf-8"))
    found = {
        (name, next(filter(None, groups))) for name, text in sources().items() for groups in _DOCUMENT.findall(text)
    }
    assert len(found) >= 15
    for name, document in found:
        assert validate(schema, parse(document)) == [], name


def test_the_console_calls_graphql_and_the_session_and_nothing_else() -> None:
    """No endpoint is its own; no address is another site's."""
    called = {next(filter(None, groups)) for text in sources().values() for groups in _CALLED.findall(text)}
    assert called
    assert {each.split("/")[1] for each in called} <= {"graphql", "session"}
    assert not any("https://" in text or "http://" in text for text in sources().values() if "www.w3.org" not in text)


def test_the_console_offers_the_permissions_that_there_are() -> None:
    """S7, I5: in the order, with the levels and in the words of the catalogue; what is reserved cannot be chosen."""
    text = (SOURCES / "src" / "access" / "roles" / "permissions.ts").read_text(encoding="utf-8")
    offered = {
        scope: _PERMISSION.findall(part) for scope, part in re.findall(r"  (\w+): \[\n(.*?)\n  \],", text, re.DOTALL)
    }
    assert offered == {
        scope.value: [
            (each.key, each.label, ", ".join(f'"{level}"' for level in each.levels), each.allows)
            for each in catalogue.values()
            if not each.reserved
        ]
        for scope, catalogue in CATALOGUE.items()
    }
