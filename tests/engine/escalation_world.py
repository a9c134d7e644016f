"""A small world of grants, and random attempts to hand them on, by anybody, through the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from demo_platform import Platform
from escalation_model import MODULES, STATUSES, Standing

from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES

KEYS = ("PARTNERS", "TEMPLATE_TERMS", "PERFORMANCE_REPORTS", "FINANCE_REPORTING", "ACCOUNT_USERS")
LEVELS = {"PERFORMANCE_REPORTS": "R", "FINANCE_REPORTING": "R", "ACCOUNT_USERS": "W"}
LINES = ("PERFORMANCE", "CREATOR")
_STAFF = (  # a set each, with its switches; the first is in charge for good
    ("ADMIN:W", ()),
    ("ADMIN:R USERS:W", ()),
    ("USERS:W SETTINGS:W OFFERS:R", ("see_payout",)),
    ("USERS:W SETTINGS:W AFFILIATES:W TRANSACTIONS:R PAYOUTS:R COMMISSION_PLANS:W", ("see_payout",)),
    ("USERS:W TRANSACTIONS:W CONTENT:W", ("see_revenue",)),
    ("AFFILIATES:W", ()),
)
_ROLES = (  # of the operator's staff: base, visibility, permissions, statuses
    ("MANAGER", "ALL", "OFFERS:R CONTENT:W", None),
    ("MANAGER", "ALL", "TRANSACTIONS:R", ["APPROVED"]),
    ("AFFILIATE_MANAGER", "ASSIGNED", "AFFILIATES:W TRANSACTIONS:R", None),
)
_MEMBERS = (  # of the organization: what they hold, and whether in the first program only
    ("Admin", None),
    ("Account Administrator", None),
    ("Member", None),
    ("Guest", None),
    ("ACCOUNT_USERS:W PARTNERS:W PERFORMANCE_REPORTS:R", 0),
    ("ACCOUNT_USERS:W TEMPLATE_TERMS:R FINANCE_REPORTING:R", None),
    ("PARTNERS:W", 1),
    ("PERFORMANCE_REPORTS:R", 0),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A mutation that somebody tries."""

    mutation: str
    given: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class SmallWorld:
    """What there is to give, and to whom."""

    platform: Platform
    users: tuple[int, ...]
    organization: int
    accounts: tuple[int, ...]
    programs: Mapping[int, str]
    staff_roles: tuple[int, ...]
    roles: tuple[int, ...]

    @classmethod
    async def build(cls, platform: Platform) -> SmallWorld:
        """In an empty, migrated database."""
        soon = datetime.now(UTC) + timedelta(days=9)
        users = [(await platform.person()).id for _ in range(len(_STAFF) + len(_MEMBERS) + 6)]
        for user in users:
            await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {user}")
        organization = await platform.add("organization", name="Shop", created_by_id=users[0])
        advertiser = await platform.add("advertiser_profile", organization_id=organization, name="Shop")
        programs = {}
        for line in LINES:
            made = {"advertiser_profile_id": advertiser, "advertiser_org_id": organization, "advertiser_name": "Shop"}
            kind = {"commission_model": "DIRECT", "product_line": line, "currency": "EUR", "name": f"Shop {line}"}
            programs[await platform.add("program", **made, **kind)] = line
        partner = await platform.add("partner_profile", organization_id=organization, name="Blog")
        owned = {"partner_profile_id": partner, "partner_org_id": organization, "created_by_id": users[0]}
        accounts = [
            await platform.add("affiliate_account", name=name, status="APPROVED", **owned) for name in ("One", "Two")
        ]
        people = iter(users)
        for held, switches in _STAFF:
            user = next(people)
            own = {"name": "Custom", "origin": "PERSONAL", "base_type": "PERSONAL", "owner_id": user}
            role = await platform.role(held, **own, **dict.fromkeys(switches, True))
            await platform.add("role_assignment", user_id=user, scope="PLATFORM", role_id=role)
        staff_roles = [
            await platform.role(held, base_type=base, user_visibility=visibility, statuses=statuses)
            for base, visibility, held, statuses in _ROLES
        ]
        predefined = {}
        for each in PREDEFINED_ORGANIZATION_ROLES:
            shipped = {"scope": "ORGANIZATION", "origin": "PREDEFINED", "base_type": "ORG", "name": each.name}
            predefined[each.name] = await platform.role(" ".join(f"{k}:{lv}" for k, lv in each.permissions), **shipped)
        custom = []
        for held, place in _MEMBERS:
            role = predefined.get(held) or await platform.role(
                held, scope="ORGANIZATION", base_type="ORG", organization_id=organization
            )
            custom += [role] if held not in predefined else []
            at = {"scope": "ORGANIZATION", "organization_id": organization}
            limit = {} if place is None else {"program_scope": "LISTED"}
            held_by = await platform.add("role_assignment", user_id=next(people), role_id=role, **at, **limit)
            if place is not None:
                await platform.add("assignment_program", assignment_id=held_by, program_id=list(programs)[place])
        for account, role, ends in (
            (0, "OWNER", None),
            (0, "OWNER", soon),
            (0, "READ_ONLY", None),
            (0, "MANAGER", None),
            (1, "OWNER", None),
        ):
            values = {"affiliate_account_id": accounts[account], "role": role, "expires_at": ends}
            await platform.add("collaborator", user_id=next(people), **values)
        roles = (*custom, *(predefined[name] for name in ("Admin", "Member", "Guest", "Account Administrator")))
        return cls(platform, tuple(users), organization, tuple(accounts), programs, tuple(staff_roles), roles)

    def attempt(self, rng: Random, now: Standing) -> Attempt:
        """Anything that gives or takes, at random."""
        kind = rng.choice((self._on_staff, self._on_roles, self._on_members, self._on_collaborators))
        return kind(rng, now)

    def _on_staff(self, rng: Random, now: Standing) -> Attempt:
        user = {"user": self._id("app_user", rng.choice(self.users))}
        match rng.randrange(7):
            case 0 | 1:
                return Attempt("setModules", user | {"permissions": _modules(rng)} | _switches(rng))
            case 2:
                role = {"role": self._id("role", rng.choice(self.staff_roles))}
                return Attempt("assignPlatformRole", user | role | _end(rng))
            case 3:
                return Attempt("removePlatformRole", user)
            case 4:
                account = {"affiliateAccount": self._id("affiliate_account", rng.choice(self.accounts))}
                return Attempt("assignManager", user | account | _end(rng))
            case 5 if now.managed:
                assignment = self._id("manager_assignment", rng.choice(now.managed)["id"])
                return Attempt("unassignManager", {"assignment": assignment})
            case _:
                return Attempt(rng.choice(("suspendUser", "reinstateUser")), user)

    def _on_roles(self, rng: Random, now: Standing) -> Attempt:
        if rng.random() < 0.3:
            given = {"role": self._id("role", rng.choice(self.roles)), "permissions": _keys(rng)}
            return Attempt("editRole", given | ({"productLines": _some(rng, LINES)} if rng.random() < 0.3 else {}))
        given = {"role": self._id("role", rng.choice(self.staff_roles))}
        match rng.randrange(4):
            case 0:
                return Attempt("editRole", given | {"permissions": _modules(rng)})
            case 1:
                return Attempt("editRole", given | dict([rng.choice(list(_switches(rng).items()))]))
            case 2:
                return Attempt("editRole", given | {"userVisibility": rng.choice(("ALL", "ASSIGNED"))})
            case _:
                return Attempt("editRole", given | {"statuses": rng.choice((None, _some(rng, STATUSES)))})

    def _on_members(self, rng: Random, now: Standing) -> Attempt:
        members = [each for each in now.held if each["scope"] == "ORGANIZATION"]
        member = {"membership": self._id("role_assignment", rng.choice(members)["id"])}
        role = {"role": self._id("role", rng.choice(self.roles))}
        match rng.randrange(6):
            case 0 | 1:
                return Attempt("changeMembership", member | role | _end(rng))
            case 2:
                programs = [self._id("program", each) for each in _some(rng, tuple(self.programs))]
                return Attempt("changeMembership", member | {"programs": programs})
            case 3:
                wider = {"unlimited": True} if rng.random() < 0.5 else {"productLines": _some(rng, LINES)}
                return Attempt("changeMembership", member | wider | (role if rng.random() < 0.5 else {}))
            case 4:
                return Attempt("removeMember", member)
            case _:
                return Attempt("leaveOrganization", {"organization": self._id("organization", self.organization)})

    def _on_collaborators(self, rng: Random, now: Standing) -> Attempt:
        collaborator = {"collaborator": self._id("collaborator", rng.choice(now.collaborators)["id"])}
        account = {"affiliateAccount": self._id("affiliate_account", rng.choice(self.accounts))}
        role = {"role": rng.choice(("READ_ONLY", "OWNER", "MANAGER"))}
        match rng.randrange(5):
            case 0 | 1:
                end = {"expiresAt": None} if rng.random() < 0.3 else _end(rng)
                return Attempt("changeCollaborator", collaborator | role | end)
            case 2:
                return Attempt("removeCollaborator", collaborator)
            case 3:
                return Attempt("leaveAccount", account)
            case _:
                return Attempt("inviteCollaborator", account | role)

    def _id(self, entity: str, number: int) -> str:
        return self.platform.global_id(entity, number)


def _some(rng: Random, of: Any) -> list[Any]:
    return rng.sample(list(of), rng.randint(1, len(of)))


def _modules(rng: Random) -> list[dict[str, str]]:
    keys = rng.sample(MODULES, rng.randint(1, 4))
    return [{"permission": key, "level": rng.choice("RW")} for key in keys]


def _keys(rng: Random) -> list[dict[str, str]]:
    return [{"permission": key, "level": LEVELS.get(key, rng.choice("RW"))} for key in _some(rng, KEYS)]


def _switches(rng: Random) -> dict[str, bool]:
    return {name: rng.random() < 0.5 for name in ("seeRevenue", "seePayout", "seeSaleAmount")}


def _end(rng: Random) -> dict[str, str]:
    if rng.random() < 0.7:
        return {}
    return {"expiresAt": (datetime.now(UTC) + timedelta(days=rng.choice((3, 30)))).isoformat()}
