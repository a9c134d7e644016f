"""Have clairvoyance recover a schema: `python clairvoyant.py URL WORDS [TOKEN]` prints the coordinates that it found.

The tool is made stronger than it comes. It asks for few names at once, as an answer has at most five errors; with each
few goes a name that nobody has, as it expects every answer to have errors; it is taught how this server words the
one message from which it reads the type of a field; and it finds a way to a type in a graph that has cycles.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections import deque
from pathlib import Path
from typing import Any

from clairvoyance import graphql, oracle
from clairvoyance.cli import blind_introspection
from clairvoyance.config import Config
from clairvoyance.oracle import EndpointError

AT_ONCE = 4
CONCURRENT = 5
PLACEHOLDER = "dummy"  # what the tool writes into a type of which it found no field
OBJECT_FIELD = r"Field '(?P<field>\w+)' of type '(?P<typeref>[\w\[\]!]+)' must have a selection of subfields\."


def in_fours(words: list[str]) -> list[str]:
    """Three words and a name that nobody has, over and over."""
    step = AT_ONCE - 1
    fours = [[*words[at : at + step], f"nobodyHasThis{at}"] for at in range(0, len(words), step)]
    return [word for four in fours for word in four]


def shortest_path(schema: Any, name: str) -> list[str]:
    """The root type and the fields from it to a type."""
    roots = [root["name"] for kind in ("queryType", "mutationType") if (root := schema._schema[kind])]
    paths = {root: [root] for root in roots}
    waiting = deque(roots)
    while waiting:
        at = waiting.popleft()
        for field in schema.types[at].fields if at in schema.types else ():
            if field.type.name not in paths:
                paths[field.type.name] = [*paths[at], field.name]
                waiting.append(field.type.name)
    return paths[name]


def strengthen() -> None:
    """Change the tool as this module says: in place, as it has no settings for it."""
    made = Config.__init__

    def few(config: Config) -> None:
        made(config)
        config._bucket_size = AT_ONCE

    Config.__init__ = few  # type: ignore[method-assign]
    graphql.Schema.get_path_from_root = shortest_path  # type: ignore[method-assign]
    oracle.TYPEREF_REGEXES["FIELD"].append(re.compile(OBJECT_FIELD))
    oracle.FIELD_REGEXES["VALID_FIELD"].append(re.compile(OBJECT_FIELD))
    oracle.ARG_REGEXES["SKIP"].append(re.compile(OBJECT_FIELD))


async def recovered(url: str, words: list[str], token: str | None) -> list[str]:
    """The coordinates of fields and arguments that the tool recovers; none where it gives up."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        schema = await blind_introspection(
            url, logging.getLogger("clairvoyance"), in_fours(words), concurrent_requests=CONCURRENT, headers=headers
        )
    except EndpointError as gave_up:
        print(str(gave_up)[:200], file=sys.stderr)
        return []
    found = []
    for type_ in json.loads(schema)["data"]["__schema"]["types"]:
        for field in type_.get("fields") or ():
            if field["name"] == PLACEHOLDER:
                continue
            found.append(f"{type_['name']}.{field['name']}")
            found += [f"{type_['name']}.{field['name']}({each['name']}:)" for each in field["args"]]
    return sorted(found)


if __name__ == "__main__":
    strengthen()
    target, words_file, *rest = sys.argv[1:]
    named = json.loads(Path(words_file).read_text())
    print(json.dumps(asyncio.run(recovered(target, named, rest[0] if rest else None))))
