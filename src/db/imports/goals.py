"""Which of its program's goals a conversion reached, where the file says so: found by name."""

from __future__ import annotations

import asyncpg

from sightline.db.imports.model import Mapping
from sightline.db.imports.sight import Sight, look_at, only_seen

NAMED = "NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL AND o.goal <> ''"

FIND = f"""
    UPDATE import_order AS o SET goal_id = g.id FROM program_goal AS g
    WHERE {NAMED} AND (g.program_id, g.name) = (o.program_id, o.goal) AND {{seen}}
"""
UNKNOWN = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.goal,
        problem = 'is the name of none of the program''s goals: create the goal first'
    WHERE {NAMED} AND o.goal_id IS NULL
"""
NOTHING = f"""
    UPDATE import_order AS o SET problem_column = $1,
        problem = 'is an order of nothing: its amounts add up to zero, and it names the main goal'
    FROM program_goal AS g WHERE {NAMED} AND o.amount = 0 AND g.id = o.goal_id AND g.is_base
"""


POSSIBLE = f"""
    SELECT DISTINCT g.id FROM import_order AS o
    JOIN program_goal AS g ON (g.program_id, g.name) = (o.program_id, o.goal) WHERE {NAMED}
"""


async def find_goals(connection: asyncpg.Connection, mapping: Mapping, sight: Sight | None) -> None:
    """Give each new conversion the goal that it names; one that names none reached the main goal."""
    goal = mapping.attributes.goal
    if goal is not None:
        await look_at(connection, sight, "program_goal", POSSIBLE)
        await connection.execute(FIND.format(seen=only_seen(sight, "program_goal", "g.id")))
        await connection.execute(UNKNOWN, goal.column)
        await connection.execute(NOTHING, mapping.amounts.price_column)
