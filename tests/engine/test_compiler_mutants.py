"""Mutation testing of the compiler: whatever part of it is changed, some comparison notices it (proof obligation 7).

The right rules are read by hand; a wrong compiler makes the SQL. For each mutant what noticed it the last time is asked
first (`noticed.json`), then the oracle, agreement, non-interference and the standard executor, the viewers who noticed
most mutants first; the first difference kills it. The right compiler is asked the same. `make mutants` asks from the
beginning, also for those that mean the same, and writes down what noticed each.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

import orjson
import pytest
from agreement import compare_lists
from both import Compared, compare
from desk import without_plans
from graphql import GraphQLSchema
from interference import Figures, prove
from kinds import KINDS, Kind, viewer_of
from operations import operation_of, visibility_of
from oracle import compare_cells
from reading import Projection, Reading
from worlds import World, inserted, seed
from wrong_compilers import WRONG

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation
from sightline.schema.api import Api
from sightline.schema.model import CATALOGUE
from sightline.server.execution import Engine, services_of

DOCUMENTS = 6
RECORD = Path(__file__).with_name("noticed.json")
RECORDING = "SIGHTLINE_RECORD_MUTANTS" in os.environ
NAMES = (
    "PLATFORM Affiliate Manager, assigned",
    "ORG_ADVERTISER custom of both",
    "ORG_ADVERTISER Guest without partner names",
    "COLLABORATOR OWNER",
    "ORG_ADVERTISER two limits",
    "PLATFORM Manager of some statuses",
    "COMPANY OWNER with its account",
    "PLATFORM Advertiser Manager, assigned",
    "ORG_PARTNER Member",
)
"""The kinds of viewers who notice what is wrong; those beside them notice no more."""

EQUIVALENT = {
    "authz.expr._combine: if absorbing in flat: -> if absorbing in flat and len(flat) < 2:": (
        "a form that is longer, and as true"
    ),
    "db.predicates.Predicates.sql: read != given -> read == given": (
        "no row set, condition or cell asks that a column differ from a constant"
    ),
    "db.predicates.Predicates.sql: self.sql(part, source)) -> sa.func.coalesce(self.sql(part, source), sa.false()))": (
        "what rules negate is never NULL"
    ),
    "db.reads._found: with_account=view.entity.is_fact -> with_account=True": (
        "accounts that are carried along and compared with nothing"
    ),
    "db.reads._condition:  and name not in view.bits -> nothing": (
        "the moment of a fact follows its row: it is masked on none that is seen"
    ),
    'db.ordering.collated: return column.collate("C") -> return column': (
        "the embedded PostgreSQL orders by code point anyway; another one may not"
    ),
}
"""Changes of the compiler that mean the same here, and why."""


FIRST = ("conversion", "enrollment", "payout_invoice", "partner_profile", "program", "commission_plan", "adjustment")
"""The entities with the richest rules, which are compared first."""


class Means(StrEnum):
    """What notices a mutant."""

    ORACLE = "the oracle"
    AGREEMENT = "agreement"
    NON_INTERFERENCE = "non-interference"
    EXECUTORS = "the standard executor"


@dataclass(frozen=True, slots=True, order=True)
class Probe:
    """One comparison: a means, a viewer by name, and for the first two means an entity."""

    means: Means
    viewer: str
    entity: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """A viewer with what the right rules show, and the schema that filters and orders are drawn from."""

    kind: Kind
    asking: Principal
    seen: dict[str, Projection]
    schema: GraphQLSchema


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """All that may notice a mutant. `noticed` counts how many each probe did, so that the best are asked first."""

    database: Database
    secrets: Secrets
    world: World
    viewers: dict[str, Viewer]
    noticed: Counter[Probe] = field(default_factory=Counter)

    async def notice(self, known: Probe | None = None) -> Probe | None:
        """What notices the mutant that is in place, the known probe being asked first; None where nothing does."""
        if known is not None and await self._notices([known]):
            return known
        for probes in (self._probes(), *self._of_documents()):
            probe = await self._notices(probes)
            if probe is not None:
                return probe
        return None

    async def notice_any(self, known: Iterable[Probe]) -> Probe | None:
        """What of these notices the compiler that is in place; None where nothing does."""
        asked = set(known)
        for means in Means:
            probes = sorted(each for each in asked if each.means is means)
            probe = await self._notices(probes) if probes else None
            if probe is not None:
                return probe
        return None

    def _of_documents(self) -> list[list[Probe]]:
        return [[Probe(means, name) for name in self.viewers] for means in (Means.NON_INTERFERENCE, Means.EXECUTORS)]

    async def _notices(self, probes: list[Probe]) -> Probe | None:
        if probes[0].means in (Means.NON_INTERFERENCE, Means.EXECUTORS):
            return await self._moved(probes)
        return await in_snapshot(self.database.reads, lambda snapshot: self._compared(snapshot, probes))

    async def _compared(self, snapshot: Snapshot, probes: list[Probe]) -> Probe | None:
        services = services_of(self.database, self.secrets)
        operations: dict[str, Operation] = {}
        for probe in probes:
            viewer = self.viewers[probe.viewer]
            try:
                if probe.viewer not in operations:
                    operations[probe.viewer] = operation_of(services, viewer.asking, snapshot)
                await self._ask(probe, operations[probe.viewer])
            except Exception:  # whatever a wrong compiler breaks, it does not pass
                self.noticed[probe] += 1
                return probe
        return None

    def _probes(self) -> list[Probe]:
        names = sorted((entity.name for entity in CATALOGUE.served), key=lambda name: (name not in FIRST, name))
        every = [
            Probe(means, viewer, name)
            for means, compared in ((Means.ORACLE, names), (Means.AGREEMENT, FIRST))
            for viewer in self.viewers
            for name in compared
        ]
        return sorted(every, key=lambda probe: -self.noticed[probe])

    async def _ask(self, probe: Probe, operation: Operation) -> None:
        viewer, entity = self.viewers[probe.viewer], CATALOGUE[probe.entity]
        if probe.means is Means.ORACLE:
            await compare_cells(operation, self.world, entity, viewer.seen[entity.name])
        elif viewer.seen[entity.name]:
            random = Random(f"{probe.viewer} {probe.entity}")
            await compare_lists(random, operation, viewer.schema, self.world, viewer.seen, entity)

    async def _moved(self, probes: list[Probe]) -> Probe | None:
        engine = Engine.of(self.database, self.secrets)
        standard = without_plans(engine)
        async with self.database.owner() as connection:
            for probe in probes:
                asked = (connection, self.world, self.viewers[probe.viewer].kind, Random(1))
                try:
                    if probe.means is Means.EXECUTORS:
                        await compare(engine, standard, *asked, documents=DOCUMENTS, into=Compared())
                    else:
                        await prove(engine, *asked, documents=DOCUMENTS, into=Figures())
                except Exception:
                    return probe
        return None


async def _comparisons(database: Database, secrets: Secrets) -> Comparisons:
    random, api = Random(seed()), Api()
    async with database.owner() as connection:
        world = await inserted(connection, CATALOGUE, random)
    kinds = {kind.name: kind for kind in KINDS}
    viewers: dict[str, Viewer] = {}
    for name in NAMES:
        asking = viewer_of(kinds[name], random, world, CATALOGUE)
        reading = Reading(CATALOGUE, world, asking.paths)
        seen = {entity.name: reading.projection(entity) for entity in CATALOGUE.served}
        viewers[name] = Viewer(kinds[name], asking, seen, api.view(visibility_of(asking.paths))._schema)
    return Comparisons(database, secrets, world, viewers)


async def test_every_wrong_compiler_is_noticed(
    database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No predicate, class, path, bind, parent, order or cursor can be dropped or exchanged unnoticed."""
    comparisons = await _comparisons(database, secrets)
    known = {name: Probe(Means(means), *rest) for name, (means, *rest) in orjson.loads(RECORD.read_bytes()).items()}
    assert await comparisons.notice_any(known.values()) is None, "the right compiler is noticed"
    found: dict[str, Probe] = {}
    for wrong in WRONG:
        if RECORDING or wrong.name not in EQUIVALENT:
            with monkeypatch.context() as patched:
                wrong.put_in(patched)
                probe = await comparisons.notice(None if RECORDING else known.get(wrong.name))
            if probe is not None:
                found[wrong.name] = probe
    if any(known.get(name) != probe for name, probe in found.items()):
        assert await comparisons.notice() is None, "the right compiler is noticed"
    if RECORDING:
        written = {name: astuple(probe) for name, probe in found.items()}
        RECORD.write_bytes(orjson.dumps(written, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    killed = Counter(probe.means for probe in found.values())
    alive = [wrong.name for wrong in WRONG if wrong.name not in found]
    said = ", ".join(f"{count} by {means}" for means, count in killed.most_common())
    print(f"{len(WRONG)} wrong compilers; killed: {said}; alive:", *alive, sep="\n")
    assert set(alive) == set(EQUIVALENT)
    assert len(EQUIVALENT) <= len(WRONG) / 20
