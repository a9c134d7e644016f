"""Who can do and see what in a small world: read from its tables and worked out by hand from the rules.

No code of the engine's takes part. What somebody holds is a set of plain facts, each with the moment until which he
holds it; facts of one scope come from one grant, so that comparing them is comparing with one path (DR1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

Fact = tuple[Any, ...]
Facts = dict[Fact, datetime]
Place = tuple[str, int]
"""A scope: the platform, one organization, or one account."""

PLATFORM: Place = ("platform", 0)
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
MODULES = (
    *("ADMIN", "AFFILIATES", "ADVERTISERS", "OFFERS", "BRANDS", "PRODUCTS", "MEDIA", "TRANSACTIONS", "PAYOUTS"),
    *("CONTENT", "USERS", "COMMISSION_PLANS", "DATA_IMPORTS", "API_KEYS", "REPORTS", "SETTINGS"),
)
STATUSES = ["PENDING", "HOLD", "APPROVED", "REJECTED", "REVERSED"]
SWITCHES = ("see_revenue", "see_payout", "see_sale_amount")
ADMINISTRATORS = ("Admin", "Account Administrator")
OTHERS = 0
"""Stands for every account, or program, that the world does not name."""

_HELD = """
    SELECT a.id, a.user_id, a.scope::text, a.organization_id, a.expires_at, u.status = 'ACTIVE' AS active, r.id AS role,
        r.name, r.origin::text, r.base_type::text, r.user_visibility::text, r.see_revenue, r.see_payout,
        r.see_sale_amount, r.statuses::text[] AS statuses, a.program_scope::text, a.line_scope::text,
        ARRAY(SELECT permission || ':' || level FROM role_permission p WHERE p.role_id = r.id) AS permissions,
        ARRAY(SELECT product_line::text FROM role_product_line l WHERE l.role_id = r.id) AS role_lines,
        ARRAY(SELECT program_id FROM assignment_program p WHERE p.assignment_id = a.id) AS programs,
        ARRAY(SELECT product_line::text FROM assignment_product_line l WHERE l.assignment_id = a.id) AS lines
    FROM role_assignment a JOIN role r ON r.id = a.role_id JOIN app_user u ON u.id = a.user_id ORDER BY a.id
"""
_MANAGED = "SELECT id, user_id, affiliate_account_id AS account, expires_at FROM manager_assignment ORDER BY id"
_COLLABORATORS = """
    SELECT c.id, c.user_id, c.affiliate_account_id AS account, c.role::text, c.expires_at, u.status = 'ACTIVE' AS active
    FROM collaborator c JOIN app_user u ON u.id = c.user_id ORDER BY c.id
"""
_AT_WORK = {"READ_ONLY": ("read",), "MANAGER": ("read", "manage"), "OWNER": ("read", "edit", "invite", "redacted")}


@dataclass(frozen=True, slots=True)
class Standing:
    """All grants of the world at one moment."""

    held: list[asyncpg.Record]
    managed: list[asyncpg.Record]
    collaborators: list[asyncpg.Record]
    accounts: tuple[int, ...]
    programs: Mapping[int, str]

    @classmethod
    async def read(
        cls, connection: asyncpg.Connection, accounts: tuple[int, ...], programs: Mapping[int, str]
    ) -> Standing:
        """As the tables have it."""
        tables = [await connection.fetch(each) for each in (_HELD, _MANAGED, _COLLABORATORS)]
        return cls(*tables, accounts, programs)

    def facts(self) -> dict[tuple[int, Place], Facts]:
        """What everybody holds, place by place."""
        found: dict[tuple[int, Place], Facts] = {}
        for row in self.held:
            if row["scope"] == "ORGANIZATION":
                place = ("organization", row["organization_id"])
                found[row["user_id"], place] = dict.fromkeys(self._of_member(row), _until(row))
            elif row["active"]:
                found[row["user_id"], PLATFORM] = dict(self._of_staff(row))
        for row in self.collaborators:
            facts = dict.fromkeys(((each,) for each in _AT_WORK[row["role"]]), _until(row))
            found[row["user_id"], ("account", row["account"])] = facts
        return found

    def led(self) -> set[Place]:
        """Where somebody active and permanent is in charge (DR10, L8)."""
        places: set[Place] = set()
        for row in self.held:
            if not row["active"] or row["expires_at"] is not None:
                continue
            if row["scope"] == "PLATFORM" and "ADMIN:W" in row["permissions"]:
                places.add(PLATFORM)
            if row["origin"] == "PREDEFINED" and row["name"] in ADMINISTRATORS:
                places.add(("organization", row["organization_id"]))
        for row in self.collaborators:
            if row["active"] and row["expires_at"] is None and row["role"] == "OWNER":
                places.add(("account", row["account"]))
        return places

    def _of_staff(self, row: asyncpg.Record) -> Iterator[tuple[Fact, datetime]]:
        held = {each.split(":")[0]: each.split(":")[1] for each in row["permissions"]}
        if "ADMIN" in held:  # DR11, DR15: every module at this level; every switch, status and row
            held = {key: max(held.get(key, "R"), held["ADMIN"]) for key in MODULES}
        everything = "ADMIN" in held
        switches = [each for each in SWITCHES if everything or row[each]]
        statuses = STATUSES if everything or row["statuses"] is None else row["statuses"]
        ends = _until(row)
        for key, level in held.items():
            yield ("module", key, "R"), ends
            if level == "W":
                yield ("module", key, "W"), ends
        if "COMMISSION_PLANS" in held and "see_payout" in switches:
            yield ("rates",), ends
        rows = dict.fromkeys((*self.accounts, OTHERS), ends)
        if row["user_visibility"] == "ASSIGNED" and not everything:
            mine = [each for each in self.managed if each["user_id"] == row["user_id"] and each["account"]]
            rows = {each["account"]: min(ends, _until(each)) for each in mine}
        for account, until in rows.items():
            for fact in _of_an_account(held, switches, statuses):
                yield (*fact, account), until

    def _of_member(self, row: asyncpg.Record) -> Iterator[Fact]:
        if row["origin"] == "PREDEFINED" and row["name"] in (*ADMINISTRATORS, "Member", "Guest"):
            yield ("standing", row["name"])
            if row["name"] not in ADMINISTRATORS:
                return
            yield from (("standing", each) for each in (*ADMINISTRATORS, "Member", "Guest"))
            yield ("all",)
            return
        limited = row["program_scope"] == "LISTED" or row["line_scope"] == "LISTED" or row["role_lines"]
        for program, line in {**self.programs, OTHERS: ""}.items():
            listed = row["program_scope"] == "ALL" or program in row["programs"]
            lined = (row["line_scope"] == "ALL" or line in row["lines"]) and line in (row["role_lines"] or [line])
            if limited if program == OTHERS else not (listed and lined):
                continue
            for each in row["permissions"]:
                key, level = each.split(":")
                yield (key, "R", program)
                yield (key, level, program)
            terms = {"TEMPLATE_TERMS:R", "TEMPLATE_TERMS:W"} & set(row["permissions"])  # whoever writes them reads them
            if terms and "PARTNERS:W" in row["permissions"]:
                yield ("offer a plan", program)


def _of_an_account(held: Mapping[str, str], switches: list[str], statuses: list[str]) -> Iterator[Fact]:
    writes = {key for key, level in held.items() if level == "W"}
    every_status = set(statuses) == set(STATUSES)
    invoices = "PAYOUTS" in held and "see_payout" in switches and every_status
    if "AFFILIATES" in held:
        yield ("account",)
        if "COMMISSION_PLANS" in writes:
            yield ("assign a plan",)
    if "AFFILIATES" in writes:
        yield ("edit the account",)
        if invoices and "TRANSACTIONS" in held:
            yield ("give READ_ONLY",)
            if "COMMISSION_PLANS" in writes:
                yield ("give MANAGER",)
    if "AFFILIATES" in held or "TRANSACTIONS" in held:
        yield from (("report", each) for each in ("counts", *switches))
    if "TRANSACTIONS" in held:
        for status in statuses:
            yield from (("sale", status, each) for each in ("row", *switches))
            if "TRANSACTIONS" in writes:
                yield ("decide a sale", status)
    if invoices:
        yield ("invoice",)
        if "PAYOUTS" in writes:
            yield ("decide an invoice",)


def escalations(
    before: Standing, after: Standing, giver: int, *, answers: int | None = None, suspends: bool = False
) -> list[str]:
    """What is more, or was taken, than the giver held in that place, and where nobody is in charge any more.

    `answers` is who accepts what he was offered. Whoever suspends somebody may leave an account without an OWNER: DR10
    is of administrators, and an OWNER is not removed or lowered by it (SM2).
    """
    had, has = before.facts(), after.facts()
    wrong = []
    for user, place in had.keys() | has.keys():
        old, new, own = had.get((user, place), {}), has.get((user, place), {}), had.get((giver, place), {})
        for fact, until in new.items():
            if until > old.get(fact, datetime.min.replace(tzinfo=UTC)) and not _gives(had, giver, place, fact, until):
                wrong.append(f"{user} gained {fact} of {place} until {until:%Y-%m-%d} from {giver}")
        if user not in (giver, answers):
            taken = (fact for fact in old.keys() - new.keys() if not _gives(had, giver, place, fact, None))
            wrong += [f"{user} lost {fact} of {place} to {giver}, who has {len(own)} there" for fact in taken]
    alone = (place for place in before.led() - after.led() if not (suspends and place[0] == "account"))
    return wrong + [f"nobody is in charge of {place}" for place in alone]


def _gives(
    had: Mapping[tuple[int, Place], Facts], giver: int, place: Place, fact: Fact, until: datetime | None
) -> bool:
    """Whether the giver holds this there, for as long; of the ADMIN of an organization it is all."""
    own = had.get((giver, place), {})
    enough = [own[each] for each in (fact, ("all",)) if each in own]
    if place[0] == "account":  # C-07: an OWNER gives what READ_ONLY and OWNER have; staff what their grant lets them
        enough = [own[("invite",)]] if ("invite",) in own and fact != ("manage",) else []
        staff = had.get((giver, PLATFORM), {})
        named = ("give MANAGER", place[1]) if fact == ("manage",) else ("give READ_ONLY", place[1])
        enough += [staff[named]] if named in staff else []
    return any(until is None or each >= until for each in enough)


def _until(row: asyncpg.Record) -> datetime:
    ends: datetime | None = row["expires_at"]
    return FOR_GOOD if ends is None else ends
