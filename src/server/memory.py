"""The memory of a process that serves."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 10_000, 20, 50


def keep_what_lasts() -> None:
    """Have what a process is made of not looked through for garbage again, and young objects less often.

    An answer is some thousand objects that live as long as it takes: a collection amidst it finds nothing, walks
    schema and views for it, and makes one answer of many late.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
