"""The grants that the new-enemy harness takes away, each of somebody who has nothing else that would show the row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import asyncpg
from demo_platform import Grant, Person, Platform
from new_enemy import COUNT_UP, Case, together

from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

ACCOUNT, COMPANY, PROFILE = "affiliate_account", "company", "partner_profile"
TYPES = {ACCOUNT: ("AffiliateAccount", "externalId"), COMPANY: ("Company", "name"), PROFILE: ("PartnerProfile", "name")}


@dataclass(frozen=True, slots=True)
class Arena:
    """An engine over a platform of its own, the writer's connection, and who has what in it."""

    engine: Engine
    writer: asyncpg.Connection
    revoked: tuple[Case, ...]
    ending: tuple[Case, ...]

    async def give(self, case: Case, end: object = "") -> None:
        """Give the grant, with an end where it has one."""
        await together(self.writer, COUNT_UP, case.give.replace("END", f"'{end}'"))

    async def take(self, case: Case) -> None:
        """Take the grant away."""
        assert case.take is not None
        await together(self.writer, COUNT_UP, case.take)

    async def write(self, case: Case, text: str) -> None:
        """Write what only the grant shows."""
        await self.writer.execute(case.write.replace("SECRET", f"'{text}'"))


class Stage:
    """An organization with a partner, an account and a company of its own, and the cases that are played on it."""

    def __init__(self, platform: Platform, rows: dict[str, int], organization: int) -> None:
        self.platform = platform
        self.rows = rows
        self.organization = organization

    @classmethod
    async def of(cls, platform: Platform) -> Stage:
        """A new stage in the platform."""
        organization = await platform.add("organization", name="New Enemy House")
        profile = await platform.add(
            PROFILE, organization_id=organization, name="Profile", archived_at=await platform.one("SELECT now()")
        )
        maker = await platform.person()
        given = {"partner_profile_id": profile, "partner_org_id": organization, "created_by_id": maker.id}
        account = await platform.add(ACCOUNT, name="Account", status="APPROVED", **given)
        company = await platform.add(COMPANY, name="Company")
        return cls(platform, {ACCOUNT: account, COMPANY: company, PROFILE: profile}, organization)

    def case(self, kind: str, token: str, *, of: str = ACCOUNT, give: str, take: str | None) -> Case:
        """A case whose secret is a cell of one of the stage's rows."""
        type_, field = TYPES[of]
        number = self.platform.global_id(of, self.rows[of])
        column = "external_id" if of == ACCOUNT else "name"
        write = f"UPDATE {of} SET {column} = SECRET WHERE id = {self.rows[of]}"
        request = GraphQLRequest(f'{{ node(id: "{number}") {{ ... on {type_} {{ {field} }} }} }}')
        return Case(kind, token, request, give, take, write)

    def behind_another(self, case: Case) -> Case:
        """The same, where what is read first is another row: the secret is in the second statement of two."""
        first = self.platform.global_id(PROFILE, self.rows[PROFILE])
        query = f'{{ first: node(id: "{first}") {{ id }} {case.request.query[1:]}'
        return replace(case, kind=f"{case.kind}, behind another", request=GraphQLRequest(query))

    async def revoked(self) -> tuple[Case, ...]:
        """Grants of every kind that are taken away by a change of a row."""
        platform = self.platform
        people = await self._people()
        staff = await platform.staff("AFFILIATES:R")
        reader, suspended = await platform.staff("AFFILIATES:R"), await platform.staff("AFFILIATES:R")
        owner, signed = await platform.staff("AFFILIATES:R"), await platform.staff("AFFILIATES:R")
        key = await platform.user_key(owner.id, ["AFFILIATES:R"])
        role = await self._role_of(reader)
        member = await platform.person(("role_assignment", self._membership(await platform.predefined("Member"))))
        of_organization = await platform.organization_key(self.organization, owner.id)
        insert = {name: _insert(table, person.id, values) for name, (person, (table, values)) in people.items()}
        delete = {
            name: f"DELETE FROM {table} WHERE user_id = {person.id}" for name, (person, (table, _)) in people.items()
        }
        held = await self._role_of(staff)
        return (
            self.case(
                "a platform role",
                staff.token,
                give=f"INSERT INTO role_assignment (user_id, scope, role_id) VALUES ({staff.id}, 'PLATFORM', {held}) "
                "ON CONFLICT DO NOTHING",
                take=f"DELETE FROM role_assignment WHERE user_id = {staff.id}",
            ),
            self.case(
                "a permission of a role",
                reader.token,
                give=f"INSERT INTO role_permission VALUES ({role}, 'AFFILIATES', now(), 'R') ON CONFLICT DO NOTHING",
                take=f"DELETE FROM role_permission WHERE role_id = {role}",
            ),
            *(
                self.case(
                    name,
                    person.token,
                    of=COMPANY if "company" in name else ACCOUNT,
                    give=insert[name],
                    take=delete[name],
                )
                for name, (person, _) in people.items()
            ),
            self.case(
                "a user's key",
                key,
                give=f"UPDATE api_key SET state = 'ACTIVE', revoked_at = NULL WHERE user_id = {owner.id}",
                take=f"UPDATE api_key SET state = 'REVOKED', revoked_at = now() WHERE user_id = {owner.id}",
            ),
            self.case(
                "an organization's key",
                of_organization,
                give=f"UPDATE api_key SET scopes = NULL WHERE organization_id = {self.organization}",
                take=f"UPDATE api_key SET scopes = '{{PROGRAMS:R}}' WHERE organization_id = {self.organization}",
            ),
            self.case(
                "being active",
                suspended.token,
                give=f"UPDATE app_user SET status = 'ACTIVE' WHERE id = {suspended.id}",
                take=f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {suspended.id}",
            ),
            self.case(
                "a session",
                signed.token,
                give=f"UPDATE session SET revoked_at = NULL WHERE user_id = {signed.id}",
                take=f"UPDATE session SET revoked_at = now() WHERE user_id = {signed.id}",
            ),
            self.case(
                "a setting of the organization",
                member.token,
                of=PROFILE,
                give=f"UPDATE organization SET hides_archived_profiles = false WHERE id = {self.organization}",
                take=f"UPDATE organization SET hides_archived_profiles = true WHERE id = {self.organization}",
            ),
        )

    async def ending(self) -> tuple[Case, ...]:
        """Grants of every kind that end by the clock, and nothing is written when they do."""
        platform = self.platform
        staff, signed, owner = [await platform.staff("AFFILIATES:R") for _ in range(3)]
        key = await platform.user_key(owner.id, ["AFFILIATES:R"])
        timed = {
            name: (table, person, COMPANY if "company" in name else ACCOUNT)
            for name, (person, (table, _)) in (await self._people(granted=True)).items()
        }
        timed |= {
            "a platform role": ("role_assignment", staff, ACCOUNT),
            "a session": ("session", signed, ACCOUNT),
            "a user's key": ("api_key", owner, ACCOUNT),
        }
        return tuple(
            self.case(
                name,
                key if table == "api_key" else person.token,
                of=of,
                give=f"UPDATE {table} SET expires_at = END WHERE user_id = {person.id}",
                take=None,
            )
            for name, (table, person, of) in timed.items()
        )

    async def _people(self, *, granted: bool = False) -> dict[str, tuple[Person, Grant]]:
        """By kind of grant: somebody for it, and its row, which he has already where `granted`."""
        account = {"affiliate_account_id": self.rows[ACCOUNT]}
        admin = self._membership(await self.platform.predefined("Admin"))
        grants: dict[str, Grant] = {
            "being a collaborator": ("collaborator", account | {"role": "READ_ONLY"}),
            "access to a company": ("company_access", {"company_id": self.rows[COMPANY], "level": "MEMBER"}),
            "a membership": ("role_assignment", admin),
        }
        people = {
            name: (await self.platform.person(*([grant] if granted else [])), grant) for name, grant in grants.items()
        }
        bounds = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
        also = [("manager_assignment", account)] if granted else []
        manager = await self.platform.staff("AFFILIATES:R", also=also, **bounds)
        return people | {"an account assigned to a manager": (manager, ("manager_assignment", account))}

    def _membership(self, role: int) -> dict[str, object]:
        return {"scope": "ORGANIZATION", "organization_id": self.organization, "role_id": role}

    async def _role_of(self, person: Person) -> int:
        return int(await self.platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", person.id))


def _insert(table: str, person: int, values: dict[str, object]) -> str:
    names, given = ", ".join(values), ", ".join(f"'{value}'" for value in values.values())
    return f"INSERT INTO {table} (user_id, {names}) VALUES ({person}, {given}) ON CONFLICT DO NOTHING"
