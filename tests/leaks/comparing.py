"""Asking for hidden names and for made-up ones, so that the two answers can be compared byte for byte."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from graphql import GraphQLSchema
from probes import TOGETHER, Mode, Probe, members

Ask = Callable[[str, dict[str, Any]], Awaitable[bytes]]


def all_names(schema: GraphQLSchema) -> frozenset[str]:
    """Every name a schema has, of whatever kind."""
    names = set(schema.type_map)
    for type_ in schema.type_map.values():
        names |= set(members(type_))
    return frozenset(names)


def made_up(names: Sequence[str], taken: frozenset[str]) -> list[str]:
    """As many names of the same lengths and cases, none of which exists anywhere.

    Up to five sorted names have sorted ones for their twins, so that lists in answers keep their order.
    """
    found: list[str] = []
    for at, name in enumerate(names):
        letters = ascii_uppercase if name[0].isupper() else ascii_lowercase
        # Few names: their first letter ranks them. Many: none of them is ever repeated in an order.
        start = letters[-TOGETHER + at] if len(names) <= TOGETHER else letters[-1 - at // 26] + letters[at % 26]
        start = start[: len(name)]
        ends = ["q" * (len(name) - len(start) - 1) + letter for letter in ascii_lowercase] if len(name) > 1 else [""]
        candidates = [start + (end.upper() if name.isupper() else end) for end in ends] + [start, *reversed(letters)]
        fitting = (each for each in candidates if len(each) == len(name))
        found.append(next(each for each in fitting if each not in taken and each not in found))
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """Asks as one viewer. Answers for made-up names are kept: many probes have the same twin."""

    ask: Ask
    taken: frozenset[str]
    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def both(self, probe: Probe, mode: Mode) -> tuple[bytes, bytes]:
        """The answer for the hidden names, and that for made-up ones with the hidden names put in their places."""
        invented = made_up(probe.names, self.taken)
        document, variables = probe.asked(invented, mode)
        key = (document, repr(variables))
        if key not in self.kept:
            self.kept[key] = await self.ask(document, variables)
        twin = dict(zip(invented, probe.names, strict=True))
        either = "|".join(invented)
        expected = re.sub(rf"\b({either})\b", lambda found: twin[found[0]], self.kept[key].decode())
        return await self.ask(*probe.asked(probe.names, mode)), expected.encode()
