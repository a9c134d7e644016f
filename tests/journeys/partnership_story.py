"""A partnership as a story: who does what, who may not, and what each of eight viewers sees after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from demo_platform import BLUEBIRD, NORTHWIND, Platform
from partnership_views import CELLS, REPORTED, cells_of, counted, reported

VIEWERS = ("partner", "collaborator", "advertiser", "guest", "manager", "finance", "stranger", "nobody")
_CAST = {
    "collaborator": "collab-readonly",
    "advertiser": "adv-admin",
    "guest": "adv-guest",
    "manager": "affiliate-manager",
    "finance": "finance-manager",
    "stranger": "partner-admin",
    "nobody": "nobody",
    # Who does something and is none of the eight.
    "admin": "admin",
    "recorder": "manager",
}
NO_SUCH = "no such mutation"


@dataclass(slots=True, eq=False)
class Story:
    """Everybody's tokens, and the global ids of what has come to be."""

    platform: Platform
    tokens: dict[str, str]
    things: dict[str, str] = field(default_factory=dict)
    sales: list[str] = field(default_factory=list)
    granted: int = 0
    denied: int = 0
    hour: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=26)
    )

    @classmethod
    def on(cls, platform: Platform) -> Story:
        """The story before it begins: the partner is nobody yet."""
        return cls(platform, {who: platform.member(key) for who, key in _CAST.items()})

    async def does(self, who: str, mutation: str, selection: str = "__typename", /, **given: Any) -> dict[str, Any]:
        """What a mutation gives that somebody may do."""
        answer = await self.platform.change_by(self.tokens[who], mutation, selection, **given)
        assert answer["__typename"] == f"{mutation[0].upper()}{mutation[1:]}Success", (who, mutation, answer)
        self.granted += 1
        return answer

    async def makes(self, thing: str, who: str, mutation: str, /, **given: Any) -> None:
        """The same, remembering what came of it: its id is told even where its maker had no such type before."""
        self.things[thing] = (await self.does(who, mutation, "id", **given))["id"]

    async def may_not(self, mutation: str, refusals: dict[str, str], /, **given: Any) -> None:
        """That a mutation is refused to each of these, and how."""
        told = {}
        for who in refusals:
            token = self.tokens[who]
            if not await self.platform.exists(token, f"Mutation.{mutation}"):
                told[who] = NO_SUCH
                continue
            told[who] = (await self.platform.change_by(token, mutation, **given))["__typename"]
        assert told == refusals, (mutation, told)
        self.denied += len(told)

    async def sees(self, table: str) -> None:
        """That the eight see exactly this: a line of names, then a line for each viewer."""
        header, *lines = (line.split() for line in table.strip().splitlines())
        expected = {who: dict(zip(header, cells, strict=True)) for who, *cells in lines}
        assert tuple(expected) == VIEWERS
        seen = {who: await self.seen_by(who, header) for who in VIEWERS}
        assert seen == expected, f"expected\n{written(header, expected)}\nseen\n{written(header, seen)}"

    async def seen_by(self, who: str, names: list[str]) -> dict[str, str]:
        """Some cells as one viewer sees them."""
        token = self.tokens[who]
        found = {}
        if cells := [each for each in names if each in CELLS]:
            found |= await cells_of(self.platform, token, self.things, cells)
        if columns := [each for each in names if each in REPORTED]:
            found |= await reported(self.platform, token, await self.lens_of(who), self.period, columns)
        if "sold" in names:
            found["sold"] = await counted(self.platform, token, self.sales)
        return {name: found[name] for name in names}

    @property
    def period(self) -> dict[str, str]:
        """The hour in which the partnership sells."""
        return {"since": self.hour.isoformat(), "until": (self.hour + timedelta(hours=1)).isoformat()}

    async def lens_of(self, who: str) -> dict[str, str]:
        """From where somebody looks at reports."""
        match who:
            case "partner":
                return {"kind": "PARTNER", "organization": self.things["organization"]}
            case "stranger":
                return {"kind": "PARTNER", "organization": await self.organization(BLUEBIRD)}
            case "advertiser" | "guest":
                return {"kind": "ADVERTISER", "organization": await self.organization(NORTHWIND)}
            case "manager" | "finance":
                return {"kind": "PLATFORM"}
            case _:
                return {"kind": "ACCOUNT", "account": self.things["account"]}

    async def organization(self, name: str) -> str:
        """The id of an organization of the demo."""
        return self.platform.global_id("organization", await self.platform.named("organization", name))

    async def user(self, who: str) -> str:
        """The id of one of the cast."""
        query = "{ viewer { user { id } } }"
        return str((await self.platform.read(self.tokens[who], query))["viewer"]["user"]["id"])


def written(header: list[str], seen: dict[str, dict[str, str]]) -> str:
    """What was seen, as a table to compare with the one that was expected."""
    rows = [["", *header], *([who, *(cells[name] for name in header)] for who, cells in seen.items())]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
