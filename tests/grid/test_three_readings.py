"""Three readings of the same conversions: who is shown what depends on the viewer and, for some fields, on the program.

The masks of ORG on both sides and of a PLATFORM role without the payout switch (S13), AC2, RC12, side by side.
"""

from __future__ import annotations

from typing import Any

import pytest
from readings import VIEWERS, Answer, answers, common_conversions, markdown, one_of_each

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

# Typed by hand: the value (+), null and noted as masked (?), or no such coordinate (-); per kind of program for
# adv-admin, partner-member and affiliate-manager-nopay, in this order.
EXPECTED = """
                  DIRECT shared   DIRECT unshared   INTERMEDIATED shared   INTERMEDIATED unshared
status                + + +            + + +               + + +                  + + +
orderRef              + - +            + - +               + - +                  + - +
saleAmount            + + +            + ? +               + + +                  + ? +
revenue               + - -            + - -               + - -                  + - -
payout                + + -            + + -               ? + -                  ? + -
profit                + - -            + - -               ? - -                  ? - -
settlement            + + -            + + -               ? + -                  ? + -
locked                + + +            + + +               + + +                  + + +
affiliateAccount      - + +            - + +               - + +                  - + +
trafficSource         + + +            + + +               + + +                  + + +
"""
KINDS = (("DIRECT", True), ("DIRECT", False), ("INTERMEDIATED", True), ("INTERMEDIATED", False))
STORED = {
    "orderRef": "order_ref",
    "saleAmount": "sale_amount",
    "affiliateAccount": "account_name",
    "trafficSource": "source_name",
}


def _kind(row: Any) -> tuple[str, bool]:
    return row["model"], row["shared"]


def _cells(field: str, kind: tuple[str, bool]) -> str:
    line = next(line for line in EXPECTED.splitlines() if line.split()[:1] == [field])
    at = KINDS.index(kind) * 3
    return "".join(line.split()[1:][at : at + 3])


def _plain(value: Any) -> object:
    """A value as it is stored, of the answer's form: amounts without their currency, edges by name."""
    if isinstance(value, dict):
        return value.get("amount", value.get("name"))
    return value


@pytest.fixture(scope="module")
async def conversions(demo: Database) -> list[Any]:
    """What is stored of conversions that all three see, up to 25 of each kind of program."""
    common = await common_conversions(demo)
    return [row for kind in KINDS for row in [row for row in common if _kind(row) == kind][:25]]


@pytest.fixture(scope="module")
async def read(demo_engine: Engine, secrets: Secrets, conversions: list[Any]) -> list[list[Answer]]:
    """What they are answered, a conversion at a time, so that what is noted as masked is of that one."""
    return [await answers(demo_engine, secrets, [row]) for row in conversions]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{'shared' if kind[1] else 'unshared'}")
@pytest.mark.parametrize("field", [line.split()[0] for line in EXPECTED.splitlines()[2:]])
async def test_the_readings_differ_as_the_masks_say(
    conversions: list[Any], read: list[list[Answer]], field: str, kind: tuple[str, bool]
) -> None:
    """ORG advertiser ADMIN, ORG partner MEMBER, PLATFORM AFFILIATE_MANAGER assigned without payouts."""
    coordinate = f"Conversion.{field}"
    tried = 0
    for row, three in zip(conversions, read, strict=True):
        if _kind(row) != kind:
            continue
        for viewer, answer, cell in zip(VIEWERS, three, _cells(field, kind), strict=True):
            node = answer.nodes[0]
            assert node is not None, f"{viewer.key} does not see the conversion"
            true = row[STORED.get(field, field)]
            shown = _plain(node[field])
            shown = type(true)(shown) if shown is not None else None
            assert (coordinate in answer.unavailable) == (cell == "-"), viewer.key
            assert (coordinate in answer.masked) == (cell == "?"), viewer.key
            assert shown == (true if cell == "+" else None), viewer.key
            tried += 1
    assert tried >= 3, "the demo platform has no such conversion"


async def test_the_published_readings_are_of_all_four_kinds(
    demo_engine: Engine, secrets: Secrets, conversions: list[Any]
) -> None:
    """The table that readings.py prints."""
    four = one_of_each(conversions)
    assert [_kind(row) for row in four] == list(KINDS)
    text = markdown(four, await answers(demo_engine, secrets, four))
    assert all(viewer.name in text for viewer in VIEWERS)
    assert "*masked*" in text
    assert "✗" in text
