"""From what a person was given to the paths it makes: the only place where a grant becomes access.

Grants are plain data as the database holds them. Reading them is `sightline.resolvers.grants`; everything they mean
is here, and pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sightline.authz.classes import FieldClass
from sightline.authz.paths import LISTED, Flag, Path, PathKind, Paths, combine, path
from sightline.authz.permissions import ADMIN, Level, Scope, implied, token
from sightline.authz.roles import BaseType, Standing, Switch

_SWITCH_FLAGS = {
    Switch.REVENUE: Flag.SEE_REVENUE,
    Switch.PAYOUT: Flag.SEE_PAYOUT,
    Switch.SALE_AMOUNT: Flag.SEE_SALE_AMOUNT,
}


@dataclass(frozen=True, slots=True)
class OrganizationGrant:
    """A membership: one role in one organization (K2), with the settings of the organization that limit it.

    `both_sides` says whether the role sees an organization's partner side too (the three of K2 do); `has_advertisers`
    and `has_partners` which sides the organization has at all. `programs` and `product_lines` are the limits of an
    assignment (I2), None where it has none; `advertiser_approved` says whether the operator has approved an advertiser.

    INVARIANT: what is said here of the organization changes with the policy epoch, like every grant: the first profile
    of a side, an approval, a setting.
    """

    organization_id: int
    permissions: tuple[tuple[str, Level], ...]
    standing: Standing | None = None
    both_sides: bool = False
    has_advertisers: bool = True
    has_partners: bool = True
    programs: frozenset[int] | None = None
    product_lines: frozenset[str] | None = None
    guest_hides_partner_names: bool = False
    hides_archived_profiles: bool = False
    advertiser_approved: bool = False


@dataclass(frozen=True, slots=True)
class PlatformGrant:
    """A role of the operator's staff. `statuses` None means every status; the assignments matter where `assigned`.

    `listed` are the classes that its holder's list of report columns leaves him on entities (RC7): all, unless said.
    """

    base_type: BaseType
    permissions: tuple[tuple[str, Level], ...]
    switches: frozenset[Switch] = frozenset()
    statuses: frozenset[str] | None = None
    assigned: bool = False
    assigned_accounts: frozenset[int] = frozenset()
    assigned_advertisers: frozenset[int] = frozenset()
    listed: frozenset[FieldClass] = frozenset(LISTED)

    @property
    def is_admin(self) -> bool:
        """Whether it gives ADMIN R: every module's R, every switch, every report column (DR15, RC2)."""
        return any(key == ADMIN for key, _ in self.permissions)


@dataclass(frozen=True, slots=True)
class CollaboratorGrant:
    """A collaborator's role on one account: READ_ONLY, OWNER or MANAGER."""

    account_id: int
    role: str


@dataclass(frozen=True, slots=True)
class CompanyGrant:
    """Access to a company: OWNER or MEMBER."""

    company_id: int
    level: str


@dataclass(frozen=True, slots=True)
class Grants:
    """Everything one principal was given. `user_id` is None for an organization's key, which is nobody's self.

    `columns` is the list of report columns that holds for it (RC1); what it leaves of entities its platform grant says.
    """

    user_id: int | None
    organizations: tuple[OrganizationGrant, ...] = ()
    platform: PlatformGrant | None = None
    collaborators: tuple[CollaboratorGrant, ...] = ()
    companies: tuple[CompanyGrant, ...] = ()
    columns: frozenset[str] = frozenset()


NOTHING = Paths(())
"""The paths of a suspended user: none, not even the public one (AC6)."""


def paths_of(grants: Grants) -> Paths:
    """The access paths of an active principal, in canonical order."""
    return combine(_paths(grants))


def _paths(grants: Grants) -> Iterator[Path]:
    approved = any(grant.advertiser_approved for grant in grants.organizations)
    yield path(PathKind.PUBLIC, {Flag.APPROVED_ADVERTISER} if approved else ())
    if grants.user_id is not None:
        yield path(PathKind.SELF, user={grants.user_id})
    for organization in grants.organizations:
        yield from _organization_paths(organization)
    if grants.platform is not None:
        yield _platform_path(grants.platform, grants.user_id)
    for collaborator in grants.collaborators:
        flags = {"OWNER": {Flag.COLLABORATOR_OWNER}, "MANAGER": {Flag.COLLABORATOR_MANAGER}}
        yield path(PathKind.COLLABORATOR, flags.get(collaborator.role, ()), accounts={collaborator.account_id})
        yield path(PathKind.COUNTERPARTY_PARTNER, accounts={collaborator.account_id})
    for company in grants.companies:
        owner = {Flag.COMPANY_OWNER} if company.level == "OWNER" else ()
        yield path(PathKind.COMPANY, owner, companies={company.company_id})


def _organization_paths(grant: OrganizationGrant) -> Iterator[Path]:
    tokens: set[str] = {Flag.BELONGS, *implied(Scope.ORGANIZATION, grant.permissions)}
    limits: dict[str, frozenset[int] | frozenset[str]] = {}
    if grant.standing is not None:
        tokens.add(Flag.FULL)
    else:
        # C-01: those with a standing always see the whole organization; only other roles are limited.
        if grant.programs is not None:
            tokens.add(Flag.LISTED_PROGRAMS)
            limits["programs"] = grant.programs
        if grant.product_lines is not None:
            tokens.add(Flag.LISTED_LINES)
            limits["product_lines"] = grant.product_lines
    if grant.standing is Standing.ADMIN:
        tokens.add(Flag.ADMIN)
    if grant.standing in (Standing.ADMIN, Standing.MEMBER):
        tokens.add(Flag.EDITS)
    if grant.standing is Standing.GUEST and grant.guest_hides_partner_names:
        tokens.add(Flag.HIDES_PARTNER_NAMES)
    if grant.standing in (Standing.MEMBER, Standing.GUEST) and grant.hides_archived_profiles:
        tokens.add(Flag.HIDES_ARCHIVED_PROFILES)
    own = {grant.organization_id}
    yield path(PathKind.ORGANIZATION, tokens, organizations=own, **limits)
    if grant.has_advertisers:
        yield path(PathKind.ORG_ADVERTISER, tokens, organizations=own, **limits)
        yield path(PathKind.COUNTERPARTY_ADVERTISER, tokens, organizations=own, **limits)
    if grant.both_sides and grant.has_partners:
        yield path(PathKind.ORG_PARTNER, tokens, organizations=own)
        yield path(PathKind.COUNTERPARTY_PARTNER, organizations=own)


def _platform_path(grant: PlatformGrant, user_id: int | None) -> Path:
    tokens: set[str] = set(implied(Scope.PLATFORM, grant.permissions))
    # Some modules show their holder's own rows only: own keys, own imports (A15, A16).
    values: dict[str, frozenset[int] | frozenset[str]] = {} if user_id is None else {"user": frozenset({user_id})}
    if grant.is_admin:  # DR15: Admin R implies every switch, every status, visibility ALL
        return path(PathKind.PLATFORM, tokens | set(_SWITCH_FLAGS.values()) | set(LISTED.values()), **values)
    tokens |= {_SWITCH_FLAGS[switch] for switch in grant.switches} | {LISTED[each] for each in grant.listed}
    if grant.statuses is not None:
        tokens.add(Flag.LIMITED_STATUSES)
        values["statuses"] = grant.statuses
    # S8: only these two base types can be limited to what is assigned to them.
    if grant.assigned and grant.base_type is BaseType.AFFILIATE_MANAGER:
        tokens.add(Flag.ASSIGNED_ACCOUNTS)
        values["assigned_accounts"] = grant.assigned_accounts
    if grant.assigned and grant.base_type is BaseType.ADVERTISER_MANAGER:
        tokens.add(Flag.ASSIGNED_ADVERTISERS)
        values["assigned_advertisers"] = grant.assigned_advertisers
    return path(PathKind.PLATFORM, tokens, **values)


# Scopes of an API key beside permissions: what they keep of their owner's paths.
_ORGANIZATION_KINDS = frozenset({PathKind.ORGANIZATION, PathKind.ORG_PARTNER, PathKind.COUNTERPARTY_PARTNER})
_PERMISSION_KINDS = frozenset({PathKind.PLATFORM, PathKind.ORG_ADVERTISER, PathKind.COUNTERPARTY_ADVERTISER})
_ACCOUNT_KINDS = frozenset({PathKind.COLLABORATOR, PathKind.COMPANY})
_STANDINGS = frozenset({Flag.BELONGS, Flag.FULL, Flag.ADMIN, Flag.EDITS})


def by_key(paths: Paths) -> Paths:
    """The paths as an API key has them: marked, for what is done in person only (SM6)."""
    return combine(_with(each, Flag.BY_KEY) for each in paths.ordered)


def narrow(paths: Paths, scopes: frozenset[str]) -> Paths:
    """The paths intersected with an API key's scopes (AC5). Never adds a path, nor a token but that of a limit."""
    return combine(kept for each in paths.ordered if (kept := _narrowed(each, scopes)) is not None)


def _with(each: Path, flag: Flag) -> Path:
    return path(each.shape.kind, each.shape.tokens | {flag}, **_named(each))


def _within(each: Path, name: str, scopes: frozenset[str]) -> Path | None:
    """The path under a scope such as `org`: gone without it, for reading only where the scope says so."""
    if not _scoped(name, scopes):
        return None
    return each if token(name, Level.W) in scopes else _with(each, Flag.READS_ONLY)


def _narrowed(each: Path, scopes: frozenset[str]) -> Path | None:
    kind, tokens = each.shape.kind, each.shape.tokens
    organization = _scoped("org", scopes)
    if kind is PathKind.PUBLIC:
        # Browsing partners comes with an organization; the rest of the marketplace with being somebody.
        return each if organization else path(kind, tokens - {Flag.APPROVED_ADVERTISER})
    if kind is PathKind.SELF:
        return _within(each, "self", scopes)
    if kind is PathKind.COUNTERPARTY_PARTNER:
        return _of_scoped_side(each, organization=organization, account=_scoped("account", scopes))
    if kind in _ORGANIZATION_KINDS:
        return _within(each, "org", scopes)
    if kind in _ACCOUNT_KINDS:
        # No key ever holds a company owner's full sight of payout methods and tax ids (SM6).
        return _within(path(kind, tokens - {Flag.COMPANY_OWNER}, **_named(each)), "account", scopes)
    if kind is not PathKind.PLATFORM and organization:
        return _within(each, "org", scopes)
    held = {each_token for each_token in tokens if each_token.endswith((":R", ":W"))}
    kept = frozenset(held & _with_implied(scopes))
    return path(kind, (tokens - held - _STANDINGS) | kept, **_named(each)) if kept else None


def _of_scoped_side(each: Path, *, organization: bool, account: bool) -> Path | None:
    keep = {"organizations": organization, "accounts": account}
    values = {name: given for name, given in _named(each).items() if keep[name]}
    return path(each.shape.kind, each.shape.tokens, **values) if values else None


def _named(each: Path) -> dict[str, frozenset[int | str]]:
    return {attribute.value: given for attribute, given in each.values.items()}


def _scoped(name: str, scopes: frozenset[str]) -> bool:
    return bool({token(name, Level.R), token(name, Level.W)} & scopes)


def _with_implied(scopes: frozenset[str]) -> frozenset[str]:
    permissions = [
        (key, Level(level)) for key, _, level in (scope.partition(":") for scope in scopes) if level in set(Level)
    ]
    return implied(Scope.PLATFORM, permissions) | implied(Scope.ORGANIZATION, permissions)
