"""The door to PostgreSQL: one embedded cluster or one database by URL, opened once per process.

Three ways in, one for each role: `reads` (every query operation; its sessions are read-only), `writes` (mutations),
`owner()` (migrations, COPY). A pool's sessions are told their role and limits once, when they open. An external
database is named by its owner's URL, and each pool takes its role at connection; no transaction pooler may stand
between.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from sightline.db.embedded import Cluster, lease
from sightline.db.ending import end
from sightline.db.errors import DatabaseUnavailableError, EmbeddedServerError, one_line
from sightline.db.locations import data_directory
from sightline.db.pool import UNREACHABLE, Pool
from sightline.db.role_names import TAKING, DatabaseRole

OLDEST_VERSION = 15
CONNECT_SECONDS = 5.0
ALIVE_SECONDS = 2.0
WATCH_SECONDS = 0.5

COMMON = {"timezone": "UTC", "lock_timeout": "2s", "jit": "off"}
LIMITED = {"statement_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}
_ROLES = f"""
    SELECT rolname, pg_has_role(pg_roles.oid, {TAKING}) AS is_ours,
           has_schema_privilege(pg_roles.oid, relnamespace, 'USAGE')
           AND has_table_privilege(pg_roles.oid, epoch.oid, 'SELECT') AS reads
    FROM pg_roles LEFT JOIN pg_class AS epoch
        ON epoch.relname = 'authz_epoch' AND epoch.relnamespace = to_regnamespace('public')
    WHERE rolname = ANY($1::text[])
"""
_READS = """
    SELECT coalesce(bool_and(has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT')), true)
    FROM pg_class WHERE relname = 'authz_epoch' AND relnamespace = to_regnamespace('public')
"""
"""Before there are tables, there is nothing to be read, and a database that answers is as it should be."""

SESSION: dict[DatabaseRole, dict[str, str]] = {
    DatabaseRole.OWNER: COMMON,
    DatabaseRole.READ_WRITE: COMMON | LIMITED,
    DatabaseRole.READ_ONLY: COMMON | LIMITED | {"default_transaction_read_only": "on"},
}


class Database:
    """An open database. Made by `Database.open` only."""

    reads: Pool
    writes: Pool
    encoding: str

    def __init__(self, url: str | None, cluster: Cluster | None, *, application_name: str) -> None:
        self._url = url
        self._application_name = application_name
        self._takes_roles = frozenset[DatabaseRole]()
        self._without_rights = frozenset[DatabaseRole]()
        self._lost = asyncio.Event()
        self.cluster = cluster

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str | None,
        *,
        data_dir: Path | None = None,
        reads: int = 8,
        writes: int = 4,
        application_name: str = "sightline",
    ) -> AsyncIterator[Database]:
        """The database at `url`, else the embedded one in `data_dir`, created and started where needed.

        `reads` and `writes` are the pools' sizes. Raises DatabaseUnavailableError, in one line that says why (F29).
        """
        if url is not None:
            async with cls(url, None, application_name=application_name)._opened(reads, writes) as database:
                yield database
            return
        async with lease(data_directory(data_dir)) as cluster:
            database = cls(None, cluster, application_name=application_name)
            watch = asyncio.create_task(database._watch(cluster))
            try:
                async with database._opened(reads, writes):
                    yield database
            finally:
                await end(watch)
                with suppress(asyncio.CancelledError):
                    watch.result()

    @property
    def warnings(self) -> list[str]:
        """What an operator should know of the pools' roles, which could not be taken, or may not read."""
        works = ((DatabaseRole.READ_ONLY, "queries"), (DatabaseRole.READ_WRITE, "mutations"))
        not_taken = [
            f"The database's {what} run with the rights of the owner: the role {role} is missing, or the owner may not "
            "take it. Let `sightline db upgrade` create it, or create it, grant it to the owner, "
            "and run `sightline db upgrade` again."
            for role, what in works
            if self.cluster is None and role not in self._takes_roles
        ]
        return not_taken + [
            f"The database's {what} fail: the role {role} has no rights on the tables. Run `sightline db upgrade`."
            for role, what in works
            if role in self._without_rights
        ]

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """One connection with the owner's rights and without a statement timeout: migrations, COPY."""
        connection = await self._connect(DatabaseRole.OWNER)
        try:
            yield connection
        finally:
            await connection.close(timeout=CONNECT_SECONDS)

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[AsyncEngine]:
        """An SQLAlchemy engine with the owner's rights, for alembic. It keeps no connection open."""

        async def creator() -> asyncpg.Connection:
            return await self._connect(DatabaseRole.OWNER)

        engine = create_async_engine("postgresql+asyncpg://", async_creator=creator, poolclass=NullPool)
        try:
            yield engine
        finally:
            await engine.dispose()

    async def ensure_alive(self) -> None:
        """Return if the database answers and may be read; an embedded one that was killed is started first (F13).

        What /readyz asks, on a connection of its own: a full pool is busy, not dead. Raises DatabaseUnavailableError.
        """
        try:
            await self._ask()
        except DatabaseUnavailableError:
            if self.cluster is None:
                raise
            await asyncio.to_thread(self.cluster.ensure_running)
            await self._ask()

    async def take_roles(self) -> None:
        """Find out which roles the pools may take; new connections take them. To be called after roles were created."""
        async with self.owner() as connection:
            await self._look_at_roles(connection)
        if self.cluster is None:
            await self.reads.renew()
            await self.writes.renew()

    @asynccontextmanager
    async def _opened(self, reads: int, writes: int) -> AsyncIterator[Database]:
        async with self.owner() as connection:
            version = connection.get_server_version()
            check_version(version.major, version.minor)
            self.encoding = connection.get_settings().server_encoding
            await self._look_at_roles(connection)
        self.reads = await self._pool(DatabaseRole.READ_ONLY, size=reads)
        self.writes = await self._pool(DatabaseRole.READ_WRITE, size=writes)
        try:
            yield self
        finally:
            await asyncio.gather(self.reads.close(), self.writes.close())

    async def _look_at_roles(self, connection: asyncpg.Connection) -> None:
        """Which application roles the connected user may switch to, and which of the pools' have no rights."""
        found = await connection.fetch(_ROLES, [DatabaseRole.READ_ONLY, DatabaseRole.READ_WRITE])
        roles = {DatabaseRole(row["rolname"]): row for row in found}
        self._takes_roles = frozenset(role for role, row in roles.items() if row["is_ours"])
        used = self._takes_roles if self.cluster is None else roles.keys()
        self._without_rights = frozenset(role for role in used if roles[role]["reads"] is False)

    async def _pool(self, role: DatabaseRole, *, size: int) -> Pool:
        async def connect(*_: Any, **options: Any) -> asyncpg.Connection:
            return await self._session(role, **options)

        return await Pool.open(connect, size=size, on_loss=self._lost.set)

    async def _session(self, role: DatabaseRole, **options: Any) -> asyncpg.Connection:
        """A new connection, told everything its session is ever told. Raises what asyncpg and the system raise."""
        settings = SESSION[role] | {"application_name": self._application_name}
        if self.cluster is not None:
            options |= self.cluster.arguments(role)
        else:
            options["dsn"] = self._url
            if role in self._takes_roles:
                settings["role"] = str(role)
        options.setdefault("timeout", CONNECT_SECONDS)
        connection = await asyncpg.connect(**options, server_settings=settings)
        await connection.set_type_codec(
            "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
        )
        return connection

    async def _connect(self, role: DatabaseRole, **options: Any) -> asyncpg.Connection:
        """The same; raises DatabaseUnavailableError with the place and the reason on one line (F29)."""
        if self._url is not None and not self._url.startswith(("postgresql://", "postgres://")):
            raise DatabaseUnavailableError("The database URL must begin with postgresql:// or postgres://.")
        if self._url is not None and _is_ambiguous(self._url):
            raise DatabaseUnavailableError(
                "SIGHTLINE_DATABASE_URL has an @, or another special character, as it is: "
                "percent-encode special characters of the password (@ is %40, / is %2F)."
            )
        try:
            return await self._session(role, **options)
        except TimeoutError as error:
            raise DatabaseUnavailableError(f"The database at {self._place()} does not answer.") from error
        except ValueError:
            # What the parser says may quote the password.
            raise DatabaseUnavailableError(
                "The database URL, or an ssl option in it, cannot be used: "
                "expected postgresql://user:password@host:port/database."
            ) from None
        except UNREACHABLE as error:
            raise DatabaseUnavailableError(
                f"The database at {self._place()} cannot be used: {one_line(error)}"
            ) from error

    async def _ask(self) -> None:
        connection = await self._connect(DatabaseRole.READ_ONLY, timeout=ALIVE_SECONDS)
        try:
            if not await connection.fetchval(_READS, timeout=ALIVE_SECONDS):
                raise DatabaseUnavailableError(
                    f"The database at {self._place()} may not be read by its role: run `sightline db upgrade`."
                )
        except UNREACHABLE as error:
            raise DatabaseUnavailableError(f"The database at {self._place()} does not answer.") from error
        finally:
            connection.terminate()

    async def _watch(self, cluster: Cluster) -> None:
        """Start a killed server again without being asked; at once where a pool lost a connection."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._lost.wait()
            self._lost.clear()
            if cluster.postmaster() is None:
                with suppress(EmbeddedServerError):  # tried again in the next round; ensure_alive says why it fails
                    await asyncio.to_thread(cluster.ensure_running)

    def _place(self) -> str:
        """Where the database is, without user and password: of a URL of several @, none is surely the host's."""
        if self._url is None:
            return str(self.cluster.home) if self.cluster else ""
        if self._url.count("@") > 1:
            return "SIGHTLINE_DATABASE_URL"
        parts = urlsplit(self._url)
        host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
        return f"{host}{f':{parts.port}' if parts.port else ''}"


def check_version(major: int, minor: int) -> None:
    """Raise DatabaseUnavailableError for a server without what our tables use (UNIQUE NULLS NOT DISTINCT: 15)."""
    if major < OLDEST_VERSION:
        raise DatabaseUnavailableError(
            f"PostgreSQL {major}.{minor} is too old: Sightline needs PostgreSQL {OLDEST_VERSION} or newer."
        )


def _is_ambiguous(url: str) -> bool:
    """Whether a special character stands in a URL's password as it is, so that a part of it looks like the host."""
    authority, *rest = re.split("[/?#]", url.partition("://")[2], maxsplit=1)
    before, at, _ = "".join(rest).partition("@")
    return authority.count("@") > 1 or (at != "" and "=" not in before)


def _encode_jsonb(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value)  # the version byte of jsonb's binary form


def _decode_jsonb(value: bytes) -> Any:
    return orjson.loads(memoryview(value)[1:])
