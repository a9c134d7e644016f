"""Global ids as their users meet them: opaque, the same everywhere, and nothing else is one (D4)."""

from __future__ import annotations

import base64

from demo_platform import Platform

from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.schema.model import CATALOGUE


async def test_d4_a_global_id_is_opaque_and_the_same_everywhere(platform: Platform) -> None:
    """D4: everybody who sees a row has the same id for it; it shows neither type nor number, nor which came first."""
    number = await platform.named("program", "Northwind Footwear")
    where = '{ name: { eq: "Northwind Footwear" } }'
    for key in ("admin", "adv-guest", "partner-admin", "nobody", "bluebird-key"):
        ids = await platform.cells(platform.member(key), "programs", "id", where=where)
        assert ids == [platform.global_id("program", number)], key
    first, second = platform.global_id("program", number), platform.global_id("program", number + 1)
    assert first[:8] != second[:8]
    plain = base64.urlsafe_b64decode(first + "==")
    assert number.to_bytes(4) not in plain
    assert b"program" not in plain.lower()
    assert platform.global_id("affiliate_account", number) != first


async def test_d4_anything_else_is_bad_input(platform: Platform) -> None:
    """D4: an edited id, another installation's, or a readable one; what is well-formed and names nothing is null."""
    who = platform.member("admin")
    number = await platform.named("program", "Northwind Footwear")
    own = platform.global_id("program", number)
    foreign = GlobalIds.of(Secrets(b"the secret of another installation"), [entity.name for entity in CATALOGUE.served])
    edited = own[:-3] + ("A" if own[-3] != "A" else "B") + own[-2:]
    readable = base64.b64encode(f"Program:{number}".encode()).decode()
    assert await platform.node(who, "program", number) == {"id": own}
    assert await platform.node(who, "program", 10**9) is None
    for wrong in (edited, foreign.encode("program", [Key(number)])[0], readable, str(number), "", own + "A"):
        answer = await platform.ask(who, "query ($id: ID!) { node(id: $id) { id } }", id=wrong)
        assert [error["extensions"]["code"] for error in answer.errors] == ["BAD_INPUT"], wrong
        assert not (answer.data or {}).get("node")
