"""The vocabulary of field classes: what a column may reveal, said once, at the column.

Every column of every table carries either one or more classes (all of which a path must hold: M5) or one marker.
A class names a kind of information, never a field, so that a new column joins the policy by naming its class.
"""

from __future__ import annotations

from enum import StrEnum


class FieldClass(StrEnum):
    """A kind of information that an access path may hold or lack. Source: docs/rules.md, "Field classes"."""

    TRAFFIC = "traffic"
    CONVERSIONS = "conversions"
    SALE_AMOUNT = "sale_amount"
    REVENUE = "revenue"
    PAYOUT = "payout"
    PAYOUT_INVOICE = "payout_invoice"
    PAYOUT_METHOD_REDACTED = "payout_method_redacted"
    PAYOUT_METHOD_FULL = "payout_method_full"
    CUSTOMER_PII = "customer_pii"
    PARTNER_IDENTITY = "partner_identity"
    USER_CONTACT = "user_contact"
    INTERNAL_NOTES = "internal_notes"
    OPERATOR_NOTES = "operator_notes"
    COMMISSION_TERMS = "commission_terms"
    COMMISSION_RATE = "commission_rate"
    KEY_META = "key_meta"
    POLICY = "policy"
    RECORD = "record"


class Marker(StrEnum):
    """What a column carries instead of a class."""

    PUBLIC = "public"  # shown with the row, on every path
    FOLLOWS_ROW = "follows_row"  # class `record`: dates, flags, references
    INTERNAL = "internal"  # never in the API; rules may read it, nobody sees it


Access = Marker | frozenset[FieldClass]
"""What a column carries: a marker, or the classes that must all be held."""


def access_of(declared: Marker | FieldClass | tuple[FieldClass, ...]) -> Access:
    """The normal form of a declaration. Raises ValueError for an empty tuple: unclassed is an error, not public."""
    if isinstance(declared, Marker):
        return declared
    classes = frozenset({declared} if isinstance(declared, FieldClass) else declared)
    if not classes:
        raise ValueError("a column needs a class or a marker: an empty set of classes would make it public")
    return classes


def needed_classes(access: Access) -> frozenset[FieldClass]:
    """The classes a path must hold to show such a column. Raises ValueError for an internal one."""
    if access is Marker.PUBLIC:
        return frozenset()
    if access is Marker.FOLLOWS_ROW:
        return frozenset({FieldClass.RECORD})
    if isinstance(access, Marker):
        raise ValueError("an internal column is never shown")
    return access
