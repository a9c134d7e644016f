"""Opening a lens: the one path a report reads, as a visibility of its own, and what may be used in it (RC5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cachetools import LRUCache

from sightline.authz.paths import Path, Paths, Shape
from sightline.authz.reports.catalogue import CATALOGUE, Catalogue
from sightline.authz.reports.columns import Column
from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.lenses import Lens, Sight, lens_path, sight_of, statuses_of
from sightline.authz.reports.lists import Reader, usable
from sightline.authz.reports.metrics import with_metrics
from sightline.authz.reports.rows import REPORT_RULES
from sightline.authz.visibility import Visibility, compile_visibility
from sightline.db.catalogue import Catalogue as Tables
from sightline.db.catalogue import build_catalogue
from sightline.db.reports.as_of import as_it_stood
from sightline.db.reports.sources import has_dimension
from sightline.db.reports.statements import ReportReads
from sightline.db.statements import is_single
from sightline.resolvers.errors import ColumnRestrictedError
from sightline.resolvers.identity import Principal
from sightline.resolvers.reports.limits import NO_LIMITS, ReportLimits

_KEPT = 256
NO_LENS = "This lens does not exist or is not available to you."


@dataclass(frozen=True, slots=True, eq=False)
class OpenLens:
    """A lens as one principal has it: rows and masks are those of its one path, whatever else the principal may see.

    `reads` makes its statements, over the relations that its visibility is compiled for; `usable` are the columns that
    may be used in it (RC3).
    """

    lens: Lens
    path: Path
    sight: Sight
    visibility: Visibility
    reader: Reader
    columns: Catalogue
    dimensions: frozenset[str]
    reads: ReportReads
    usable: frozenset[str]
    binds: Mapping[str, object] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # The values of the path, for the statements of the lens: made once.
        object.__setattr__(self, "binds", Paths((self.path,)).binds())

    @property
    def single(self) -> frozenset[str]:
        """The names of the binds that have exactly one value."""
        return frozenset(name for name, values in self.binds.items() if is_single(values))


@dataclass(frozen=True, slots=True, eq=False)
class _Shaped:
    """What the shape of a path decides about its lens."""

    sight: Sight
    visibility: Visibility
    dimensions: frozenset[str]

    @classmethod
    def of(cls, shape: Shape, visibility: Visibility) -> _Shaped:
        """With the dimensions that may be used: by classes, by grain (A5), and by rows."""
        sight = sight_of(shape)
        dimensions = (
            key
            for key, each in DIMENSIONS.items()
            if each.usable_with(sight.classes, fine_grain=sight.fine_grain) and has_dimension(visibility, each)
        )
        return cls(sight, visibility, frozenset(dimensions))


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What all reports share and none changes: the relations they read, and their compiled statements.

    `reads` are of what is now, `reads_as_of` of what was at a moment.
    """

    reads: ReportReads
    reads_as_of: ReportReads
    policy_version: str
    limits: ReportLimits
    _opened: LRUCache[tuple[Shape, bool], _Shaped] = field(default_factory=lambda: LRUCache(_KEPT))
    _built_in: LRUCache[Reader, frozenset[str]] = field(default_factory=lambda: LRUCache(_KEPT))

    @classmethod
    def of(cls, tables: Tables, *, policy_version: str, limits: ReportLimits = NO_LIMITS) -> Desk:
        """The desk over the application's tables, under the rules of reports."""
        catalogue = build_catalogue((each.row for each in tables.entities.values()), REPORT_RULES, ())
        return cls(ReportReads(catalogue), ReportReads(as_it_stood(catalogue)), policy_version, limits)

    def open(
        self, principal: Principal, lens: Lens, metrics: Sequence[Column] = (), *, as_of: bool = False
    ) -> OpenLens:
        """The lens for a principal, with those of the metrics offered to him that exist for him in it (RC6).

        With `as_of` its relations are those of a moment that is past; what may be used in it is the same. Raises
        ColumnRestrictedError for a lens that does not exist or is not his.
        """
        path = lens_path(principal.paths, lens)
        if path is None:
            raise ColumnRestrictedError(NO_LENS)
        shaped = self._compiled(path.shape, as_of=as_of)
        sight = shaped.sight
        reader = Reader(principal.columns, sight.classes, statuses_of(path), sight.settlements)
        columns, reader = with_metrics(reader, metrics)
        reads = self._reads(as_of=as_of)
        found = self._usable(reader) if columns is CATALOGUE else usable(columns, reader)
        return OpenLens(lens, path, sight, shaped.visibility, reader, columns, shaped.dimensions, reads, found)

    def _usable(self, reader: Reader) -> frozenset[str]:
        if reader not in self._built_in:
            self._built_in[reader] = usable(CATALOGUE, reader)
        return self._built_in[reader]

    def _reads(self, *, as_of: bool) -> ReportReads:
        return self.reads_as_of if as_of else self.reads

    def _compiled(self, shape: Shape, *, as_of: bool) -> _Shaped:
        if (shape, as_of) not in self._opened:
            version = f"reports{' as of a moment' if as_of else ''} of {self.policy_version}"
            model = self._reads(as_of=as_of).catalogue.model
            visibility = compile_visibility(model, (shape,), policy_version=version)
            self._opened[shape, as_of] = _Shaped.of(shape, visibility)
        return self._opened[shape, as_of]
