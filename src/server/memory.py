"""The memory of a process that serves."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG, _MIDDLE, _OLD = 10_000, 20, 50


@contextmanager
def while_it_is_made() -> Iterator[None]:
    """A block that imports, or makes what lasts: a million objects, none of them garbage, are not looked through."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_what_lasts() -> None:
    """Have what a process is made of not looked through for garbage again, and young objects less often.

    An answer is some thousand objects that live as long as it takes: a collection amidst it finds nothing, walks
    schema and views for it, and makes one answer of many late.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
