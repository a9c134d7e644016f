"""Finding the program, affiliate account and traffic source that orders name, each combination once.

What is not found, or found twice, is the combination's `problem`; `creation` may come first and make it. With a sight,
only what its user sees is there to be found (A15).
"""

from __future__ import annotations

import asyncpg

from sightline.db.imports.model import AccountKey, Mapping, ProgramKey, SourceKey
from sightline.db.imports.sight import Sight, look_at, only_seen, read_ids, said_id

COLLECT = """
    INSERT INTO import_reference (first_line, program, account, traffic_source)
    SELECT min(first_line), program, account, traffic_source FROM import_order
    WHERE NOT repeated AND problem IS NULL GROUP BY program, account, traffic_source
"""

PROGRAM_KEYS = {ProgramKey.NAME: "p.name"}
ACCOUNT_KEYS = {AccountKey.NAME: "a.name", AccountKey.EXTERNAL_ID: "a.external_id"}
SOURCE_KEYS = {SourceKey.NAME: "s.name", SourceKey.URL: "s.url"}

FIND_PROGRAM = """
    WITH found AS (
        SELECT {key} AS key, min(p.id) AS id, count(*) AS n FROM program AS p
        WHERE {key} IN (SELECT program FROM import_reference) AND {seen} GROUP BY 1
    )
    UPDATE import_reference AS r SET program_id = CASE WHEN n = 1 THEN found.id END,
        problem_column = CASE WHEN n > 1 THEN $1 END, problem_value = CASE WHEN n > 1 THEN r.program END,
        problem = CASE WHEN n > 1 THEN 'is the name of ' || n || ' programs: name it by its id' END
    FROM found WHERE r.program = found.key AND r.program_id IS NULL AND r.problem IS NULL
"""

FIND_ACCOUNT = """
    WITH found AS (
        SELECT {key} AS key, min(a.id) AS id, min(a.partner_profile_id) AS partner_profile_id, count(*) AS n
        FROM affiliate_account AS a WHERE {key} IN (SELECT account FROM import_reference) AND {seen} GROUP BY 1
    )
    UPDATE import_reference AS r SET affiliate_account_id = CASE WHEN n = 1 THEN found.id END,
        partner_profile_id = CASE WHEN n = 1 THEN found.partner_profile_id END,
        problem_column = CASE WHEN n > 1 THEN $1 END, problem_value = CASE WHEN n > 1 THEN r.account END,
        problem = CASE WHEN n > 1 THEN 'is the name of ' || n || ' affiliate accounts: name it by its external_id' END
    FROM found WHERE r.account = found.key AND r.affiliate_account_id IS NULL AND r.problem IS NULL
"""

FIND_TRACKER = """
    UPDATE import_reference AS r
    SET affiliate_account_id = a.id, partner_profile_id = a.partner_profile_id, enrollment_id = t.enrollment_id,
        program_id = coalesce(r.program_id, e.program_id),
        traffic_source_id = coalesce(r.traffic_source_id, e.traffic_source_id)
    FROM tracker AS t JOIN affiliate_account AS a ON a.id = t.affiliate_account_id
    LEFT JOIN enrollment AS e ON e.id = t.enrollment_id AND {enrollment_seen}
    WHERE t.code = r.account AND r.affiliate_account_id IS NULL AND r.problem IS NULL AND {seen} AND {account_seen}
"""

FIND_SOURCE = """
    WITH found AS (
        SELECT {key} AS key, s.partner_profile_id, min(s.id) AS id, count(*) AS n FROM traffic_source AS s
        WHERE {key} IN (SELECT traffic_source FROM import_reference) AND {seen} GROUP BY 1, 2
    )
    UPDATE import_reference AS r SET traffic_source_id = CASE WHEN n = 1 THEN found.id END,
        problem_column = CASE WHEN n > 1 THEN $1 END, problem_value = CASE WHEN n > 1 THEN r.traffic_source END,
        problem = CASE WHEN n > 1 THEN 'is the name of ' || n || ' of the partner''s sources: name it by its id' END
    FROM found
    WHERE (r.traffic_source, r.partner_profile_id) = (found.key, found.partner_profile_id)
      AND r.traffic_source_id IS NULL AND r.problem IS NULL
"""

MISSING_ACCOUNT = """
    UPDATE import_reference SET problem_column = $1, problem_value = account, problem = $2
    WHERE affiliate_account_id IS NULL AND problem IS NULL
"""
MISSING_PROGRAM = """
    UPDATE import_reference
    SET problem_column = $1, problem_value = CASE WHEN program = '' THEN account ELSE program END, problem = $2
    WHERE program_id IS NULL AND problem IS NULL
"""
MISSING_SOURCE = """
    UPDATE import_reference SET problem_column = $1, problem_value = traffic_source, problem = $2
    WHERE traffic_source_id IS NULL AND traffic_source <> '' AND problem IS NULL
"""
APPLY = """
    UPDATE import_order AS o
    SET program_id = r.program_id, affiliate_account_id = r.affiliate_account_id,
        traffic_source_id = r.traffic_source_id, enrollment_id = r.enrollment_id,
        problem_column = r.problem_column, problem_value = r.problem_value, problem = r.problem
    FROM import_reference AS r
    WHERE (o.program, o.account, o.traffic_source) = (r.program, r.account, r.traffic_source)
      AND NOT o.repeated AND o.problem IS NULL
"""

NO_ACCOUNT = {
    AccountKey.ID: "is no affiliate account's id: create the account first",
    AccountKey.NAME: "is no affiliate account's name: create it first",
    AccountKey.EXTERNAL_ID: "is no affiliate account's external_id: create it first",
    AccountKey.TRACKER_CODE: "is no tracker's code: create the tracker first",
}
CREATABLE = (AccountKey.NAME, AccountKey.EXTERNAL_ID)
OR_CREATE = ", or import with --create-missing"

NAMED_PROGRAMS = "SELECT p.id FROM program AS p WHERE {key} IN (SELECT program FROM import_reference)"
NAMED_ACCOUNTS = "SELECT a.id FROM affiliate_account AS a WHERE {key} IN (SELECT account FROM import_reference)"
NAMED_SOURCES = "SELECT s.id FROM traffic_source AS s WHERE {key} IN (SELECT traffic_source FROM import_reference)"
NAMED_TRACKERS = "SELECT t.{column} FROM tracker AS t WHERE t.code IN (SELECT account FROM import_reference)"
OF_TRACKERS = {"tracker": "id", "affiliate_account": "affiliate_account_id", "enrollment": "enrollment_id"}
# A tracker's enrollment names program and source too: whoever does not see these is not told them either.
TRACKED = """
    SELECT e.{column} FROM tracker AS t JOIN enrollment AS e ON e.id = t.enrollment_id
    WHERE t.code IN (SELECT account FROM import_reference)
"""


async def collect_references(connection: asyncpg.Connection) -> None:
    """Fill `import_reference` with what orders name that were not imported before."""
    await connection.execute(COLLECT)


async def find_programs(connection: asyncpg.Connection, mapping: Mapping, sight: Sight | None) -> None:
    """Give each reference its program, where the mapping names one."""
    if mapping.program is None:
        return
    if mapping.program.by is ProgramKey.ID:
        await read_ids(connection, sight, "program", "SELECT DISTINCT program FROM import_reference")
    key = PROGRAM_KEYS.get(mapping.program.by) or said_id(sight, "program", "p.id")
    await look_at(connection, sight, "program", NAMED_PROGRAMS.format(key=key))
    seen = only_seen(sight, "program", "p.id")
    await connection.execute(FIND_PROGRAM.format(key=key, seen=seen), mapping.program.cell.column)


async def find_accounts(connection: asyncpg.Connection, mapping: Mapping, sight: Sight | None) -> None:
    """Give each reference its affiliate account; a tracker's enrollment names program and source too."""
    lookup = mapping.account
    if lookup.by is AccountKey.TRACKER_CODE:
        await _find_trackers(connection, sight)
        return
    if lookup.by is AccountKey.ID:
        await read_ids(connection, sight, "affiliate_account", "SELECT DISTINCT account FROM import_reference")
    key = ACCOUNT_KEYS.get(lookup.by) or said_id(sight, "affiliate_account", "a.id")
    await look_at(connection, sight, "affiliate_account", NAMED_ACCOUNTS.format(key=key))
    seen = only_seen(sight, "affiliate_account", "a.id")
    await connection.execute(FIND_ACCOUNT.format(key=key, seen=seen), lookup.cell.column)


async def _find_trackers(connection: asyncpg.Connection, sight: Sight | None) -> None:
    for entity, column in OF_TRACKERS.items():
        await look_at(connection, sight, entity, NAMED_TRACKERS.format(column=column))
    for entity in ("program", "traffic_source"):
        await look_at(connection, sight, entity, TRACKED.format(column=f"{entity}_id"))
    parts = {"enrollment": "e.id", "program": "e.program_id", "traffic_source": "e.traffic_source_id"}
    statement = FIND_TRACKER.format(
        seen=only_seen(sight, "tracker", "t.id"),
        account_seen=only_seen(sight, "affiliate_account", "a.id"),
        enrollment_seen=" AND ".join(only_seen(sight, entity, column) for entity, column in parts.items()),
    )
    await connection.execute(statement)


async def find_sources(connection: asyncpg.Connection, mapping: Mapping, sight: Sight | None) -> None:
    """Give each reference its traffic source, where the mapping names one."""
    lookup = mapping.traffic_source
    if lookup is None:
        return
    if lookup.by is SourceKey.ID:
        await read_ids(connection, sight, "traffic_source", "SELECT DISTINCT traffic_source FROM import_reference")
    key = SOURCE_KEYS.get(lookup.by) or said_id(sight, "traffic_source", "s.id")
    await look_at(connection, sight, "traffic_source", NAMED_SOURCES.format(key=key))
    seen = only_seen(sight, "traffic_source", "s.id")
    await connection.execute(FIND_SOURCE.format(key=key, seen=seen), lookup.cell.column)


async def refuse_missing(connection: asyncpg.Connection, mapping: Mapping, *, creatable: bool) -> None:
    """Whatever is still not found is a problem, said the same way whether it exists elsewhere or not (A15).

    `creatable` says that whoever reads of it could import again and have it created.
    """
    account = mapping.account
    hint = OR_CREATE if creatable and account.by in CREATABLE else ""
    await connection.execute(MISSING_ACCOUNT, account.cell.column, NO_ACCOUNT[account.by] + hint)
    if mapping.program is None:
        column, missing = account.cell.column, "is a tracker of no enrollment: name the program in the mapping"
    else:
        column, missing = mapping.program.cell.column, f"is no program's {mapping.program.by}: create the program first"
    await connection.execute(MISSING_PROGRAM, column, missing)
    if mapping.traffic_source is not None:
        missing = f"is the {mapping.traffic_source.by} of none of the partner's traffic sources"
        await connection.execute(MISSING_SOURCE, mapping.traffic_source.cell.column, missing)


async def apply_references(connection: asyncpg.Connection) -> None:
    """Carry what was found, or what was wrong, over to the orders."""
    await connection.execute(APPLY)
