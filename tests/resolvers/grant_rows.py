"""Rows behind a principal: people, organizations, roles and what they are given, one call each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from sightline.authz.grants import Grants
from sightline.db.database import Database
from sightline.db.secrets import Secrets, new_token
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.identity import Identities, Principal

FAR = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """Writes grants as the database's owner, and reads what they make."""

    database: Database
    connection: asyncpg.Connection
    secrets: Secrets
    identities: Identities
    _made: list[int] = field(default_factory=list)

    async def add(self, table: str, **values: Any) -> int:
        """Insert one row; its id."""
        places = ", ".join(f"${at}" for at in range(1, len(values) + 1))
        row = await self.connection.fetchrow(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING *", *values.values()
        )
        return int(row["id"]) if "id" in row else 0

    async def change(self, statement: str, *values: Any, bump: bool = True) -> None:
        """Change grants, and count the epoch up with it as every writer must."""
        async with self.connection.transaction():
            await self.connection.execute(statement, *values)
            if bump:
                await self.connection.execute("UPDATE authz_epoch SET n = n + 1")

    async def user(self, **values: Any) -> int:
        """A new user."""
        self._made.append(len(self._made))
        email = f"user{len(self._made)}@example.org"
        return await self.add("app_user", **{"email": email, "name": f"User {len(self._made)}"} | values)

    async def organization(self, **values: Any) -> int:
        """A new organization."""
        self._made.append(len(self._made))
        return await self.add("organization", **{"name": f"Organization {len(self._made)}"} | values)

    async def role(self, name: str, permissions: Iterable[str] = (), *, exactly: bool = False, **values: Any) -> int:
        """A role with permissions such as `OFFERS:R`; a platform role of base MANAGER unless said.

        Its name gets a number, as names are unique, unless it must be called `exactly` so.
        """
        self._made.append(len(self._made))
        role = {
            "name": name if exactly else f"{name} {len(self._made)}",
            "scope": "PLATFORM",
            "origin": "CUSTOM",
            "base_type": "MANAGER",
        } | values
        made = await self.add("role", **role)
        for permission in permissions:
            key, level = permission.split(":")
            await self.connection.execute("INSERT INTO role_permission VALUES ($1, $2, now(), $3)", made, key, level)
        return made

    async def predefined(self, name: str) -> int:
        """A predefined organization role, as it ships."""
        found = await self.connection.fetchval("SELECT id FROM role WHERE origin = 'PREDEFINED' AND name = $1", name)
        if found is not None:
            return int(found)
        return await self.role(name, exactly=True, scope="ORGANIZATION", origin="PREDEFINED", base_type="ORG")

    async def assign(self, user: int, role: int, organization: int | None = None, **values: Any) -> int:
        """Give a role on the platform, or in an organization."""
        scope = "PLATFORM" if organization is None else "ORGANIZATION"
        given = {"user_id": user, "role_id": role, "scope": scope, "organization_id": organization}
        return await self.add("role_assignment", **given | values)

    async def account(self, organization: int) -> int:
        """An affiliate account of a new partner of the organization."""
        partner = await self.add("partner_profile", organization_id=organization, name="Partner")
        maker = await self.user()
        given = {"partner_profile_id": partner, "partner_org_id": organization, "name": "A", "created_by_id": maker}
        return await self.add("affiliate_account", **given)

    async def program(self, organization: int, advertiser: int, *, name: str = "Advertiser") -> int:
        """A program of an advertiser of the organization."""
        keys = {"advertiser_profile_id": advertiser, "advertiser_org_id": organization, "advertiser_name": name}
        return await self.add("program", **keys, name="Program", currency="EUR", commission_model="DIRECT")

    async def session(self, user: int, *, expires_at: datetime = FAR) -> str:
        """The token of a new session of the user."""
        token = self.secrets.demo_token(f"{user} {len(self._made)} {expires_at}")
        hashed = self.secrets.token_hash(token)
        await self.add("session", user_id=user, token_hash=hashed, expires_at=expires_at)
        return token

    async def key(self, *, user: int | None = None, organization: int | None = None, **values: Any) -> str:
        """The token of a new API key."""
        token = new_token()
        given = {"hash": self.secrets.token_hash(token), "prefix": token[:12], "last_four": token[-4:]}
        owner = {"owner_kind": "USER" if organization is None else "ORG"}
        owners = {"user_id": user, "organization_id": organization}
        scopes = {"scopes": ["self:R"] if organization is None else None}
        await self.add("api_key", **given | owner | owners | {"name": "key", "state": "ACTIVE"} | scopes | values)
        return token

    async def find(self, token: str) -> Found:
        """The principal of a token, and the statements it took to find it."""

        async def work(snapshot: Snapshot) -> Found:
            return Found(await self.identities.find(token, snapshot), snapshot.statements)

        return await in_snapshot(self.database.reads, work)

    async def grants(self, user: int) -> tuple[Grants, datetime | None]:
        """What is read of a user's grants, and when the first of them ends."""
        return await in_snapshot(self.database.reads, lambda snapshot: grants_of_user(snapshot, user))

    async def soon(self) -> datetime:
        """A moment a second after the database's present one."""
        now: datetime = await self.connection.fetchval("SELECT clock_timestamp()")
        return now + timedelta(seconds=1)

    async def wait_for(self, moment: datetime) -> None:
        """Let the database's clock pass a moment."""
        await self.connection.execute("SELECT pg_sleep(extract(epoch FROM $1 - clock_timestamp()) + 0.01)", moment)


@dataclass(frozen=True, slots=True)
class Found:
    """A principal that was looked for, and the statements it took."""

    principal: Principal | None
    statements: int

    @property
    def somebody(self) -> Principal:
        """The principal, where there is one."""
        assert self.principal is not None
        return self.principal
