"""What each row of a file needs of the user whom the import runs as, as the mutation of one row would need it (A15).

It is asked of rows that are nowhere yet, in tables made like those of the facts: before anything is claimed, so that a
refusal tells nothing of what others have imported (LK15).
"""

from __future__ import annotations

import asyncpg

from sightline.db.imports.facts import (
    ADJUSTMENT_COLUMNS,
    ADJUSTMENT_VALUES,
    CONVERSION_COLUMNS,
    CONVERSION_VALUES,
    locked_after,
)
from sightline.db.imports.model import Mapping
from sightline.db.imports.sight import Sight, look_at, only_seen

LIKE = "CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT NULL::integer AS first_line, * FROM {fact} WITH NO DATA"
NEW_CONVERSIONS = f"""
    INSERT INTO new_conversion (first_line, {CONVERSION_COLUMNS})
    SELECT o.first_line, {CONVERSION_VALUES} AND o.problem IS NULL
"""
CORRECTED = """
    INSERT INTO corrected_conversion SELECT o.first_line, v.* FROM import_order AS o
    JOIN conversion AS v
      ON (v.affiliate_account_id, v.source, v.external_ref) = (o.affiliate_account_id, $1, o.order_key)
    WHERE o.cancelled AND o.problem IS NULL
"""
CORRECTS_NOTHING = "UPDATE import_order SET corrects = false WHERE cancelled AND first_line = ANY ($1::integer[])"
NEW_ADJUSTMENTS = f"""
    INSERT INTO new_adjustment (first_line, {ADJUSTMENT_COLUMNS})
    SELECT o.first_line, {ADJUSTMENT_VALUES} AND o.problem IS NULL
"""
OF_WHOLE_ACCOUNTS = "SELECT first_line, affiliate_account_id FROM new_adjustment WHERE conversion_id IS NULL"
JOINED = """
    SELECT DISTINCT e.id FROM import_order AS o
    JOIN enrollment AS e ON (e.program_id, e.affiliate_account_id) = (o.program_id, o.affiliate_account_id)
    WHERE o.cancelled AND o.problem IS NULL
"""
NEVER_JOINED = """
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.account,
        problem = 'never joined the program: there is nothing to take back'
    WHERE o.cancelled AND o.problem IS NULL AND NOT EXISTS (
        SELECT FROM enrollment AS e
        WHERE (e.program_id, e.affiliate_account_id) = (o.program_id, o.affiliate_account_id) AND {seen}
    )
"""
REFUSE = """
    UPDATE import_order AS o SET problem_column = $2, problem = $3
    WHERE problem IS NULL AND cancelled = $4 AND first_line = ANY ($1::integer[])
"""

UNREACHED = "would be a conversion that your role does not reach: its status or its program is beyond it"
UNSEEN = "is an amount of a kind that you do not see there, so you may not give it"
NOT_TAKEN_BACK = "takes back what your role does not reach, or an amount that you do not see"


async def refuse_forbidden(connection: asyncpg.Connection, mapping: Mapping, sight: Sight) -> None:
    """Give every order a problem of which the user may not do what it asks for."""
    await connection.execute(LIKE.format(table="new_conversion", fact="conversion"))
    await connection.execute(NEW_CONVERSIONS, mapping.source, locked_after(mapping))
    price = mapping.amounts.price_column
    for verb, column, problem in (
        ("conversion:decide", mapping.status.column, UNREACHED),
        ("conversion:give_sale_amount", price, UNSEEN),
        ("conversion:give_payout", mapping.payout, UNSEEN),
        ("conversion:give_revenue", mapping.revenue, UNSEEN),
    ):
        # Amounts that a commission plan says are nobody's to give.
        if column is not None or problem == UNREACHED:
            undone = await sight.undone(verb, "new_conversion")
            await connection.execute(REFUSE, undone, column, problem, False)
    if mapping.cancellation is not None:
        await _refuse_cancellations(connection, mapping, mapping.cancellation.reason, sight)


async def _refuse_cancellations(connection: asyncpg.Connection, mapping: Mapping, reason: str, sight: Sight) -> None:
    await look_at(connection, sight, "enrollment", JOINED)
    never = NEVER_JOINED.format(seen=only_seen(sight, "enrollment", "e.id"))
    await connection.execute(never, mapping.account.cell.column)
    # A conversion that he may not correct is none to him: what takes it back is of the account as a whole.
    await connection.execute(LIKE.format(table="corrected_conversion", fact="conversion"))
    await connection.execute(CORRECTED, mapping.source)
    await connection.execute(CORRECTS_NOTHING, await sight.undone("conversion:adjust", "corrected_conversion"))
    await connection.execute(LIKE.format(table="new_adjustment", fact="adjustment"))
    await connection.execute(NEW_ADJUSTMENTS, mapping.source, reason)
    whole = [tuple(row) for row in await connection.fetch(OF_WHOLE_ACCOUNTS)]
    adjusted = await sight.does("affiliate_account:adjust", {account for _, account in whole})
    refused = [line for line, account in whole if account not in adjusted]
    refused += await sight.undone("adjustment:create", "new_adjustment")
    await connection.execute(REFUSE, refused, mapping.amounts.price_column, NOT_TAKEN_BACK, True)
