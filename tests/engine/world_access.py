"""How access is arranged in a world and how it is run: invitations, lists, keys, imports, payout methods, the log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from drawing import NOON, WorldRows
from installation import SECRETS

from sightline.authz.reports.lenses import ReportLens
from sightline.db.tables import enums
from sightline.db.vault import Vault

TARGETS = ("affiliate_account", "program", "role_assignment", "app_user", "nothing")


def add_payout_runs(world: WorldRows) -> None:
    """Add what invoices refer to."""
    for number in range(1, 5):
        starter, state = world.any("app_user")["id"], world.one_of(list(enums.PayoutRunState))
        world.numbered(
            "payout_run",
            version=1,
            started_by_id=starter,
            state=state,
            period_start=date(2026, number, 1),
            period_end=date(2026, number + 1, 1),
            completed_at=world.perhaps(world.moment()),
            problem=f"Broken, as {number} says." if state is enums.PayoutRunState.FAILED else None,
            done_through=0,
            locked_conversions=number,
            failures=0,
        )


def add_access(world: WorldRows) -> None:
    """Add what refers to accounts, organizations, roles and programs; all of these come before."""
    _payout_methods(world, Vault.of(SECRETS))
    _transfers(world)
    _invitations(world)
    _lists(world)
    _keys(world)
    _metrics(world)
    _operations(world)
    _reports(world)
    _log(world)


def _payout_methods(world: WorldRows, vault: Vault) -> None:
    for account in world.tables["affiliate_account"]:
        for ended in (True, False):
            company = account["company_id"] or world.any("company")["id"]
            world.numbered(
                "payout_method",
                affiliate_account_id=account["id"],
                company_id=company,
                created_by_id=world.any("app_user")["id"],
                kind=world.one_of(("BANK_TRANSFER", "WALLET")),
                redacted="**** 1234",
                details=vault.seal_payout_details(world.text(), account=account["id"], company=company),
                ended_at=world.moment() if ended else None,
            )


def _transfers(world: WorldRows) -> None:
    companies = [company["id"] for company in world.tables["company"]]
    for account in world.tables["affiliate_account"]:
        for state in enums.TransferState:
            former, following = world.random.sample(companies, 2)
            # Of the two that are open one has no company on one side: no two are open between the same companies.
            alone = state is not enums.TransferState.REQUESTED and world.chance(0.7)
            alone |= state is enums.TransferState.APPROVED
            first = alone and world.chance(0.3)
            asker, other = world.random.sample(world.tables["app_user"], 2)
            agreed = state in (enums.TransferState.APPROVED, enums.TransferState.EXECUTED)
            moment = world.moment()
            world.numbered(
                "ownership_transfer",
                version=1,
                affiliate_account_id=account["id"],
                from_company_id=None if first else former,
                to_company_id=None if alone and not first else following,
                state=state,
                requested_by_id=asker["id"],
                approved_by_id=other["id"] if agreed else None,
                content_hash=account["id"].to_bytes(32),
                approved_at=moment if agreed else None,
                executed_at=moment if state is enums.TransferState.EXECUTED else None,
                expires_at=world.moment(),
            )


def _invitations(world: WorldRows) -> None:
    roles = world.tables["role"]
    for number in range(1, 25):
        scope = world.one_of(list(enums.InvitationScope))
        organization = world.any("organization")["id"] if scope is enums.InvitationScope.ORGANIZATION else None
        fitting = [role for role in roles if role["scope"] == ("ORGANIZATION" if organization else "PLATFORM")]
        account = scope is enums.InvitationScope.ACCOUNT
        invited = world.any("app_user")["email"] if world.chance(0.7) else f"new{number}@example.org"
        world.numbered(
            "invitation",
            scope=scope,
            affiliate_account_id=world.any("affiliate_account")["id"] if account else None,
            organization_id=organization,
            email=invited,
            collaborator_role=world.one_of(list(enums.CollaboratorRole)) if account else None,
            role_id=None if account else world.one_of(fitting)["id"],
            # One pending invitation for each target and address: the others were answered.
            state=world.one_of([each for each in enums.InvitationState if each is not enums.InvitationState.PENDING]),
            invited_by_id=world.any("app_user")["id"],
            target_name=world.text(),
            inviter_name=world.text(),
            token_hash=number.to_bytes(32),
            expires_at=world.moment(),
            answered_at=world.perhaps(world.moment()),
        )


def _lists(world: WorldRows) -> None:
    for role in world.tables["role"]:
        for line in enums.ProductLine if role["scope"] == "ORGANIZATION" else ():
            if world.chance(0.4):
                world.add("role_product_line", role_id=role["id"], product_line=line, created_at=NOON)
    for assignment in world.tables["role_assignment"]:
        for line in enums.ProductLine if assignment["line_scope"] == "LISTED" else ():
            if world.chance(0.6):
                ids = {"assignment_id": assignment["id"], "product_line": line}
                world.add("assignment_product_line", **ids, created_at=NOON)


def _keys(world: WorldRows) -> None:
    for number in range(1, 17):
        organization = world.chance(0.5)
        state = world.one_of(list(enums.KeyState))
        secret: dict[str, Any] = {"prefix": "sl_live_0000", "last_four": f"{number:04d}", "hash": number.to_bytes(32)}
        if state is enums.KeyState.PENDING:
            secret = dict.fromkeys(secret)
        world.numbered(
            "api_key",
            version=1,
            owner_kind=enums.KeyOwner.ORG if organization else enums.KeyOwner.USER,
            organization_id=world.any("organization")["id"] if organization else None,
            user_id=None if organization else world.any("app_user")["id"],
            created_by_id=world.perhaps(world.any("app_user")["id"]),
            name=f"{world.text()} {number}",
            scopes=None if organization and world.chance(0.5) else ["account:R"],
            state=state,
            expires_at=world.perhaps(world.moment()),
            last_used_at=world.perhaps(world.moment()),
            revoked_at=(ended := world.perhaps(world.moment())),
            rotation_due_at=ended if organization else None,
            **secret,
        )


def _metrics(world: WorldRows) -> None:
    # Without a draw, so that worlds are what they were: which wrong rules they notice is written down.
    users, organizations = world.tables["app_user"], world.tables["organization"]
    for number in range(1, 13):
        world.numbered(
            "custom_metric",
            version=1,
            owner_id=users[number % len(users)]["id"],
            organization_id=organizations[number % len(organizations)]["id"] if number % 2 else None,
            key=f"custom_{number}",
            name=f"Metric {number}",
            description="Words" if number % 3 else None,
            formula="clicks + 1",
            state=list(enums.MetricState)[number % 4 == 0],
        )


def _operations(world: WorldRows) -> None:
    for number in range(1, 13):
        job = world.numbered(
            "import_job",
            created_by_id=world.any("app_user")["id"],
            name=f"orders {number}",
            state=world.one_of(list(enums.ImportState)),
            entity="conversions",
            source=world.text(),
            scheduled=world.chance(0.4),
            started_at=world.perhaps(world.moment()),
            finished_at=world.perhaps(world.moment()),
            dry_run=number % 3 == 0,
            file_size=1_000 * number if number % 4 else None,
            bytes_read=100 * number,
            rows_read=number,
            rows_accepted=number if number % 2 else None,
            rows_refused=number - 1 if number % 2 else None,
            problem=f"problem {number}" if number % 5 == 0 else None,
        )
        for line in range(1, 4):
            rejected = world.chance(0.5)
            world.numbered(
                "import_log",
                job_id=job["id"],
                line=line,
                outcome=enums.ImportOutcome.REJECTED if rejected else enums.ImportOutcome.ACCEPTED,
                column_name=world.text() if rejected else None,
                value=world.text() if rejected else None,
                reason=world.text() if rejected else None,
            )
    for key in ("currency", "time_zone", "click_count"):
        world.add("platform_setting", key=key, created_at=NOON, version=1, value={"is": world.text()}, updated_at=NOON)


def _reports(world: WorldRows) -> None:
    for number in range(1, 17):
        lens = world.one_of(list(ReportLens))
        of_account = lens is ReportLens.ACCOUNT
        of_organization = lens in (ReportLens.ADVERTISER, ReportLens.PARTNER)
        point_of_view = {
            "lens": lens,
            "lens_organization_id": world.any("organization")["id"] if of_organization else None,
            "lens_account_id": world.any("affiliate_account")["id"] if of_account else None,
            "definition": {"columns": ["clicks"]},
        }
        owner = world.any("app_user")["id"]
        report = world.numbered(
            "saved_report",
            version=1,
            name=f"{world.text()} {number}",
            owner_id=owner,
            organization_id=world.perhaps(world.any("organization")["id"]),
            **point_of_view,
        )
        for reader in world.random.sample(world.tables["app_user"], 2):
            world.add("saved_report_share", saved_report_id=report["id"], user_id=reader["id"], created_at=NOON)
        schedule = world.numbered(
            "report_schedule",
            version=1,
            saved_report_id=report["id"],
            owner_id=world.any("app_user")["id"],
            state=world.one_of(list(enums.ScheduleState)),
            cron="0 6 * * *",
            time_zone="Europe/Oslo",
            format=world.one_of(list(enums.ExportFormat)),
            on_restricted=world.one_of(list(enums.OnRestricted)),
            recipients=[],
            next_run_at=world.perhaps(world.moment()),
            last_run_at=world.perhaps(world.moment()),
            last_error=None,
        )
        failed = world.chance(0.3)
        world.numbered(
            "report_export",
            version=1,
            owner_id=owner,
            principal=f"user:{owner}",
            saved_report_id=world.perhaps(report["id"]),
            schedule_id=world.perhaps(schedule["id"]),
            name=f"{world.text()} {number}",
            format=world.one_of(list(enums.ExportFormat)),
            state=enums.ExportState.FAILED if failed else world.one_of(("WAITING", "COMPLETED", "CANCELLED")),
            rows_written=number,
            rows_total=world.perhaps(number),
            error="COLUMN_RESTRICTED" if failed else None,
            finished_at=world.perhaps(world.moment()),
            expires_at=world.moment(),
            **point_of_view,
        )


def _log(world: WorldRows) -> None:
    kinds = (*TARGETS, "collaborator", "invitation", "ownership_transfer")
    for number in range(1, 49):
        kind = world.one_of(kinds)
        targets = world.tables.get(kind, ())
        target = world.one_of(targets) if targets else {"id": "none", "name": ""}
        quoted = sorted(name for name, value in target.items() if type(value) is str and name != "id")
        world.add(
            "audit_log",
            id=number,
            at=NOON + timedelta(minutes=number),
            actor_id=world.perhaps(world.any("app_user")["id"], chance=0.8),
            on_behalf_of_id=world.perhaps(world.any("app_user")["id"], chance=0.2),
            api_key_id=world.perhaps(world.any("api_key")["id"], chance=0.4),
            via_path=world.perhaps("PLATFORM"),
            organization_id=world.perhaps(world.any("organization")["id"]),
            affiliate_account_id=world.perhaps(world.any("affiliate_account")["id"]),
            action=f"{kind}:update",
            target_type=kind,
            target_id=str(target["id"]),
            before=world.perhaps({name: world.text() for name in quoted if world.chance(0.7)}),
            after=world.perhaps({name: world.text() for name in quoted if world.chance(0.7)}),
            prev_hash=number.to_bytes(32),
            hash=(number + 1).to_bytes(32),
        )
