"""What the README shows of answers: a first one, and three readings of the same conversions.

    python tests/readings.py                 print both
    python tests/readings.py --into FILE     put them between FILE's markers
                             --cookbook FILE write the report cookbook, which is made on the same platform

One document is asked by a member of the advertiser's organization, a member of the partner's, and a platform manager
without the payout switch; on programs that pay directly and through the operator, with and without shared sale amounts.
The demo platform is made anew for it, in a directory of its own, so the text is the same every time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cookbook import cookbook
from temporary_demo import temporary_demo

from sightline.db.database import Database
from sightline.db.demo.cast import BLUEBIRD, CAST, NORTHWIND, CastMember, token_of
from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import Key
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine
from sightline.server.rates import Rates

VIEWERS: tuple[CastMember, ...] = tuple(
    next(member for member in CAST if member.key == key)
    for key in ("adv-admin", "partner-member", "affiliate-manager-nopay")
)
FIELDS = (
    "status",
    "orderRef",
    "saleAmount",
    "revenue",
    "payout",
    "profit",
    "settlement",
    "locked",
    "affiliateAccount",
    "trafficSource",
)
FIRST_QUERY = (
    "{ conversions(first: 2, where: {status: {eq: APPROVED}}) { totalCount nodes { eventAt program { name } "
    "saleAmount { amount currency } payout { amount currency } } } }"
)
QUERY = """query Reading($ids: [ID!]!) @onDenied(mode: MASK) {
  nodes(ids: $ids) {
    ... on Conversion {
      id
      status orderRef settlement locked
      saleAmount { amount currency }
      revenue { amount currency }
      payout { amount currency }
      profit { amount currency }
      affiliateAccount { name }
      trafficSource { name }
    }
  }
}"""

_LEGEND = """*masked*: null on this conversion, and named in `extensions.authorization.masked`.
✗: does not exist in this person's schema; `@onDenied(mode: MASK)` lets one document serve all three.
"""

# What all three have in common: Northwind's programs, Bluebird's accounts that are assigned to the manager.
_COMMON = """
SELECT p.name AS program, p.commission_model::text AS model, p.share_sale_amount AS shared,
    c.affiliate_account_id AS account, c.id, c.status::text, c.order_ref, c.settlement::text, c.locked, c.currency,
    c.sale_amount, c.revenue, c.payout, c.revenue - c.payout AS profit,
    a.name AS account_name, s.name AS source_name
FROM conversion c
JOIN program p ON p.id = c.program_id
JOIN organization northwind ON northwind.id = c.advertiser_org_id AND northwind.name = $1
JOIN organization bluebird ON bluebird.id = c.partner_org_id AND bluebird.name = $2
JOIN affiliate_account a ON a.id = c.affiliate_account_id
JOIN traffic_source s ON s.id = c.traffic_source_id
JOIN manager_assignment m ON m.affiliate_account_id = c.affiliate_account_id
JOIN app_user u ON u.id = m.user_id AND u.email = $3
WHERE c.sale_amount > 0 AND c.payout > 0 AND c.order_ref IS NOT NULL
ORDER BY model, shared DESC, c.settlement = 'PAID' DESC, c.event_at DESC, c.id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one viewer is answered: a node per conversion, None where he does not see it; names of coordinates."""

    nodes: list[dict[str, Any] | None]
    unavailable: frozenset[str]
    masked: frozenset[str]


async def common_conversions(database: Database) -> list[Any]:
    """What is stored of the conversions that all three see; the latest paid ones of each kind of program first."""
    async with database.owner() as connection:
        records: list[Any] = await connection.fetch(_COMMON, NORTHWIND, BLUEBIRD, VIEWERS[2].email)
        return records


def one_of_each(conversions: Sequence[Any]) -> list[Any]:
    """The first conversion of each kind of program: direct or not, shared or not."""
    return list({(row["model"], row["shared"]): row for row in reversed(conversions)}.values())[::-1]


async def answers(engine: Engine, secrets: Secrets, conversions: Sequence[Any]) -> list[Answer]:
    """The same question to all three, in the order of VIEWERS."""
    ids = engine.services.ids.encode("conversion", [Key(row["id"], row["account"]) for row in conversions])
    return [await _answer(engine, token_of(viewer, secrets), ids) for viewer in VIEWERS]


async def _answer(engine: Engine, token: str, ids: list[str]) -> Answer:
    answer = await engine.execute(GraphQLRequest(QUERY, {"ids": ids}), token)
    if answer.errors or answer.data is None:
        raise RuntimeError(f"the readings could not be read: {answer.errors}")
    authorization = answer.extensions.get("authorization", {})
    return Answer(
        answer.data["nodes"],
        frozenset(authorization.get("unavailable", ())),
        frozenset(authorization.get("masked", ())),
    )


def markdown(conversions: Sequence[Any], read: Sequence[Answer]) -> str:
    """The query, and the answers side by side."""
    lines = ["```graphql", *QUERY.splitlines(), "```", ""]
    lines += [f"| | | {' | '.join(f'{viewer.name}: {viewer.role}' for viewer in VIEWERS)} |", "|--|--|--|--|--|"]
    for at, row in enumerate(conversions):
        kind = f"{row['model']}, sale amounts {'shared' if row['shared'] else 'not shared'}"
        label = f"**{row['program']}** ({kind})"
        for field in FIELDS:
            cells = (_cell(answer, answer.nodes[at], field) for answer in read)
            lines.append(f"| {label} | `{field}` | {' | '.join(cells)} |")
            label = ""
    return "\n".join([*lines, "", _LEGEND])


def _cell(answer: Answer, node: dict[str, Any] | None, field: str) -> str:
    if f"Conversion.{field}" in answer.unavailable:
        return "✗"
    value = node[field] if node is not None else None
    match value:
        case None:
            return "*masked*" if f"Conversion.{field}" in answer.masked else "null"
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case {"name": name}:
            return str(name)
        case bool():
            return str(value).lower()
        case _:
            return str(value)


async def first_answer(engine: Engine, secrets: Secrets) -> str:
    """The answer to the README's first query, as curl shows it, without the request's id."""
    answer = await engine.execute(GraphQLRequest(FIRST_QUERY), token_of(VIEWERS[0], secrets))
    shown = {"data": answer.data, "extensions": answer.extensions}
    return f"```json\n{json.dumps(shown, indent=2)}\n```\n"


async def sections(database: Database, secrets: Secrets) -> dict[str, str]:
    """The text of each marked section of the README, made on a demo platform."""
    # With a standing clock: what is left of a caller's points would otherwise differ from run to run.
    engine = Engine.of(database, secrets, rates=Rates(clock=lambda: 0.0))
    conversions = one_of_each(await common_conversions(database))
    return {
        "first answer": await first_answer(engine, secrets),
        "readings": markdown(conversions, await answers(engine, secrets, conversions)),
    }


def written_into(text: str, made: Mapping[str, str]) -> str:
    """The text with each section between its markers, `<!-- name -->` and `<!-- /name -->`."""
    for name, content in made.items():
        before, _, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}<!-- {name} -->\n{content}{closing}{after}"
    return text


async def main(into: Path | None, page: Path | None) -> None:
    """Make the platform, ask, print or write."""
    secrets = Secrets(b"the secret of the readings, which is no secret")
    async with temporary_demo(secrets) as (database, _):
        made = await sections(database, secrets)
        recipes = await cookbook(database, secrets)
    if page is not None:
        await asyncio.to_thread(page.write_text, recipes)
    if into is None:
        print(*made.values(), sep="\n", end="")
    else:
        text = await asyncio.to_thread(into.read_text)
        await asyncio.to_thread(into.write_text, written_into(text, made))


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--into", type=Path)
    given.add_argument("--cookbook", type=Path)
    options = given.parse_args()
    asyncio.run(main(options.into, options.cookbook))
