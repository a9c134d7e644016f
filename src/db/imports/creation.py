"""Making what `--create-missing` allows to be made: a program, affiliate accounts, traffic sources.

What is made is what the operator would have made by hand: approved accounts, an active program. Each is written down
in `import_created`, with the line of the file that asked for it.
"""

from __future__ import annotations

import asyncpg

from sightline.db.imports.model import AccountKey, Creation, Mapping, NewProgram, ProgramKey, SourceKey

MISSING_PROGRAMS = """
    SELECT program, min(first_line) AS line FROM import_reference
    WHERE program_id IS NULL AND program <> '' AND problem IS NULL GROUP BY program ORDER BY line
"""
MISSING_ACCOUNTS = """
    SELECT account, min(first_line) AS line FROM import_reference
    WHERE affiliate_account_id IS NULL AND problem IS NULL GROUP BY account ORDER BY line
"""
MISSING_SOURCES = """
    SELECT traffic_source, partner_profile_id, min(first_line) AS line FROM import_reference
    WHERE traffic_source_id IS NULL AND traffic_source <> '' AND problem IS NULL AND partner_profile_id IS NOT NULL
    GROUP BY traffic_source, partner_profile_id ORDER BY line
"""
REFUSE = """
    UPDATE import_reference SET problem_column = $1, problem_value = $2,
        problem = 'cannot be a name: it is longer than 100 characters, or has some that cannot be printed'
    WHERE problem IS NULL AND $2 IN (program, account, traffic_source)
"""
NEW_ACCOUNT = """
    WITH made AS (
        INSERT INTO affiliate_account (partner_profile_id, partner_org_id, name, external_id, status, created_by_id)
        VALUES ($1, $2, $3, $4, 'APPROVED', $5) RETURNING id
    )
    INSERT INTO account_shard (affiliate_account_id) SELECT id FROM made
"""
NEW_SOURCE = """
    INSERT INTO traffic_source (partner_profile_id, partner_org_id, name, kind, url)
    SELECT id, organization_id, $2, $3, $4 FROM partner_profile WHERE id = $1 RETURNING id
"""
NEW_PROGRAM = """
    INSERT INTO program (advertiser_profile_id, advertiser_org_id, advertiser_name, name, status, currency,
                         commission_model, default_plan_id)
    SELECT id, organization_id, name, $2, 'ACTIVE', $3, $4, $5 FROM advertiser_profile WHERE id = $1 RETURNING id
"""
NEW_PLAN = """
    INSERT INTO commission_plan (advertiser_profile_id, created_by_id, name, payout_percent, revenue_percent)
    VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
CREATED = "INSERT INTO import_created (kind, first_line, column_name, value, reason) VALUES ($1, $2, $3, $4, $5)"

LONGEST_NAME = 100


class Creator:
    """Makes what is missing, for one import, in the name of one user."""

    def __init__(self, connection: asyncpg.Connection, mapping: Mapping, creation: Creation, *, actor_id: int) -> None:
        self._connection = connection
        self._mapping = mapping
        self._creation = creation
        self._actor_id = actor_id

    async def programs(self) -> None:
        """Make the programs that are named and not found, where the mapping says how."""
        lookup, new = self._mapping.program, self._creation.program
        if lookup is None or new is None or lookup.by is not ProgramKey.NAME:
            return
        for name, line in await self._missing(MISSING_PROGRAMS, lookup.cell.column):
            await self._program(name, new)
            await self._note("program", line, lookup.cell.column, name)

    async def accounts(self) -> None:
        """Make the affiliate accounts that are named and not found, each with the mapping's partner profile."""
        lookup = self._mapping.account
        if lookup.by not in (AccountKey.NAME, AccountKey.EXTERNAL_ID):
            return
        external = lookup.by is AccountKey.EXTERNAL_ID
        for account, line in await self._missing(MISSING_ACCOUNTS, lookup.cell.column):
            profile_id, organization_id = await self._partner_profile(account)
            arguments = (profile_id, organization_id, account, account if external else None, self._actor_id)
            await self._connection.execute(NEW_ACCOUNT, *arguments)
            await self._note("affiliate account", line, lookup.cell.column, account)

    async def sources(self) -> None:
        """Make the traffic sources that are named and not found, for the account's partner."""
        lookup = self._mapping.traffic_source
        if lookup is None or lookup.by is SourceKey.ID:
            return
        for value, profile_id, line in await self._missing(MISSING_SOURCES, lookup.cell.column):
            url = value if lookup.by is SourceKey.URL else None
            await self._connection.fetchval(NEW_SOURCE, profile_id, value, self._creation.source_kind, url)
            await self._note("traffic source", line, lookup.cell.column, value)

    async def source_of(self, profile_id: int, name: str, line: int) -> int:
        """A new traffic source of a partner that has none, called like its account."""
        source = await self._connection.fetchval(NEW_SOURCE, profile_id, name, self._creation.source_kind, None)
        await self._note("traffic source", line, None, name)
        assert isinstance(source, int)
        return source

    async def enrollment(self, line: int, program_id: int, account_id: int, source_id: int) -> None:
        """An enrollment that is active from now on, with the plan that the program offers now (SM1)."""
        statement = """
            INSERT INTO enrollment (program_id, advertiser_profile_id, advertiser_org_id, traffic_source_id,
                                    partner_profile_id, partner_org_id, affiliate_account_id, initiated_by, state,
                                    commission_plan_id, activated_at)
            SELECT p.id, p.advertiser_profile_id, p.advertiser_org_id, $3, a.partner_profile_id, a.partner_org_id, a.id,
                   'PARTNER', 'ACTIVE', p.default_plan_id, now()
            FROM program AS p, affiliate_account AS a WHERE p.id = $1 AND a.id = $2
        """
        await self._connection.execute(statement, program_id, account_id, source_id)
        name = await self._connection.fetchval("SELECT name FROM affiliate_account WHERE id = $1", account_id)
        await self._note("enrollment", line, None, name)

    async def _missing(self, statement: str, column: str | None) -> list[asyncpg.Record]:
        """The rows of the statement, a name first; those whose name could mislead are refused instead."""
        found = []
        for row in await self._connection.fetch(statement):
            name = row[0]
            if len(name) > LONGEST_NAME or not name.isprintable():
                await self._connection.execute(REFUSE, column, name)
            else:
                found.append(row)
        return found

    async def _partner_profile(self, account: str) -> tuple[int, int]:
        """The profile that a new account belongs to, and its organization; both are found by name or made."""
        organization_id = await self._organization(self._creation.organization.replace("{account}", account))
        name = self._creation.partner_profile.replace("{account}", account)
        profile_id = await self._connection.fetchval(
            "SELECT min(id) FROM partner_profile WHERE organization_id = $1 AND name = $2", organization_id, name
        )
        profile_id = profile_id or await self._connection.fetchval(
            "INSERT INTO partner_profile (organization_id, name) VALUES ($1, $2) RETURNING id", organization_id, name
        )
        return profile_id, organization_id

    async def _program(self, name: str, new: NewProgram) -> None:
        organization_id = await self._organization(new.organization)
        advertiser_id = await self._connection.fetchval(
            "SELECT min(id) FROM advertiser_profile WHERE organization_id = $1 AND name = $2",
            organization_id,
            new.advertiser,
        )
        advertiser_id = advertiser_id or await self._connection.fetchval(
            "INSERT INTO advertiser_profile (organization_id, name, approved_at) VALUES ($1, $2, now()) RETURNING id",
            organization_id,
            new.advertiser,
        )
        plan_id = await self._connection.fetchval(
            NEW_PLAN, advertiser_id, self._actor_id, f"{name} default", new.payout_percent, new.revenue_percent
        )
        program_id = await self._connection.fetchval(
            NEW_PROGRAM, advertiser_id, name, new.currency, new.commission_model, plan_id
        )
        await self._connection.execute(
            "INSERT INTO program_goal (program_id, name, is_base) VALUES ($1, 'Sale', true)", program_id
        )

    async def _organization(self, name: str) -> int:
        found = await self._connection.fetchval("SELECT min(id) FROM organization WHERE name = $1", name)
        made = found or await self._connection.fetchval(
            "INSERT INTO organization (name, created_by_id) VALUES ($1, $2) RETURNING id", name, self._actor_id
        )
        assert isinstance(made, int)
        return made

    async def _note(self, kind: str, line: int, column: str | None, value: str) -> None:
        await self._connection.execute(CREATED, kind, line, column, value, f"{kind} created")
