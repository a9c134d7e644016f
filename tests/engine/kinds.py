"""Every kind of viewer that the rules tell apart (domain 3.6): each path kind alone, each role, limit, switch and key.

A kind is drawn over a world so that the path that makes it what it is reaches some row there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from reading import Reading
from viewers import grants_in, permissions, platform_grant, principal, scopes
from worlds import World

from sightline.authz.grants import (
    NOTHING,
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
    narrow,
    paths_of,
)
from sightline.authz.paths import PathKind, Paths
from sightline.authz.permissions import Scope
from sightline.authz.roles import DEFAULT_PLATFORM_ROLES, PREDEFINED_BY_NAME, BaseType, Switch
from sightline.db.catalogue import Catalogue
from sightline.db.tables.enums import CollaboratorRole, CompanyLevel, ConversionStatus, ProductLine
from sightline.resolvers.identity import Principal

TRIES = 60
STAFF = {role.name: role for role in DEFAULT_PLATFORM_ROLES}


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Draws grants over a world."""

    random: Random
    world: World

    def id(self, table: str) -> int:
        """The id of some row."""
        return int(self.random.choice(self.world.tables[table])["id"])

    def some(self, table: str, likely: float) -> frozenset[int]:
        """Some rows' ids, one at least."""
        return frozenset({row["id"] for row in self.world.tables[table] if self.random.random() < likely}) | {
            self.id(table)
        }

    def user(self, **grants: Any) -> Paths:
        """The paths of a user with these grants."""
        return paths_of(Grants(self.id("app_user"), **grants))

    def member(self, role: str, **settings: Any) -> OrganizationGrant:
        """A membership with a predefined role."""
        had = PREDEFINED_BY_NAME[role]
        grant = OrganizationGrant(
            self.id("organization"), had.permissions, standing=had.standing, both_sides=had.both_sides
        )
        return replace(grant, **settings)

    def custom(self, *, programs: bool = False, lines: bool = False) -> OrganizationGrant:
        """A membership with random permissions, limited to some programs or product lines."""
        return OrganizationGrant(
            self.id("organization"),
            permissions(self.random, Scope.ORGANIZATION, likely=(0.6, 0.9)),
            programs=self.some("program", 0.5) if programs else None,
            product_lines=frozenset(self.random.sample(list(ProductLine), 2)) if lines else None,
        )

    def staff(self, role: str, *, assigned: bool = False, **settings: Any) -> PlatformGrant:
        """A default role of the operator's staff."""
        had = STAFF[role]
        grant = PlatformGrant(
            had.base_type,
            had.permissions,
            had.switches,
            assigned=assigned,
            assigned_accounts=self.some("affiliate_account", 0.4),
            assigned_advertisers=self.some("advertiser_profile", 0.4),
        )
        return replace(grant, **settings)

    def collaborator(self, role: CollaboratorRole) -> CollaboratorGrant:
        """A role on some account."""
        return CollaboratorGrant(self.id("affiliate_account"), role)

    def company(self, level: CompanyLevel) -> CompanyGrant:
        """Access to some company."""
        return CompanyGrant(self.id("company"), level)

    def with_company(self, level: CompanyLevel) -> Paths:
        """A collaborator of an account whose company the user has access to."""
        accounts = [row for row in self.world.tables["affiliate_account"] if row["company_id"] is not None]
        account = self.random.choice(accounts)
        return self.user(
            collaborators=(CollaboratorGrant(account["id"], CollaboratorRole.READ_ONLY),),
            companies=(CompanyGrant(account["company_id"], level),),
        )

    def mixed(self) -> Paths:
        """Several grants of every kind, or a key of such a user."""
        paths = paths_of(grants_in(self.random, self.world, most=3))
        return narrow(paths, scopes(self.random)) if self.random.random() < 0.25 else paths

    def all_of(self) -> Paths:
        """A user with all kinds of grants."""
        return self.user(
            organizations=(self.member("Admin", advertiser_approved=True), self.custom(programs=True)),
            platform=platform_grant(self.random, self.world),
            collaborators=(self.collaborator(CollaboratorRole.OWNER),),
            companies=(self.company(CompanyLevel.OWNER),),
        )


Draw = Callable[[Drawing], Paths]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of viewer: how its paths are drawn, and the path that must reach a row for the kind to be met."""

    name: str
    draw: Draw
    marks: PathKind | None = None


def _alone(kind: PathKind) -> Kind:
    """Nothing but the paths of one kind."""

    def draw(drawing: Drawing) -> Paths:
        return Paths(tuple(path for path in drawing.all_of().ordered if path.shape.kind is kind))

    return Kind(f"{kind} alone", draw, kind)


def _kinds() -> dict[str, Draw]:
    """The kinds by path kind and name, without those of one path kind alone."""
    roles: dict[str, Draw] = {}

    def predefined(role: str, **settings: Any) -> Draw:
        return lambda drawing: drawing.user(organizations=(drawing.member(role, **settings),))

    def staff(role: str, **settings: Any) -> Draw:
        return lambda drawing: drawing.user(platform=drawing.staff(role, **settings))

    for role in PREDEFINED_BY_NAME:
        roles[f"ORG_ADVERTISER {role}"] = predefined(role)
    for role in ("Admin", "Member", "Guest"):
        roles[f"ORG_PARTNER {role}"] = predefined(role, has_advertisers=False)
    roles |= {
        "ORG_ADVERTISER Admin without partners": predefined("Admin", has_partners=False),
        "ORG_ADVERTISER Admin, approved": predefined("Admin", advertiser_approved=True),
        "ORG_ADVERTISER Guest without partner names": predefined("Guest", guest_hides_partner_names=True),
        "ORG_PARTNER Member without archived profiles": predefined("Member", hides_archived_profiles=True),
        "ORG_ADVERTISER custom": lambda d: d.user(organizations=(d.custom(),)),
        "ORG_ADVERTISER custom of programs": lambda d: d.user(organizations=(d.custom(programs=True),)),
        "ORG_ADVERTISER custom of product lines": lambda d: d.user(organizations=(d.custom(lines=True),)),
        "ORG_ADVERTISER custom of both": lambda d: d.user(organizations=(d.custom(programs=True, lines=True),)),
        "ORG_ADVERTISER two limits": lambda d: d.user(
            organizations=(d.custom(programs=True), d.custom(programs=True), d.custom(lines=True))
        ),
    }
    for role in STAFF:
        roles[f"PLATFORM {role}"] = staff(role)
    approved = frozenset({ConversionStatus.APPROVED, ConversionStatus.PENDING})
    roles |= {
        "PLATFORM Affiliate Manager, assigned": staff("Affiliate Manager", assigned=True),
        "PLATFORM Advertiser Manager, assigned": staff("Advertiser Manager", assigned=True),
        "PLATFORM Affiliate Manager, assigned, every switch": staff(
            "Affiliate Manager", assigned=True, switches=frozenset(Switch)
        ),
        "PLATFORM Manager of some statuses": staff("Manager", statuses=approved),
        "PLATFORM Affiliate Manager, assigned, of some statuses": staff(
            "Affiliate Manager", assigned=True, statuses=approved
        ),
        "PLATFORM Manager without switches": staff("Manager", switches=frozenset()),
        "PLATFORM Financial Manager without payouts": staff("Financial Manager", switches=frozenset({Switch.REVENUE})),
        "PLATFORM personal": lambda d: d.user(
            platform=PlatformGrant(
                BaseType.PERSONAL,
                permissions(d.random, Scope.PLATFORM, likely=(0.4, 0.8)),
                frozenset(switch for switch in Switch if d.random.random() < 0.5),
            )
        ),
    }
    for level in CollaboratorRole:
        roles[f"COLLABORATOR {level}"] = lambda d, level=level: d.user(collaborators=(d.collaborator(level),))
    for access in CompanyLevel:
        roles[f"COMPANY {access}"] = lambda d, access=access: d.user(companies=(d.company(access),))
        roles[f"COMPANY {access} with its account"] = lambda d, access=access: d.with_company(access)
    return roles | _keys()


def _keys() -> dict[str, Draw]:
    """Keys, of an organization and of users, with scopes."""

    def narrowed(of: Draw, *kept: str) -> Draw:
        return lambda drawing: narrow(of(drawing), frozenset(kept))

    def organization(drawing: Drawing) -> Paths:
        return paths_of(Grants(None, organizations=(drawing.member("Admin"),)))

    def everything(drawing: Drawing) -> Paths:
        return drawing.all_of()

    def manager(drawing: Drawing) -> Paths:
        return drawing.user(platform=drawing.staff("Manager"))

    return {
        "ORG_ADVERTISER key of the organization": organization,
        "ORG_ADVERTISER key of the organization for reports": narrowed(
            organization, "PERFORMANCE_REPORTS:R", "FINANCE_REPORTING:R", "PROGRAMS:R"
        ),
        "ORG_PARTNER key of the organization, whole": narrowed(organization, "org:R"),
        "ORGANIZATION key for organizations": narrowed(everything, "org:R"),
        "COLLABORATOR key for accounts": narrowed(everything, "account:R"),
        "COMPANY key for accounts": narrowed(everything, "account:R"),
        "SELF key for oneself": narrowed(everything, "self:R"),
        "PLATFORM key for transactions": narrowed(manager, "TRANSACTIONS:R"),
        "PLATFORM key for payouts and plans": narrowed(manager, "PAYOUTS:R", "COMMISSION_PLANS:R", "AFFILIATES:R"),
    }


KINDS: tuple[Kind, ...] = (
    *map(_alone, PathKind),
    *(Kind(name, draw, PathKind(name.split()[0])) for name, draw in _kinds().items()),
    Kind("suspended", lambda drawing: NOTHING),
)
MIXED = Kind("mixed", Drawing.mixed)


def viewer_of(kind: Kind, random: Random, world: World, catalogue: Catalogue) -> Principal:
    """A viewer of a kind whose path reaches some row. Raises LookupError where none is drawn."""
    for _ in range(TRIES):
        paths = kind.draw(Drawing(random, world))
        if kind.marks is None or _reaches(Reading(catalogue, world, paths), kind.marks):
            return principal(f"user:{random.randrange(1 << 30)}", paths)
    raise LookupError(f"no viewer of the kind {kind.name} reaches a row")


def _reaches(reading: Reading, kind: PathKind) -> bool:
    paths = [path for path in reading.paths.ordered if path.shape.kind is kind]
    return any(
        reading.reaches(path, entity.name, row)
        for path in paths
        for entity in reading.catalogue.served
        for row in reading.world.tables[entity.name]
    )
