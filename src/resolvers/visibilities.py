"""The visibilities of a process: one for each set of paths, compiled once and shared by all who have such paths."""

from __future__ import annotations

from dataclasses import dataclass, field

from cachetools import LRUCache

from sightline.authz.model import Model
from sightline.authz.paths import Paths
from sightline.authz.viewing_as import intersection
from sightline.authz.visibility import Visibility, compile_visibility

_KEPT = 256


@dataclass(frozen=True, slots=True, eq=False)
class Visibilities:
    """Compiles and keeps visibilities under the rules of one model; least recently used ones go first."""

    model: Model
    policy_version: str
    _compiled: LRUCache[object, Visibility] = field(default_factory=lambda: LRUCache(_KEPT))

    def of(self, paths: Paths) -> Visibility:
        """What these paths may see."""
        if paths.shapes not in self._compiled:
            self._compiled[paths.shapes] = compile_visibility(
                self.model, paths.shapes, policy_version=self.policy_version
            )
        return self._compiled[paths.shapes]

    def both(self, mine: Paths, theirs: Paths) -> Visibility:
        """What both of two sets of paths see; the binds of the second follow on those of the first."""
        key = (mine.shapes, theirs.shapes)
        if key not in self._compiled:
            self._compiled[key] = intersection(self.of(mine), self.beside(theirs, first=len(mine.shapes)))
        return self._compiled[key]

    def beside(self, paths: Paths, *, first: int) -> Visibility:
        """What these paths see, where a statement has the binds of `first` other paths before theirs."""
        key = (paths.shapes, first)
        if key not in self._compiled:
            self._compiled[key] = compile_visibility(
                self.model, paths.shapes, policy_version=self.policy_version, first=first
            )
        return self._compiled[key]
