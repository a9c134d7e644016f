"""The roles of the demo platform: those that ship, and the ones its operator and Northwind made."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.authz.permissions import Level, Scope
from sightline.authz.roles import DEFAULT_PLATFORM_ROLES, PREDEFINED_ORGANIZATION_ROLES, BaseType, Switch
from sightline.db.demo.book import Book
from sightline.db.demo.cast import NORTHWIND
from sightline.db.demo.organizations import Society

R, W = Level.R, Level.W
Permissions = Iterable[tuple[str, Level]]

_AFFILIATE_MANAGER = next(role for role in DEFAULT_PLATFORM_ROLES if role.name == "Affiliate Manager")
_ADVERTISER_MANAGER = next(role for role in DEFAULT_PLATFORM_ROLES if role.name == "Advertiser Manager")
_EVERY_SWITCH = frozenset(Switch)

ASSIGNED_AFFILIATES = "Affiliate Manager of some"
ASSIGNED_WITHOUT_PAYOUTS = "Affiliate Manager of some, without payouts"
ASSIGNED_ADVERTISERS = "Advertiser Manager of some"
APPROVED_ONLY = "Approved conversions only"
PROGRAM_ANALYST = "Program analyst"

_READING = ("AFFILIATES", "ADVERTISERS", "OFFERS", "TRANSACTIONS", "PAYOUTS", "COMMISSION_PLANS")

# Module sets of one user each (C-02): key of the cast, permissions, switches.
_PERSONAL: tuple[tuple[str, tuple[tuple[str, Level], ...], frozenset[Switch]], ...] = (
    ("support", (("AFFILIATES", R), ("TRANSACTIONS", R)), frozenset()),
    ("payouts-only", (("PAYOUTS", R),), frozenset({Switch.PAYOUT})),
    ("many-hats", (("OFFERS", R),), frozenset()),
)


class Roles:
    """The roles by name; of users' own sets by the key of the cast.

    `existing` are the roles that shipped with the database already: their numbers by scope and name.
    """

    def __init__(self, book: Book, society: Society, *, existing: dict[tuple[str, str], int]) -> None:
        self._book = book
        self.platform: dict[str, int] = {}
        self.organization: dict[str, int] = {}
        self.personal: dict[str, int] = {}
        for definition in (*DEFAULT_PLATFORM_ROLES, *PREDEFINED_ORGANIZATION_ROLES):
            known = self.platform if definition.scope is Scope.PLATFORM else self.organization
            number = existing.get((definition.scope, definition.name))
            known[definition.name] = number or self._role(
                definition.name,
                definition.permissions,
                scope=definition.scope,
                origin="DEFAULT" if definition.scope is Scope.PLATFORM else "PREDEFINED",
                base_type=definition.base_type,
                switches=definition.switches,
            )
        self._custom_platform_roles()
        self._custom_organization_roles(society)
        for key, permissions, switches in _PERSONAL:
            self.personal[key] = self._role(
                "Custom",
                permissions,
                origin="PERSONAL",
                base_type=BaseType.PERSONAL,
                switches=switches,
                owner_id=society.cast[key],
            )

    def _custom_platform_roles(self) -> None:
        everyone = frozenset(_AFFILIATE_MANAGER.switches)
        for name, base, switches in (
            (ASSIGNED_AFFILIATES, _AFFILIATE_MANAGER, everyone),
            (ASSIGNED_WITHOUT_PAYOUTS, _AFFILIATE_MANAGER, everyone - {Switch.PAYOUT}),
            (ASSIGNED_ADVERTISERS, _ADVERTISER_MANAGER, frozenset(_ADVERTISER_MANAGER.switches)),
        ):
            self.platform[name] = self._role(
                name, base.permissions, base_type=base.base_type, switches=switches, user_visibility="ASSIGNED"
            )
        self.platform[APPROVED_ONLY] = self._role(
            APPROVED_ONLY,
            (*((key, R) for key in _READING), ("REPORTS", W)),
            base_type=BaseType.MANAGER,
            switches=_EVERY_SWITCH,
            statuses=["APPROVED"],
        )
        self._role("Night shift", (), base_type=BaseType.MANAGER, status="ARCHIVED")  # SM7: its permissions are gone

    def _custom_organization_roles(self, society: Society) -> None:
        northwind = society.organizations[NORTHWIND].id
        self.organization[PROGRAM_ANALYST] = self._role(
            PROGRAM_ANALYST,
            (("PERFORMANCE_REPORTS", R), ("PARTNERS", R), ("PROGRAMS", R)),
            scope=Scope.ORGANIZATION,
            base_type=BaseType.ORG,
            organization_id=northwind,
        )
        for line in ("PERFORMANCE", "CREATOR", "ADVOCATE"):
            self._book.add("role_product_line", role_id=self.organization[PROGRAM_ANALYST], product_line=line)

    def _role(
        self,
        name: str,
        permissions: Permissions,
        *,
        base_type: BaseType,
        scope: Scope = Scope.PLATFORM,
        origin: str = "CUSTOM",
        switches: frozenset[Switch] = frozenset(),
        user_visibility: str = "ALL",
        statuses: list[str] | None = None,
        status: str = "ACTIVE",
        organization_id: int | None = None,
        owner_id: int | None = None,
    ) -> int:
        number = self._book.add(
            "role",
            name=name,
            status=status,
            scope=scope,
            origin=origin,
            base_type=base_type,
            organization_id=organization_id,
            owner_id=owner_id,
            user_visibility=user_visibility,
            see_revenue=Switch.REVENUE in switches,
            see_payout=Switch.PAYOUT in switches,
            see_sale_amount=Switch.SALE_AMOUNT in switches,
            statuses=statuses,
        )
        for key, level in permissions:
            self._book.add("role_permission", role_id=number, permission=key, level=level)
        return number
