"""The names that the contract gives to entities and columns."""

from __future__ import annotations

from sightline.db.catalogue import Entity

# An entity is called like its table, except where the field has a better word for what the row means.
_CALLED = {"app_user": "User", "role_assignment": "Membership"}


def type_name(entity: Entity) -> str:
    """The GraphQL type of an entity: `affiliate_account` is `AffiliateAccount`."""
    return _CALLED.get(entity.name) or "".join(part.capitalize() for part in entity.name.split("_"))


def plural(entity: Entity) -> str:
    """The root connection of an entity, in snake case: `affiliate_accounts`."""
    singular = _CALLED.get(entity.name, entity.name).lower()
    irregular = {
        "audit_log": "audit_log",  # one log, of many entries
        "company": "companies",
        "company_access": "company_accesses",
        "media": "media",
    }
    return irregular.get(singular, f"{singular}s")


def field_name(entity: Entity, column: str) -> str:
    """The field of a column, in snake case: a reference is called like what it leads to."""
    return column.removesuffix("_id") if entity.reference(column) or entity.opaque(column) else column


def camel(name: str) -> str:
    """A snake case name as GraphQL writes it."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
