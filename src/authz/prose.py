"""The rules in words: the interpreter of mask cells that writes descriptions and policy pages."""

from __future__ import annotations

from collections.abc import Collection

from sightline.authz.classes import FieldClass
from sightline.authz.entities import EntityRule
from sightline.authz.expr import FALSE, TRUE, And, Condition, Expr, Holds, Not, Or, all_of
from sightline.authz.masks import MASKS
from sightline.authz.paths import LISTED, Flag, PathKind

_KINDS = {
    PathKind.ORGANIZATION: "members of the organization",
    PathKind.ORG_ADVERTISER: "the advertiser's organization",
    PathKind.ORG_PARTNER: "the partner's organization",
    PathKind.PLATFORM: "platform staff",
    PathKind.COLLABORATOR: "collaborators of the account",
    PathKind.COMPANY: "members of the company",
    PathKind.COUNTERPARTY_ADVERTISER: "advertisers working with the partner",
    PathKind.COUNTERPARTY_PARTNER: "partners working with the program",
    PathKind.PUBLIC: "everybody signed in",
    PathKind.SELF: "the user concerned",
}
_FLAGS = {
    Flag.FULL: "a member",
    Flag.ADMIN: "an admin",
    Flag.HIDES_PARTNER_NAMES: "a guest from whom partner names are hidden",
    Flag.SEE_REVENUE: "with the revenue switch",
    Flag.SEE_PAYOUT: "with the payout switch",
    Flag.SEE_SALE_AMOUNT: "with the sale amount switch",
    Flag.ASSIGNED_ADVERTISERS: "limited to assigned advertisers",
    Flag.LIMITED_STATUSES: "limited to some statuses",
    Flag.COLLABORATOR_OWNER: "as owner",
    Flag.COMPANY_OWNER: "as owner of the company",
}
_CONDITIONS = {
    "DIRECT": "in DIRECT programs",
    "SHARED_SALE_AMOUNT": "where the program shares sale amounts",
    "SETTLED": "once invoiced",
    "MANAGED": "who may manage it",
    "PLAN_OF_REACHED_ACCOUNT": "for accounts they see",
}


def audience(classes: Collection[FieldClass], rule: EntityRule) -> str:
    """Who sees a field of these classes on an entity's rows: each kind of path that can hold them, with what it needs.

    Empty where everybody does who sees the row at all.
    """
    cells = {
        kind: all_of(*(FALSE if rule.withholds(kind, each) else MASKS[kind].get(each, FALSE) for each in classes))
        for kind in PathKind
        if kind in rule.rows
    }
    if all(cell == TRUE for cell in cells.values()):
        return ""
    return "; ".join(
        _KINDS[kind] if cell == TRUE else f"{_KINDS[kind]} ({describe(cell)})"
        for kind, cell in cells.items()
        if cell != FALSE
    )


def _token(token: str) -> str:
    if token in LISTED.values():
        return f"with the report column {token.removeprefix('list:')}"
    return token.replace(":R", " R").replace(":W", " W")


def describe(cell: Expr) -> str:
    """A cell of the mask table in words."""
    match cell:
        case Holds(token):
            return _FLAGS[Flag(token)] if token in set(Flag) else _token(token)
        case Condition(name):
            return _CONDITIONS[name]
        case And(parts):
            return " and ".join(f"({describe(part)})" if isinstance(part, Or) else describe(part) for part in parts)
        case Or(parts):
            return " or ".join(f"({describe(part)})" if isinstance(part, And) else describe(part) for part in parts)
        case Not(part):
            return f"not {describe(part)}"
        case _:
            raise TypeError(f"{cell} is no part of a mask cell")
