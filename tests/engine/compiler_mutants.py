"""Wrong compilers: the source of one function with one thing changed, in place of the function.

What is changed is text that must stand in the function exactly once, so that a mutant never outlives what it changes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import pytest


class StaleMutantError(Exception):
    """The text that a mutant changes is not in the function, or more than once."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A function of the compiler, by module and name, with `old` replaced by `new` in its source."""

    module: Any
    function: str
    old: str
    new: str
    also: tuple[Wrong, ...] = ()

    @property
    def name(self) -> str:
        """What is changed to what."""
        module = self.module.__name__.removeprefix("sightline.")
        return f"{module}.{self.function}: {self.old} -> {self.new or 'nothing'}"

    def put_in(self, patched: pytest.MonkeyPatch) -> None:
        """Put the wrong function in the place of the right one, wherever that was imported."""
        for each in self.also:
            each.put_in(patched)
        owner: Any = self.module
        *outer, name = self.function.split(".")
        for each in outer:
            owner = getattr(owner, each)
        right = inspect.getattr_static(owner, name)
        wrong = self._made(right, name)
        patched.setattr(owner, name, wrong)
        for module in [module for key, module in sys.modules.items() if key.startswith("sightline.")]:
            if getattr(module, name, None) is right:
                patched.setattr(module, name, wrong)

    def _made(self, right: Callable[..., Any], name: str) -> Any:
        source = dedent(inspect.getsource(right))
        if source.count(self.old) != 1:
            raise StaleMutantError(f"{self.name}: found {source.count(self.old)} times")
        made: dict[str, Any] = {}
        code = compile(f"from __future__ import annotations\n{source.replace(self.old, self.new)}", self.name, "exec")
        exec(code, vars(self.module), made)
        return made[name]
