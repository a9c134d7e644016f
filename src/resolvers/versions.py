"""What the version of a row says, and to whom: nothing moves it that whoever is told it does not see (AC11).

Most versions count changes. A row that refers to what not everybody on it sees keeps that out of its count, and whoever
sees what it refers to is told a version of both: it is another one exactly where he sees another row. It cannot count
such changes, or it would tell how many there were before the one that he sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from sightline.db.queries import Apart
from sightline.resolvers.global_ids import GlobalIds, Key

APART: Final[Mapping[str, Apart]] = {
    # Who edits an account and has no access to its company does not learn that it is another one now (L1).
    "affiliate_account": Apart("company_id", "company", "company:act_for"),
    # Nor a partner that the link is placed with other media, where both are disabled.
    "tracker": Apart("media_id", "media"),
}
"""What is no part of the version that everybody is told, by entity."""


def with_referred(ids: GlobalIds, entity: str, version: int, referred: int | None) -> int:
    """The version of a row with what it refers to, in 31 bits that tell neither; None is nothing that is seen."""
    if referred is None:
        return version
    block = ids.of_row(entity, Key(referred, version))
    return int.from_bytes(sha256(block.encode()).digest()[:4]) >> 1
