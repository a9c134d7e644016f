"""Filling an empty database with the demo platform, in one transaction, the same at every time and place."""

from __future__ import annotations

import random
from dataclasses import dataclass

import asyncpg

from sightline.db.demo.access import make_access
from sightline.db.demo.billing import Billing
from sightline.db.demo.book import Book
from sightline.db.demo.catalogue import make_catalogue
from sightline.db.demo.conversions import Traffic
from sightline.db.demo.facts import COLUMNS, COUNTER, Facts
from sightline.db.demo.grants import make_grants
from sightline.db.demo.loading import unhindered
from sightline.db.demo.operations import make_operations
from sightline.db.demo.organizations import make_society
from sightline.db.demo.partners import make_partners
from sightline.db.demo.reporting import make_reporting
from sightline.db.demo.roles import Roles
from sightline.db.demo.rollups import make_rollups
from sightline.db.epoch import count_epoch_up
from sightline.db.rollup_repair import ROLLUPS
from sightline.db.secrets import Secrets
from sightline.db.vault import Vault

CONVERSIONS = 50_000
_MUST_BE_EMPTY = ("app_user", "organization", "conversion", "click")


class DemoError(Exception):
    """The demo platform cannot be made here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """How much was made."""

    organizations: int
    users: int
    programs: int
    accounts: int
    enrollments: int
    clicks: int
    conversions: int
    adjustments: int
    invoices: int


async def seed(
    connection: asyncpg.Connection, secrets: Secrets, *, scale: int = 1, seed: int = 20260101
) -> DemoSummary:
    """Make the demo platform with `scale` times 50,000 conversions; equal arguments make equal rows.

    `connection` is a `Database.owner()` of a migrated database. Raises DemoError where it is not empty.
    """
    if scale < 1:
        raise DemoError("The scale is a whole number from 1 on: 1 makes 50,000 conversions.")
    async with connection.transaction():
        await _check_empty(connection)
        existing = {
            (row["scope"], row["name"]): row["id"]
            for row in await connection.fetch("SELECT id, scope::text, name FROM role WHERE origin <> 'PERSONAL'")
        }
        columns = frozenset(row["key"] for row in await connection.fetch("SELECT key FROM report_column"))
        async with unhindered(connection, (*COLUMNS, *(each.table for each in ROLLUPS))):
            book = Book(taken={"role": max(existing.values(), default=0)})
            facts = Facts()
            society = make_society(book, random.Random(f"{seed} society"))
            programs = make_catalogue(book, random.Random(f"{seed} catalogue"), society=society)
            partners = make_partners(
                book, random.Random(f"{seed} partners"), society=society, programs=programs, vault=Vault.of(secrets)
            )
            roles = Roles(book, society, existing=existing)
            make_grants(
                book, random.Random(f"{seed} grants"), society=society, partners=partners, roles=roles, secrets=secrets
            )
            make_access(book, society, partners=partners, roles=roles, secrets=secrets)
            make_reporting(book, society, partners=partners, existing=columns)
            make_operations(book, society, partners=partners)
            billing = Billing(
                facts,
                random.Random(f"{seed} billing"),
                book=book,
                finance=society.cast["finance-manager"],
                approver=society.cast["manager"],
            )
            await book.write(connection)
            traffic = Traffic(
                facts,
                random.Random(f"{seed} traffic"),
                enrollments=partners.enrollments,
                billing=billing,
                operator=society.cast["manager"],
            )
            for _ in traffic.run(CONVERSIONS * scale):
                await facts.copy(connection)
            await make_rollups(connection)
        await connection.execute(f"SELECT setval('fact_counter', {facts.made % COUNTER}, false)")
        await count_epoch_up(connection)
    return DemoSummary(
        organizations=len(society.organizations),
        users=len(book.rows("app_user")),
        programs=len(programs),
        accounts=len(book.rows("affiliate_account")),
        enrollments=len(book.rows("enrollment")),
        clicks=facts.counts["click"],
        conversions=facts.counts["conversion"],
        adjustments=facts.counts["adjustment"],
        invoices=facts.counts["payout_invoice"],
    )


async def _check_empty(connection: asyncpg.Connection) -> None:
    if await connection.fetchval("SELECT to_regclass('public.app_user') IS NULL"):
        raise DemoError("The database has no tables yet: run `sightline db upgrade` first.")
    for table in _MUST_BE_EMPTY:
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):
            raise DemoError(
                f"The database is in use: {table} has rows. The demo platform needs a database of its own; "
                "name an empty one in SIGHTLINE_DATABASE_URL."
            )
