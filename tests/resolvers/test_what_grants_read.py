"""Every table whose rows decide access: a committed change of it, with the epoch, is seen by the next operation."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from grant_rows import Registry
from grant_tables import GRANT_STATEMENTS, GRANT_TABLES

from sightline.db.report_columns import stored_column
from sightline.schema.model import CATALOGUE


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody's token, and a statement that changes what he may see."""

    token: str
    statement: str
    values: tuple[object, ...] = ()


Made = Callable[[Registry], Awaitable[Change]]


def of_staff(statement: str, **role: object) -> Made:
    """A change at a platform role of somebody; `$1` is his role and his only one."""

    async def make(registry: Registry) -> Change:
        user = await registry.user()
        held = await registry.role("Staff", ["AFFILIATES:R"], **role)
        await registry.assign(user, held)
        return Change(await registry.session(user), statement, (held,))

    return make


def of_member(statement: str, *, role: str = "Member", partner: bool = True, advertiser: bool = True) -> Made:
    """A change at an organization, `$1`, of which somebody is a member."""

    async def make(registry: Registry) -> Change:
        user, organization = await registry.user(), await registry.organization()
        for side, given in (("advertiser_profile", advertiser), ("partner_profile", partner)):
            if given:
                await registry.add(side, organization_id=organization, name="Profile")
        await registry.assign(user, await registry.predefined(role), organization)
        return Change(await registry.session(user), statement, (organization,))

    return make


def of_listed(statement: str, table: str | None = None) -> Made:
    """A change at an assignment, `$1`, limited to listed programs and lines, of a custom role; `$2` is a program."""

    async def make(registry: Registry) -> Change:
        user, organization = await registry.user(), await registry.organization()
        profile = await registry.add("advertiser_profile", organization_id=organization, name="Profile")
        program = await registry.program(organization, profile, name="Profile")
        custom = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": organization}
        role = await registry.role("Buyers", ["PROGRAMS:R"], **custom)
        listed = {"program_scope": "LISTED", "line_scope": "LISTED" if table is None else "ALL"}
        assignment = await registry.assign(user, role, organization, **listed)
        targets = {None: (assignment,), "program": (assignment, program), "role": (role,)}
        return Change(await registry.session(user), statement, targets[table])

    return make


async def _collaborator(registry: Registry) -> Change:
    user, account = await registry.user(), await registry.account(await registry.organization())
    await registry.add("collaborator", user_id=user, affiliate_account_id=account, role="READ_ONLY")
    return Change(await registry.session(user), "UPDATE collaborator SET role = 'OWNER' WHERE user_id = $1", (user,))


async def _company(registry: Registry) -> Change:
    user, company = await registry.user(), await registry.add("company", name="Company")
    await registry.add("company_access", user_id=user, company_id=company, level="OWNER")
    return Change(await registry.session(user), "DELETE FROM company_access WHERE user_id = $1", (user,))


async def _managed(registry: Registry) -> Change:
    user, account = await registry.user(), await registry.account(await registry.organization())
    limits = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    await registry.assign(user, await registry.role("Manager", ["AFFILIATES:R"], **limits))
    await registry.add("manager_assignment", user_id=user, affiliate_account_id=account)
    return Change(await registry.session(user), "DELETE FROM manager_assignment WHERE user_id = $1", (user,))


async def _key(registry: Registry) -> Change:
    user = await registry.user()
    await registry.assign(user, await registry.role("Staff", ["AFFILIATES:R", "OFFERS:R"]))
    token = await registry.key(user=user, scopes=["AFFILIATES:R", "OFFERS:R"])
    return Change(token, "UPDATE api_key SET scopes = '{OFFERS:R}' WHERE user_id = $1", (user,))


async def _session(registry: Registry) -> Change:
    user = await registry.user()
    return Change(await registry.session(user), "UPDATE session SET revoked_at = now() WHERE user_id = $1", (user,))


async def _user(registry: Registry) -> Change:
    user = await registry.user()
    return Change(await registry.session(user), "UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1", (user,))


async def _listed(registry: Registry) -> Change:
    user = await registry.user()
    await registry.assign(user, await registry.role("Staff", ["AFFILIATES:R"]))
    await registry.add("report_column", **stored_column("payout"))
    number = await registry.add("column_list", owner_kind="USER", user_id=user)
    statement = "INSERT INTO column_list_item (list_id, column_key, position) VALUES ($1, 'payout', 1)"
    return Change(await registry.session(user), statement, (number,))


CHANGES: dict[str, dict[str, Made]] = {
    "session": {"signed out": _session},
    "app_user": {"suspended": _user},
    "api_key": {"narrower scopes": _key},
    "role_assignment": {"taken": of_staff("DELETE FROM role_assignment WHERE role_id = $1")},
    "role": {
        "a switch": of_staff("UPDATE role SET see_payout = true WHERE id = $1"),
        "its statuses": of_staff("UPDATE role SET statuses = '{APPROVED}' WHERE id = $1"),
        "assigned only": of_staff(
            "UPDATE role SET user_visibility = 'ASSIGNED' WHERE id = $1", base_type="AFFILIATE_MANAGER"
        ),
    },
    "role_permission": {"taken": of_staff("DELETE FROM role_permission WHERE role_id = $1")},
    "role_product_line": {
        "one line": of_listed("INSERT INTO role_product_line (role_id, product_line) VALUES ($1, 'CREATOR')", "role")
    },
    "assignment_program": {
        "one program": of_listed(
            "INSERT INTO assignment_program (assignment_id, program_id) VALUES ($1, $2)", "program"
        )
    },
    "assignment_product_line": {
        "one line": of_listed(
            "INSERT INTO assignment_product_line (assignment_id, product_line) VALUES ($1, 'CREATOR')"
        )
    },
    "column_list": {
        "an empty one of his own": of_staff(
            "INSERT INTO column_list (owner_kind, user_id)"
            " SELECT 'USER', user_id FROM role_assignment WHERE role_id = $1"
        ),
        "an empty default": of_staff("INSERT INTO column_list (owner_kind) SELECT 'SYSTEM' WHERE $1 > 0"),
    },
    "column_list_item": {"a column of money": _listed},
    "collaborator": {"another role": _collaborator},
    "company_access": {"taken": _company},
    "manager_assignment": {"taken": _managed},
    "organization": {
        "hides archived profiles": of_member("UPDATE organization SET hides_archived_profiles = true WHERE id = $1"),
        "hides partners' names": of_member(
            "UPDATE organization SET guest_hides_partner_names = true WHERE id = $1", role="Guest"
        ),
    },
    "advertiser_profile": {
        "the first one": of_member(
            "INSERT INTO advertiser_profile (organization_id, name) VALUES ($1, 'First')", advertiser=False
        ),
        "approval": of_member("UPDATE advertiser_profile SET approved_at = now() WHERE organization_id = $1"),
        "the only one moves away": of_member(
            "UPDATE advertiser_profile SET organization_id = (SELECT max(id) FROM organization WHERE id <> $1) "
            "WHERE organization_id = $1"
        ),
    },
    "partner_profile": {
        "the first one": of_member(
            "INSERT INTO partner_profile (organization_id, name) VALUES ($1, 'First')", partner=False
        ),
    },
}


def test_every_table_that_grants_are_read_from_has_a_change() -> None:
    """GOAL7: a new one has to be added here, and shown to be seen."""
    assert CHANGES.keys() == GRANT_TABLES
    assert len(GRANT_TABLES) >= 15
    assert CATALOGUE.entities.keys() >= GRANT_TABLES


def test_the_settings_that_make_paths_are_among_them() -> None:
    """GOAL7, K12, K20, C-13: what `sightline.authz.grants` says of the organization changes with the epoch too."""
    assert {"the first one", "approval"} <= CHANGES["advertiser_profile"].keys()
    assert "the first one" in CHANGES["partner_profile"]
    assert CHANGES["organization"].keys() == {"hides archived profiles", "hides partners' names"}
    read = set(re.findall(r"\borganization\.(\w+)", "\n".join(GRANT_STATEMENTS)))
    assert read == {"id", "hides_archived_profiles", "guest_hides_partner_names"}


@pytest.mark.parametrize(
    "make",
    [pytest.param(made, id=f"{table}: {name}") for table, made_of in CHANGES.items() for name, made in made_of.items()],
)
async def test_a_change_is_seen_by_the_next_operation(registry: Registry, make: Made) -> None:
    """GOAL7, F18, D10: not before its transaction is committed, then at once; without the epoch it would not be."""
    change = await make(registry)
    before = (await registry.find(change.token)).somebody
    transaction = registry.connection.transaction()
    await transaction.start()
    await registry.connection.execute(change.statement, *change.values)
    await registry.connection.execute("UPDATE authz_epoch SET n = n + 1")
    assert (await registry.find(change.token)).principal is before
    await transaction.commit()
    after = (await registry.find(change.token)).principal
    assert after is None or after.paths != before.paths


async def test_the_epoch_is_what_tells(registry: Registry) -> None:
    """D10: the same change without it goes unseen, so whoever writes grants must count it up."""
    change = await _company(registry)
    before = (await registry.find(change.token)).somebody
    await registry.change(change.statement, *change.values, bump=False)
    assert (await registry.find(change.token)).principal is before
    await registry.change("SELECT 1")
    assert (await registry.find(change.token)).somebody.paths != before.paths
