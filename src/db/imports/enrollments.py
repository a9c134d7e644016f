"""Which enrollment a conversion belongs to: that of its account and source in its program, in force at its moment."""

from __future__ import annotations

import asyncpg

from sightline.db.imports.creation import Creator
from sightline.db.imports.model import Mapping
from sightline.db.imports.references import OR_CREATE
from sightline.db.imports.sight import Sight, look_at, only_seen

# An event before the enrollment's beginning is taken by the first one: orders of the past are imported after the fact.
FIND = """
    WITH candidate AS (
        SELECT DISTINCT ON (o.first_line, e.traffic_source_id) o.first_line, e.id, e.traffic_source_id
        FROM import_order AS o
        JOIN enrollment AS e ON (e.program_id, e.affiliate_account_id) = (o.program_id, o.affiliate_account_id)
        WHERE NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL
          AND e.id = coalesce(o.enrollment_id, e.id)
          AND e.traffic_source_id = coalesce(o.traffic_source_id, e.traffic_source_id)
          AND (e.ended_at IS NULL OR e.ended_at > o.event_at) AND {seen}
        ORDER BY o.first_line, e.traffic_source_id, coalesce(e.ended_at, 'infinity')
    ), counted AS (
        SELECT first_line, count(*) AS n, min(id) AS id, min(traffic_source_id) AS traffic_source_id
        FROM candidate GROUP BY first_line
    )
    UPDATE import_order AS o
    SET enrollment_id = CASE WHEN n = 1 THEN c.id END, traffic_source_id = CASE WHEN n = 1 THEN c.traffic_source_id END,
        problem_column = CASE WHEN n > 1 THEN $1 END, problem_value = CASE WHEN n > 1 THEN o.account END,
        problem = CASE WHEN n > 1 THEN 'is enrolled in the program with ' || n
                       || ' traffic sources: name one in the mapping' END
    FROM counted AS c WHERE c.first_line = o.first_line
"""
# A tracker's enrollment may have ended, or belong to another program: then it is not the one.
UNFOUND = """
    SELECT o.* FROM import_order AS o
    WHERE NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL
      AND NOT EXISTS (SELECT FROM enrollment AS e WHERE e.id = o.enrollment_id AND e.program_id = o.program_id
                      AND e.affiliate_account_id = o.affiliate_account_id
                      AND (e.ended_at IS NULL OR e.ended_at > o.event_at))
"""
POSSIBLE = """
    SELECT DISTINCT e.id FROM import_order AS o
    JOIN enrollment AS e ON (e.program_id, e.affiliate_account_id) = (o.program_id, o.affiliate_account_id)
    WHERE NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL
"""
CHOSEN = "SELECT DISTINCT enrollment_id FROM import_order WHERE enrollment_id IS NOT NULL AND problem IS NULL"
NOT_THEIRS = """
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.account,
        problem = 'has an enrollment there for which you may not record conversions'
    WHERE NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL AND o.enrollment_id <> ALL ($2::bigint[])
"""
MISSING = f"""
    SELECT u.program_id, u.affiliate_account_id, u.traffic_source_id, min(u.first_line) AS line
    FROM ({UNFOUND}) AS u WHERE u.enrollment_id IS NULL GROUP BY 1, 2, 3 ORDER BY line
"""
SOURCES = """
    SELECT a.partner_profile_id, a.name, count(s.id) AS n, min(s.id) AS source_id
    FROM affiliate_account AS a LEFT JOIN traffic_source AS s ON s.partner_profile_id = a.partner_profile_id
    WHERE a.id = $1 GROUP BY a.partner_profile_id, a.name
"""
TAKEN = """
    SELECT EXISTS (SELECT FROM enrollment WHERE program_id = $1 AND traffic_source_id = $2
                   AND state IN ('APPLIED', 'INVITED', 'ACTIVE'))
"""
REFUSE = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.account,
        problem = 'has no enrollment in the program at that time: enroll it' || $2
    FROM ({UNFOUND}) AS u WHERE u.first_line = o.first_line
"""


async def find_enrollments(
    connection: asyncpg.Connection, mapping: Mapping, creator: Creator | None, sight: Sight | None
) -> None:
    """Give each new conversion its enrollment, making those that are missing if there is a creator.

    With a sight, only an enrollment that its user sees counts, and only for whom he may record conversions.
    """
    column = mapping.account.cell.column
    await look_at(connection, sight, "enrollment", POSSIBLE)
    find = FIND.format(seen=only_seen(sight, "enrollment", "e.id"))
    await connection.execute(find, column)
    if creator is not None:
        for row in await connection.fetch(MISSING):
            await _create(connection, creator, row)
        await connection.execute(find, column)
    await connection.execute(REFUSE, column, "" if sight is not None else _advice(creator))
    if sight is not None:
        chosen = [row["enrollment_id"] for row in await connection.fetch(CHOSEN)]
        await connection.execute(NOT_THEIRS, column, sorted(await sight.does("conversion:create", chosen)))


def _advice(creator: Creator | None) -> str:
    return OR_CREATE if creator is None else "; its source is taken, or not named"


async def _create(connection: asyncpg.Connection, creator: Creator, row: asyncpg.Record) -> None:
    """Make one enrollment, unless the source's part in the program is somebody else's or undecided."""
    program_id, account_id, source_id, line = row
    if source_id is None:
        profile_id, name, sources, only_source = await connection.fetchrow(SOURCES, account_id)
        if sources > 1:
            return
        source_id = only_source or await creator.source_of(profile_id, name, line)
    if not await connection.fetchval(TAKEN, program_id, source_id):
        await creator.enrollment(line, program_id, account_id, source_id)
