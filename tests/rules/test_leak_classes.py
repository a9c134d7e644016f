"""Ways in which a graph API tells what it should not, each tried over HTTP or as two viewers side by side."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from demo_platform import NORTHWIND, Platform
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from sightline.authz.classes import Marker
from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.schema.model import CATALOGUE
from sightline.schema.names import camel, field_name, type_name
from sightline.server.transport import GraphQLEndpoint

CONVERSIONS = (
    "{ conversions(first: 5) { totalCount nodes { id orderRef revenue { amount } affiliateAccount { name } } } }"
)
OVERPRICED = "{ programs(first: 100) { nodes { id conversions(first: 100) { nodes { id } } } } }"
WRONG_VALUES = {
    "a number that is none": (
        "query ($v: Decimal) { conversions(first: 1, where: { fxRate: { eq: $v } }) { totalCount } }",
        "1e400x",
    ),
    "a moment that is none": (
        "query ($v: DateTime) { conversions(first: 1, where: { eventAt: { eq: $v } }) { totalCount } }",
        "2026-02-30T00:00:00Z",
    ),
    "an id that is none": ("query ($v: ID!) { node(id: $v) { id } }", "x'; SELECT 1"),
    "a cursor that is none": (
        "query ($v: String) { conversions(first: 1, after: $v) { totalCount nodes { id } } }",
        "x'",
    ),
}
TELLING = ("SELECT", "asyncpg", "sqlalchemy", "Traceback", "relation", ".py", "psql", "numeric", "timestamp")


@pytest.fixture(scope="module")
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the endpoint over the platform."""
    application = Starlette(routes=[Route("/graphql", GraphQLEndpoint(platform.engine.execute))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as made:
        yield made


async def post(client: httpx.AsyncClient, token: str, query: str, **variables: Any) -> httpx.Response:
    """The response to an operation."""
    headers = {"authorization": f"Bearer {token}"}
    return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


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


@pytest.mark.parametrize(("query", "value"), WRONG_VALUES.values(), ids=WRONG_VALUES)
async def test_lk8_what_is_wrong_is_said_without_saying_how_it_was_found(
    platform: Platform, query: str, value: str
) -> None:
    """LK8: no text of the database or the program; and the same for who sees everything and who sees little."""
    answers = [
        await platform.ask(platform.member(key), query, v=value) for key in ("admin", "support", "collab-readonly")
    ]
    for answer in answers:
        assert {error["extensions"]["code"] for error in answer.errors} == {"BAD_INPUT"}
        assert not [word for word in TELLING if word.lower() in repr(answer.errors).lower()]
    assert answers[0].errors == answers[1].errors == answers[2].errors


async def test_lk19_no_answer_may_be_kept_and_none_is_given_to_another(
    platform: Platform, client: httpx.AsyncClient
) -> None:
    """LK19: after the one who has everything the same document is asked by who has less, in the same process."""
    rich, poor = platform.member("manager"), platform.member("support")
    query = "query @onDenied(mode: MASK) { conversions(first: 20) { nodes { id revenue { amount } orderRef } } }"
    read: dict[str, list[dict[str, Any]]] = {}
    for who in (rich, poor, rich, poor):
        response = await post(client, who, query)
        assert response.headers["cache-control"] == "private, no-store"
        nodes = response.json()["data"]["conversions"]["nodes"]
        assert read.setdefault(who, nodes) == nodes
    assert len(read[rich]) == len(read[poor]) == 20
    assert all(node["revenue"]["amount"] for node in read[rich])
    assert not [node for node in read[poor] if node["revenue"] is not None]
    refused = await client.post("/graphql", json={"query": query}, headers={"authorization": "Bearer nobody"})
    assert refused.status_code == 401
    assert refused.headers["cache-control"] == "private, no-store"


async def test_lk22_whatever_can_be_denied_can_be_null(platform: Platform) -> None:
    """LK22: of every type only what is public is non-null; so a row with masked cells stays where it is."""
    query = "{ __schema { types { name fields { name type { kind } } } } }"
    types = (await platform.read(platform.member("admin"), query))["__schema"]["types"]
    kinds = {type_["name"]: {each["name"]: each["type"]["kind"] for each in type_["fields"] or ()} for type_ in types}
    required = 0
    for entity in CATALOGUE.served:
        for column, access in entity.columns.items():
            kind = kinds.get(type_name(entity), {}).get(camel(field_name(entity, column)))
            required += kind == "NON_NULL"
            assert kind != "NON_NULL" or access is Marker.PUBLIC, f"{entity.name}.{column}"
    assert required > 30
    both = platform.member("both-sides")
    fields = "orderRef revenue { amount } payout { amount } affiliateAccount { name } saleAmount { amount }"
    nodes = (await platform.read(both, f"{{ conversions(first: 100) {{ nodes {{ id status {fields} }} }} }}"))[
        "conversions"
    ]
    assert len(nodes["nodes"]) == 100
    assert any(None in node.values() for node in nodes["nodes"])
    assert all(node["id"] and node["status"] for node in nodes["nodes"])


async def test_lk24_extensions_and_logs_carry_nothing_that_was_read(
    platform: Platform, client: httpx.AsyncClient
) -> None:
    """LK24: of an answer full of amounts, names and addresses the log has who, how long and with what outcome."""
    query = (
        "{ conversions(first: 20) { nodes { orderRef payout { amount } revenue { amount } "
        "partnerProfile { name } } } users(first: 20) { nodes { name email } } }"
    )
    with capture_logs() as logged:
        response = await post(client, platform.member("adv-admin"), query)
    answer = response.json()
    assert set(answer) <= {"data", "extensions"}
    assert set(answer["extensions"]) == {"authorization", "cost", "requestId"}
    assert set(answer["extensions"]["authorization"]) == {"masked"}
    (line,) = [each for each in logged if each["event"] == "operation"]
    user = await platform.one("SELECT id FROM app_user WHERE email = 'adv-admin@demo.example'")
    assert (line["principal"], line["status"], line["codes"]) == (f"user:{user}", 200, [])
    text = repr(logged)
    read = [node["orderRef"] for node in answer["data"]["conversions"]["nodes"] if node["orderRef"]]
    read += [node["revenue"]["amount"] for node in answer["data"]["conversions"]["nodes"]]
    read += [value for node in answer["data"]["users"]["nodes"] for value in node.values()]
    assert len(read) > 40
    assert not [value for value in read if len(value) > 3 and value in text]
    assert not [word for word in ("SELECT", "conversions(", platform.member("adv-admin"), NORTHWIND) if word in text]


async def test_lk26_what_an_operation_costs_is_told_by_the_document_alone(platform: Platform) -> None:
    """LK26: too dear for who would see two rows as for who would see thousands; a tenth for neither.

    What it cost afterwards is the number of objects that were answered.
    """
    few, many = (
        (await platform.person(await platform.collaborator("Bluebird Japan", "OWNER"))).token,
        platform.member("admin"),
    )
    assert await platform.count(few, "conversions") < 3 < await platform.count(many, "conversions")
    answers = [await platform.ask(who, OVERPRICED) for who in (few, many)]
    assert answers[0] == answers[1]
    assert [error["extensions"]["code"] for error in answers[0].errors] == ["COST_EXCEEDED"]
    assert not answers[0].executed
    for who in (few, many):
        cheaper = await platform.ask(who, OVERPRICED.replace("conversions(first: 100)", "conversions(first: 10)"))
        assert not cheaper.errors
        programs = len(cheaper.data["programs"]["nodes"]) if cheaper.data else 0
        conversions = sum(len(each["conversions"]["nodes"]) for each in cheaper.data["programs"]["nodes"])
        assert cheaper.extensions == {
            "cost": {"requestedQueryCost": 100 * (1 + 10), "actualQueryCost": programs + conversions}
        }
