"""The contract is a reviewable file: `schema.graphql` is what the code says (`make schema` writes it)."""

from __future__ import annotations

from pathlib import Path

from sightline.schema.api import Api

COMMITTED = Path(__file__).parents[2] / "schema.graphql"


def test_committed_schema_is_the_schema_of_the_code() -> None:
    assert COMMITTED.read_text() == Api().as_str() + "\n", "run `make schema` and review the difference"
