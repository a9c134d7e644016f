"""The documents of tests/clients/node/documents: as dashboards have them."""

from __future__ import annotations

from pathlib import Path

from graphql import OperationDefinitionNode, parse

DOCUMENTS = Path(__file__).parent / "node" / "documents"


def shipped(name: str) -> str:
    """A document, by the name of its file."""
    return (DOCUMENTS / f"{name}.graphql").read_text()


def shipped_operations() -> dict[str, str]:
    """The names of all operations, with the documents they stand in."""
    found: dict[str, str] = {}
    for path in sorted(DOCUMENTS.glob("*.graphql")):
        for definition in parse(path.read_text()).definitions:
            if isinstance(definition, OperationDefinitionNode):
                assert definition.name is not None, path
                found[definition.name.value] = path.read_text()
    return found
