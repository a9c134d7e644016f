"""From lines to orders: what belongs together, what contradicts itself, and what was imported before.

Every statement works on all rows at once; a row that got a `problem` is left alone from then on.
"""

from __future__ import annotations

import asyncpg

from sightline.db.exchange import EXCHANGE_RATE
from sightline.db.imports.model import Cell, Mapping

MOST_ITEMS = 32767  # `conversion_item.n` is a smallint

# The lines of an order need not stand together: an order is known by its key alone. Its cancelled lines are apart.
GROUP = """
    WITH first AS (
        SELECT DISTINCT ON (order_key, cancelled) * FROM import_line WHERE problem IS NULL
        ORDER BY order_key, cancelled, line
    ), contradicted AS (
        UPDATE import_line AS l
        SET problem_column = CASE {columns} END, problem_value = CASE {values} END,
            problem = 'contradicts line ' || first.line || ' of the same order'
        FROM first
        WHERE (l.order_key, l.cancelled) = (first.order_key, first.cancelled) AND l.problem IS NULL AND ({differs})
        RETURNING l.line
    ), total AS (
        SELECT order_key, cancelled, min(event_at) AS event_at, sum(amount) AS amount, sum(payout) AS payout,
               sum(revenue) AS revenue, count(*) AS lines
        FROM import_line AS l
        WHERE problem IS NULL AND NOT EXISTS (SELECT FROM contradicted AS c WHERE c.line = l.line)
        GROUP BY order_key, cancelled
    )
    INSERT INTO import_order (
        first_line, order_key, cancelled, event_at, program, account, traffic_source, currency, exchange_rate, status,
        country, device, promo_code, customer_status, goal, amount, payout, revenue, lines, repeated
    )
    SELECT first.line, order_key, cancelled, total.event_at, program, account, traffic_source, currency, exchange_rate,
           status, country, device, promo_code, customer_status, goal, total.amount, total.payout, total.revenue,
           total.lines, ${known} AND EXISTS (
               SELECT FROM import_claim AS c
               WHERE c.claim_key = CASE WHEN cancelled THEN 'adjustment' ELSE 'conversion' END
                 AND c.source = ${source} AND c.external_ref = order_key
           )
    FROM first JOIN total USING (order_key, cancelled)
"""

# An order of nothing quotes no value of its own: each of its lines shows the cell that makes it so. What is done beside
# the main goal, such as registering, may cost nothing.
CHECK = """
    UPDATE import_order
    SET problem_column = CASE WHEN lines > $1 THEN $2 ELSE $3 END,
        problem_value = CASE WHEN lines > $1 THEN order_key END,
        problem = CASE
            WHEN lines > $1 THEN 'is an order of more lines than a conversion can have (' || $1 || ')'
            WHEN cancelled THEN 'takes nothing back: the amounts of the cancellation add up to zero'
            ELSE 'is an order of nothing: its amounts add up to zero'
        END
    WHERE NOT repeated AND (amount = 0 AND (cancelled OR goal = '') OR lines > $1)
"""

# What the file itself does not say.
EXCHANGE = f"""
    UPDATE import_order AS o SET exchange_rate = {EXCHANGE_RATE.format(currency="o.currency", moment="o.event_at")}
    WHERE NOT repeated AND exchange_rate IS NULL AND problem IS NULL
"""
NO_EXCHANGE = """
    UPDATE import_order SET problem_column = $1, problem_value = currency,
        problem = 'has no exchange rate for ' || to_char(event_at AT TIME ZONE 'UTC', 'YYYY-MM')
                  || ': give exchange_rate in the mapping, or the rates in the platform''s settings'
    WHERE NOT repeated AND exchange_rate IS NULL AND problem IS NULL
"""


def _column(cell: Cell | None) -> str | None:
    return cell.column if cell else None


def order_columns(mapping: Mapping) -> dict[str, str | None]:
    """The columns that all lines of an order must agree in, with the file's name of each; None for a constant."""
    attributes = mapping.attributes
    return {
        "program": _column(mapping.program.cell if mapping.program else None),
        "account": mapping.account.cell.column,
        "traffic_source": _column(mapping.traffic_source.cell if mapping.traffic_source else None),
        "currency": mapping.currency.column,
        "exchange_rate": _column(mapping.exchange_rate),
        "status": mapping.status.column,
        "country": _column(attributes.country),
        "device": _column(attributes.device),
        "promo_code": _column(attributes.promo_code),
        "customer_status": _column(attributes.customer_status),
        "goal": _column(attributes.goal),
    }


async def gather_orders(connection: asyncpg.Connection, mapping: Mapping, *, known: bool) -> None:
    """Fill `import_order`. Lines that contradict the first line of their order are left out of it (their `problem`).

    Where repeats are not `known` from the beginning, they are checked like what is new: else somebody could tell what
    others have imported by what is accepted in spite of naming nothing (A15, LK15).
    """
    named = order_columns(mapping)
    differs = {column: f"l.{column} IS DISTINCT FROM first.{column}" for column in named}
    statement = GROUP.format(
        columns=" ".join(f"WHEN {test} THEN ${n}::text" for n, test in enumerate(differs.values(), 1)),
        values=" ".join(f"WHEN {test} THEN l.{column}::text" for column, test in differs.items()),
        differs=" OR ".join(differs.values()),
        source=len(named) + 1,
        known=f"{len(named) + 2}::boolean",
    )
    await connection.execute(statement, *named.values(), mapping.source, known)
    await connection.execute(CHECK, MOST_ITEMS, mapping.order_key[0], mapping.amounts.price_column)
    await connection.execute(EXCHANGE)
    await connection.execute(NO_EXCHANGE, mapping.currency.column)
    await connection.execute("ANALYZE import_order")
