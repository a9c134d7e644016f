"""What a row set is bounded to, read off its form: what lets a page be read from a few short index ranges.

Nothing here decides who sees what. A bound is a superset of the accounts that the rows belong to, so adding it to the
row filter, which always stays, changes no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.authz.expr import FALSE, And, Exists, Expr, In, Or

ACCOUNT = "affiliate_account_id"
PARTNER_ORGANIZATION = "partner_org_id"


@dataclass(frozen=True, slots=True)
class AccountBounds:
    """Every row belongs to an account of `accounts`, or to one of an organization of `organizations`.

    Both hold names of bind parameters. Empty bounds are those of a row set that has no rows.
    """

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()

    def __or__(self, other: AccountBounds) -> AccountBounds:
        return AccountBounds(self.accounts | other.accounts, self.organizations | other.organizations)


def account_bounds(rows: Expr) -> AccountBounds | None:
    """The bounds of a fact's folded row filter; None where some part of it is bounded to no accounts.

    A fact's partner organization is that of its account (a composite foreign key), so it bounds as the account does.
    """
    match rows:
        case In(column, parameter) if column == ACCOUNT:
            return AccountBounds(accounts=frozenset({parameter}))
        case In(column, parameter) if column == PARTNER_ORGANIZATION:
            return AccountBounds(organizations=frozenset({parameter}))
        case Exists(edge, where) if (ACCOUNT, ACCOUNT) in edge.on:
            return account_bounds(where)
        case And(parts):
            bounded = [bounds for part in parts if (bounds := account_bounds(part)) is not None]
            # One bound is enough; that which names accounts needs no look at organizations.
            return min(bounded, key=lambda bounds: len(bounds.organizations), default=None)
        case Or(parts):
            union = AccountBounds()
            for part in parts:
                bounds = account_bounds(part)
                if bounds is None:
                    return None
                union |= bounds
            return union
        case _:
            return AccountBounds() if rows == FALSE else None


def required(rows: Expr) -> frozenset[In]:
    """The memberships that every row of a folded filter must meet: its top-level conjuncts of that form."""
    parts = rows.parts if isinstance(rows, And) else (rows,)
    return frozenset(part for part in parts if isinstance(part, In))
