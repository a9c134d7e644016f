"""Corrections of a sale amount that advertisers of INTERMEDIATED programs ask for."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STATUS = """
    ALTER TABLE conversion_proposal ADD CONSTRAINT ck_conversion_proposal_status
        CHECK (status IN ('APPROVED', 'REJECTED', 'REVERSED'){otherwise})
"""
_CORRECTION = """
    ALTER TABLE conversion_proposal ADD CONSTRAINT ck_conversion_proposal_sale_adjustment
        CHECK (sale_adjustment IS NULL OR sale_adjustment <> 0 AND status NOT IN ('REJECTED', 'REVERSED'))
"""
_PROPOSAL = "COMMENT ON TABLE conversion_proposal IS '{}'"
_COLUMN = "COMMENT ON COLUMN conversion_proposal.{} IS '{}'"
_COMMENTS = (
    _PROPOSAL.format(
        "What the advertiser of an INTERMEDIATED program asks for: a status, a correction; the operator decides (SM4)."
    ),
    _COLUMN.format("status", "The status that is asked for; with a correction alone, the one it had."),
    _COLUMN.format(
        "sale_adjustment",
        "What shall be added to the sale amount, in the currency of the conversion; negative takes away.",
    ),
)
_FORMER_COMMENTS = (
    _PROPOSAL.format("A status that the advertiser of an INTERMEDIATED program asks for; the operator decides (SM4)."),
    _COLUMN.format("status", "The status that is asked for."),
)


def upgrade() -> None:
    """Add the column, and let a proposal that has it leave the status as it is."""
    op.execute("ALTER TABLE conversion_proposal ADD COLUMN sale_adjustment NUMERIC(20, 4)")
    op.execute("ALTER TABLE conversion_proposal DROP CONSTRAINT ck_conversion_proposal_status")
    for statement in (_STATUS.format(otherwise=" OR sale_adjustment IS NOT NULL"), _CORRECTION, *_COMMENTS):
        op.execute(statement)


def downgrade() -> None:
    """Drop the column with the proposals that ask for a correction: without it they would ask for something else."""
    op.execute("DELETE FROM conversion_proposal WHERE sale_adjustment IS NOT NULL")
    op.execute("ALTER TABLE conversion_proposal DROP CONSTRAINT ck_conversion_proposal_status")
    op.execute("ALTER TABLE conversion_proposal DROP COLUMN sale_adjustment")
    for statement in (_STATUS.format(otherwise=""), *_FORMER_COMMENTS):
        op.execute(statement)
