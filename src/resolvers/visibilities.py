"""The visibilities of a process: one for each set of paths, compiled once and shared by all who have such paths."""

from __future__ import annotations

from dataclasses import dataclass, field

from cachetools import LRUCache

from sightline.authz.model import Model
from sightline.authz.paths import Paths, Shape
from sightline.authz.visibility import Visibility, compile_visibility

_KEPT = 256


@dataclass(frozen=True, slots=True, eq=False)
class Visibilities:
    """Compiles and keeps visibilities under the rules of one model; least recently used ones go first."""

    model: Model
    policy_version: str
    _compiled: LRUCache[tuple[Shape, ...], Visibility] = field(default_factory=lambda: LRUCache(_KEPT))

    def of(self, paths: Paths) -> Visibility:
        """What these paths may see."""
        if paths.shapes not in self._compiled:
            self._compiled[paths.shapes] = compile_visibility(
                self.model, paths.shapes, policy_version=self.policy_version
            )
        return self._compiled[paths.shapes]
