"""E9, E10, E11: the tools that clients are built with, over the committed SDL and documents as dashboards have them."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import GraphQLObjectType, build_schema, print_schema
from nodejs import Finished, Workspace
from nodejs import workspace as workspace_in
from shipped import shipped_operations

from sightline.schema.limits import DEEPEST, MOST_ALIASES, MOST_DIRECTIVES, MOST_TOKENS

AUDITED = "documents/*.graphql"


def _succeeded(done: Finished) -> str:
    assert done.code == 0, done.output + done.errors
    return done.output


def _relay(where: Workspace) -> Finished:
    (where.directory / "relay" / "__generated__").mkdir()
    return where.tool("relay-compiler", "relay.config.json")


def test_e9_relay_compiles_connections_and_refetchable_rows(workspace: Workspace) -> None:
    """E9: edges, pageInfo, cursors and Node have the shape Relay expects; it writes the queries for further pages."""
    _succeeded(_relay(workspace))
    written = {path.name.partition(".")[0] for path in workspace.directory.glob("relay/__generated__/*.js")}
    assert written >= {"ConversionListPaginationQuery", "ConversionListQuery", "ProgramCardPaginationQuery"}


def test_e9_relay_refuses_a_connection_without_cursors(workspace: Workspace, tmp_path: Path) -> None:
    """E9: the compiler has looked."""
    broken = workspace_in(tmp_path)
    schema = (workspace.directory / "schema.graphql").read_text()
    (tmp_path / "schema.graphql").write_text(schema.replace("  cursor: String!", "  place: String!"))
    done = _relay(broken)
    assert done.code != 0
    assert "cursor" in done.output + done.errors


def test_e10_generated_types_pass_the_compiler(workspace: Workspace) -> None:
    """E10: for every document, and for a page that relies on what is null and what is not."""
    _succeeded(workspace.tool("graphql-codegen", "--config", "codegen.yml"))
    made = (workspace.directory / "typed" / "operations.ts").read_text()
    assert [name for name in shipped_operations() if f"export type {name}Query " not in made] == []
    _succeeded(workspace.tool("tsc", "--project", "tsconfig.json", "--noEmit"))


def test_e11_documents_are_valid_and_within_the_limits(workspace: Workspace) -> None:
    """E11: by the committed SDL; what they amount to is far from the limits of documents."""
    _succeeded(workspace.tool("graphql-inspector", "validate", AUDITED, "schema.graphql"))
    said = _succeeded(workspace.tool("graphql-inspector", "audit", AUDITED))
    for words, limit in (
        ("depth", DEEPEST),
        ("alias amount", MOST_ALIASES),
        ("directive amount", MOST_DIRECTIVES),
        ("token count", MOST_TOKENS),
    ):
        found = re.search(rf"Maximum {words} is (\d+)", said)
        assert found is not None, said
        assert int(found[1]) <= limit


def test_e11_a_breaking_change_is_found(workspace: Workspace) -> None:
    """E11: none against itself; a field taken away is one, for the SDL and for the documents that read it."""
    whole = workspace.directory / "schema.graphql"
    schema = build_schema(whole.read_text())
    conversion = schema.get_type("Conversion")
    assert isinstance(conversion, GraphQLObjectType)
    del conversion.fields["payout"]
    (workspace.directory / "less.graphql").write_text(print_schema(schema))
    assert "No changes" in _succeeded(workspace.tool("graphql-inspector", "diff", whole.name, whole.name))
    broken = workspace.tool("graphql-inspector", "diff", whole.name, "less.graphql")
    assert broken.code == 1
    assert "Field payout was removed from object type Conversion" in broken.output
    refused = workspace.tool("graphql-inspector", "validate", AUDITED, "less.graphql")
    assert refused.code == 1
    assert "Cannot query field payout" in refused.output
