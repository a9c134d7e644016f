"""Reports by plans and by the standard executor; by rights that are read first, and by those of a moment ago."""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import Any

from demo_platform import Platform
from desk import Desk, as_bytes, without_plans
from lenses_by_hand import LensByHand
from report_drawing import draw
from report_oracle import Asked, Oracle
from report_selecting import Selecting

from sightline.db.assumed_snapshot import Way

DOCUMENTS = 100
VARIABLES = 2


async def test_random_reports_are_the_same_however_they_are_answered(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand]
) -> None:
    """Any report, any selection of it: what is answered first, and then from what was kept, equals the reference."""
    number = int(os.environ.get("SIGHTLINE_TEST_SEED", "20260301"))
    random = Random(number)
    standard = Desk(without_plans(platform.engine), platform.secrets)
    filled, ways = 0, Counter[Way | None]()
    for at in range(DOCUMENTS):
        family = draw(random, cast_lenses, oracle, alike=VARIABLES)
        document = Selecting(random, family[0].columns).document() + f"# {at}"
        for asked in family:
            token, viewer = platform.member(asked.lens.who), await standard.member(asked.lens.who)
            given = {"input": asked.input(**_chosen(random, asked)), "more": random.random() < 0.5}
            answers = [as_bytes(await platform.ask(token, document, **given)) for _ in range(3)]
            reference = await standard.ask(document, viewer, **given)
            assert answers == [as_bytes(reference)] * 3, f"seed {number}, document {at}: {document} {given}"
            filled += not reference.errors
            ways[standard.view(viewer).prepare(document).ways.get(None)] += 1
    print(f"{DOCUMENTS * VARIABLES} reports, {filled} without errors; {dict(ways)}")
    assert filled > DOCUMENTS * VARIABLES * 0.8
    assert ways[Way.ALONE] > DOCUMENTS / 10
    assert ways[Way.TOGETHER] > DOCUMENTS / 10


def _chosen(random: Random, asked: Asked) -> dict[str, Any]:
    """What is asked of the rows: order, tests, a page, a period to compare with."""
    keys = [*asked.columns, *asked.group_by]
    order = [
        {"key": key, "direction": random.choice(("ASC", "DESC"))}
        for key in random.sample(keys, random.choice((0, 0, 1, min(2, len(keys)))))
    ]
    more: dict[str, Any] = {"orderBy": order, "first": random.choice((1, 10, 100, 1000))}
    if random.random() < 0.3:
        test = {random.choice(("lt", "lte", "gt", "gte", "eq")): random.choice(("0", "1", "0.5", "100"))}
        more["having"] = [{"column": random.choice(asked.columns)} | test]
    if random.random() < 0.3:
        more["compareTo"] = {"previous": random.choice(("PREVIOUS_PERIOD", "PREVIOUS_YEAR"))}
    return more
