"""E3: clairvoyance recovers a schema from error messages; of ours it recovers what the key's own schema has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from callers import Callers
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

HERE = Path(__file__).parent
WHOLE = build_schema((HERE.parents[1] / "schema.graphql").read_text())
SECONDS = 60
PARTNER = "partner-member"
# A way through the graph that every partner has, so that the tool has something to find and types to search.
SEEN = ("conversions", "programs", "nodes", "id", "program", "affiliateAccount", "payout", "amount")


def coordinates(schema: GraphQLSchema) -> set[str]:
    """Every field, and every argument of one."""
    found = set()
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            for field_name, field in type_.fields.items():
                found.add(f"{name}.{field_name}")
                found |= {f"{name}.{field_name}({argument}:)" for argument in field.args}
    return found


def names(found: set[str]) -> set[str]:
    """The last name of each coordinate."""
    return {each.partition("(")[2].removesuffix(":)") or each.partition(".")[2] for each in found}


def recovered(url: str, words: list[str], directory: Path, *token: str) -> set[str]:
    """What the tool finds, in a process of its own."""
    path = directory / "words.json"
    path.write_text(json.dumps(words))
    command = [sys.executable, HERE / "clairvoyant.py", url, path, *token]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


async def test_e3_a_partner_recovers_no_name_that_its_schema_lacks(callers: Callers, tmp_path: Path) -> None:
    """E3, GOAL2: asked for every such name there is; what it has, the tool does find."""
    own = coordinates(await callers.schema(PARTNER))
    hidden = names(coordinates(WHOLE)) - names(own)
    assert len(hidden) > 20
    found = recovered(callers.url, sorted(hidden | set(SEEN)), tmp_path, callers.token(PARTNER))
    assert found >= {"Query.conversions", "ConversionConnection.nodes", "Conversion.payout", "Conversion.program"}
    assert found <= own
    assert not names(found) & hidden


async def test_e3_the_same_names_are_recovered_by_who_has_them(callers: Callers, tmp_path: Path) -> None:
    """E3: what is not recovered above is there, and is found with an administrator's key."""
    hidden = coordinates(WHOLE) - coordinates(await callers.schema(PARTNER))
    words = ["conversions", "nodes", "revenue", "profit"]
    found = recovered(callers.url, words, tmp_path, callers.token("admin"))
    assert {"Conversion.revenue", "Conversion.profit"} <= found & hidden


@pytest.mark.parametrize("token", [(), ("sl_live_" + "a" * 36,)], ids=["no key", "key of nobody"])
def test_e3_nobody_recovers_nothing(callers: Callers, tmp_path: Path, token: tuple[str, ...]) -> None:
    """E3, GOAL2: every answer is 401."""
    assert recovered(callers.url, list(SEEN), tmp_path, *token) == set()
