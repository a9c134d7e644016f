"""What paths, tokens, conditions, tables and columns are called; what is not here is called by its own name."""

from __future__ import annotations

from sightline.authz.expr import Token
from sightline.authz.paths import LISTED, Attribute, Flag, PathKind

KINDS = {
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

# How a token is said where it is held, and where it is not.
_FLAGS = {
    Flag.BELONGS: ("belonging to the organization", "not belonging to the organization"),
    Flag.FULL: ("as admin, member or guest", "not as admin, member or guest"),
    Flag.ADMIN: ("as admin", "not as admin"),
    Flag.EDITS: ("as admin or member", "not as admin or member"),
    Flag.BY_KEY: ("with a key", "in person, with no key"),
    Flag.HIDES_PARTNER_NAMES: (
        "as a guest from whom partner names are hidden",
        "not as a guest from whom partner names are hidden",
    ),
    Flag.HIDES_ARCHIVED_PROFILES: ("not shown archived profiles", "shown archived profiles"),
    Flag.APPROVED_ADVERTISER: ("with an approved advertiser", "without an approved advertiser"),
    Flag.SEE_REVENUE: ("with the revenue switch", "without the revenue switch"),
    Flag.SEE_PAYOUT: ("with the payout switch", "without the payout switch"),
    Flag.SEE_SALE_AMOUNT: ("with the sale amount switch", "without the sale amount switch"),
    Flag.ASSIGNED_ACCOUNTS: ("limited to assigned accounts", "not limited to assigned accounts"),
    Flag.ASSIGNED_ADVERTISERS: ("limited to assigned advertisers", "not limited to assigned advertisers"),
    Flag.LIMITED_STATUSES: ("limited to some statuses", "not limited to some statuses"),
    Flag.LISTED_PROGRAMS: ("limited to listed programs", "not limited to listed programs"),
    Flag.LISTED_LINES: ("limited to listed product lines", "not limited to listed product lines"),
    Flag.COLLABORATOR_OWNER: ("as owner", "not as owner"),
    Flag.COLLABORATOR_MANAGER: ("as manager", "not as manager"),
    Flag.COMPANY_OWNER: ("as owner of the company", "not as owner of the company"),
}
_CONDITIONS = {
    "DIRECT": ("in DIRECT programs", "in other than DIRECT programs"),
    "SHARED_SALE_AMOUNT": ("where the program shares sale amounts", "where the program shares no sale amounts"),
    "SETTLED": ("once invoiced", "before it is invoiced"),
    "MANAGED": ("with the right to manage it", "without the right to manage it"),
    "PLAN_OF_REACHED_ACCOUNT": ("for accounts they see", "for accounts they do not see"),
}
_TABLES = {"app_user": "user", "role_assignment": "membership", "payout_invoice_line": "invoice line"}
_COLUMNS = {
    "advertiser_org_id": "advertiser's organization",
    "partner_org_id": "partner's organization",
    "payer_org_id": "payer's organization",
    "created_by_id": "creator",
    "share_sale_amount": "as sharing sale amounts",
}

# Of rows whose own id, and of rows one of whose columns, is among the values of an attribute.
ATTRIBUTES = {
    Attribute.USER: ("being you", "is you"),
    Attribute.ORGANIZATIONS: ("being yours", "is yours"),
    Attribute.ACCOUNTS: ("you collaborate on", "is one you collaborate on"),
    Attribute.COMPANIES: ("you have access to", "is one you have access to"),
    Attribute.ASSIGNED_ACCOUNTS: ("assigned to you", "is assigned to you"),
    Attribute.ASSIGNED_ADVERTISERS: ("assigned to you", "is assigned to you"),
    Attribute.PROGRAMS: ("among the listed programs", "is among the listed ones"),
    Attribute.PRODUCT_LINES: ("among the listed product lines", "is among the listed ones"),
    Attribute.STATUSES: ("among the statuses of the role", "is among those of the role"),
}


def token(held: Token, *, lacking: bool = False) -> str:
    """A token that a path holds, or lacks: `with TRANSACTIONS R`, `as owner`."""
    if held in set(Flag):
        return _FLAGS[Flag(held)][lacking]
    key, _, level = held.partition(":")
    said = f"the report column {level}" if held in LISTED.values() else f"{key} {level}"
    return f"{'without' if lacking else 'with'} {said}"


def condition(name: str, *, lacking: bool = False) -> str:
    """A condition that holds on a row, or does not."""
    plain = name.lower().replace("_", " ")
    return _CONDITIONS.get(name, (f"where it is {plain}", f"where it is not {plain}"))[lacking]


def table(name: str) -> str:
    """One row of a table, without an article."""
    return _TABLES.get(name, name.replace("_", " "))


def column(name: str) -> str:
    """A column, without an article: a reference is called like what it leads to."""
    return _COLUMNS.get(name, name.removesuffix("_id").replace("_", " "))


def a(noun: str) -> str:
    """The noun with its indefinite article."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def listed(parts: list[str], word: str) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} {word} {last}" if first else last
