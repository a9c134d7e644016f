"""Access that is being arranged: invitations, requests, reviews, and transfers of ownership, in every state."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sightline.db.demo.book import Book, Values
from sightline.db.demo.cast import BLUEBIRD, DOMAIN, NORTHWIND
from sightline.db.demo.organizations import Society
from sightline.db.demo.partners import Partners
from sightline.db.demo.roles import Roles
from sightline.db.demo.season import DISTANT, PERIOD_END
from sightline.db.secrets import Secrets
from sightline.db.vault import Vault

_WEEK = timedelta(days=7)
_INVITATION_STATES = ("PENDING", "ACCEPTED", "DECLINED", "REVOKED", "EXPIRED")


def make_access(book: Book, society: Society, *, partners: Partners, roles: Roles, secrets: Secrets) -> None:
    """Some of each kind in each state; whoever is undecided about has until long after the demo."""
    _invitations(book, society, partners=partners, roles=roles, secrets=secrets)
    _transfers(book, society, partners=partners, vault=Vault.of(secrets))
    _requests(book, society)
    _reviews(book, society, partners)
    _reviews_of_keys(book, society)


def _invitations(book: Book, society: Society, *, partners: Partners, roles: Roles, secrets: Secrets) -> None:
    names = {row["id"]: row["name"] for row in book.rows("app_user")}
    account = partners.bluebird[0]
    account_name = book.rows("affiliate_account")[account - 1]["name"]
    northwind, bluebird = society.organizations[NORTHWIND], society.organizations[BLUEBIRD]

    def invite(scope: str, state: str, *, email: str, by: str, target: str, **what: int | str | None) -> None:
        token = secrets.demo_key(f"invitation {scope} {target} {email}")
        asked = PERIOD_END - 3 * _WEEK
        inviter = society.cast[by]
        values: dict[str, int | str | None] = {
            "affiliate_account_id": None,
            "organization_id": None,
            "collaborator_role": None,
            "role_id": None,
        }
        book.add(
            "invitation",
            created_at=asked,
            scope=scope,
            email=email,
            state=state,
            invited_by_id=inviter,
            target_name=target,
            inviter_name=names[inviter],
            token_hash=secrets.token_hash(token),
            expires_at=DISTANT if state == "PENDING" else asked + _WEEK,
            answered_at=None if state in ("PENDING", "EXPIRED") else asked + timedelta(days=1),
            **(values | what),
        )

    member, manager = roles.organization["Member"], roles.platform["Affiliate Manager"]
    for n, state in enumerate(_INVITATION_STATES):
        email = f"invited-{n + 1}@mail.example"
        role = ("READ_ONLY", "OWNER", "READ_ONLY", "OWNER", "READ_ONLY")[n]
        what: dict[str, int | str | None] = {"affiliate_account_id": account, "collaborator_role": role}
        invite("ACCOUNT", state, email=email, by="collab-owner", target=account_name, **what)
        for organization, by in ((northwind, "adv-admin"), (bluebird, "partner-admin")):
            what = {"organization_id": organization.id, "role_id": member}
            invite("ORGANIZATION", state, email=email, by=by, target=organization.name, **what)
        invite("PLATFORM", state, email=email, by="admin", target="the platform", role_id=manager)
    # Somebody of the cast has one to answer; a manager of the platform offers the third collaborator role.
    nobody = f"nobody@{DOMAIN}"
    what = {"affiliate_account_id": partners.bluebird[1], "collaborator_role": "READ_ONLY"}
    invite("ACCOUNT", "PENDING", email=nobody, by="collab-owner", target="Bluebird Austria", **what)
    what = {"affiliate_account_id": partners.bluebird[3], "collaborator_role": "MANAGER"}
    invite("ACCOUNT", "PENDING", email="invited-9@mail.example", by="manager", target="Bluebird America", **what)
    # One of the staff sees others' invitations by a permission, and his own as the one who is addressed.
    what = {"organization_id": bluebird.id, "role_id": member}
    invite("ORGANIZATION", "PENDING", email=f"support@{DOMAIN}", by="partner-admin", target=bluebird.name, **what)


def _transfers(book: Book, society: Society, *, partners: Partners, vault: Vault) -> None:
    media, deals = partners.companies["Bluebird Media GmbH"], partners.companies["Bluebird Deals Ltd"]
    for n, (state, place, companies) in enumerate(
        (
            ("REQUESTED", 0, (media, deals)),
            ("APPROVED", 1, (media, deals)),
            ("EXECUTED", 2, (media, deals)),  # which is what the account says now
            ("REJECTED", 3, (deals, media)),
            ("WITHDRAWN", 4, (media, deals)),
            ("EXPIRED", 2, (None, deals)),
        )
    ):
        account = partners.bluebird[place]
        approved = state in ("APPROVED", "EXECUTED")
        asked = PERIOD_END - (n + 2) * _WEEK
        book.add(
            "ownership_transfer",
            created_at=asked,
            affiliate_account_id=account,
            from_company_id=companies[0],
            to_company_id=companies[1],
            state=state,
            requested_by_id=society.cast["partner-admin"],
            approved_by_id=society.cast["many-hats"] if approved else None,
            content_hash=sha256(f"{account} {companies[0]} {companies[1]}".encode()).digest(),
            approved_at=asked + timedelta(days=2) if approved else None,
            executed_at=asked + timedelta(days=3) if state == "EXECUTED" else None,
            expires_at=DISTANT if state in ("REQUESTED", "APPROVED") else asked + 2 * _WEEK,
        )
        if state == "EXECUTED":
            # AC9: it ended with the company, whose owners alone still read it in full.
            book.add(
                "payout_method",
                affiliate_account_id=account,
                company_id=media,
                created_by_id=society.cast["company-owner"],
                kind="BANK_TRANSFER",
                redacted="**** 0417",
                details=vault.seal_payout_details("IBAN XX00 000000000000000417", account=account, company=media),
                ended_at=asked + timedelta(days=3),
            )


def _requests(book: Book, society: Society) -> None:
    northwind = society.organizations[NORTHWIND].id
    for n, (key, organization, state, coordinate, reason) in enumerate(
        (
            ("affiliate-manager", None, "REQUESTED", "Conversion.revenue", "To answer an advertiser about its costs."),
            ("affiliate-manager-nopay", None, "APPROVED", "Conversion.payout", "My accounts ask what they earned."),
            ("support", None, "REFUSED", "Conversion.saleAmount", "A customer asks for a refund."),
            ("analyst", northwind, "WITHDRAWN", "Conversion.payout", "For the quarterly report."),
            ("implementation", northwind, "REQUESTED", "Conversion.status", "To see whether tracking works."),
        )
    ):
        decided = state in ("APPROVED", "REFUSED")
        approved = state == "APPROVED"
        asked = PERIOD_END - timedelta(days=20 + n)
        book.add(
            "access_request",
            created_at=asked,
            requester_id=society.cast[key],
            coordinate=coordinate,
            node=None,
            reason=reason,
            organization_id=organization,
            wanted_until=asked + 13 * _WEEK if approved else None,
            state=state,
            decided_by_id=society.cast["admin"] if decided else None,
            decided_at=asked + timedelta(days=1) if decided else None,
            granted_until=asked + 13 * _WEEK if approved else None,
            answer="Ask finance for the amount." if state == "REFUSED" else None,
        )


_GRANTS = ("membership_id", "collaborator_id", "api_key_id", "company_access_id")
"""Where an item of a review names its grant."""
_NOWHERE: Values = {"affiliate_account_id": None, "organization_id": None, "company_id": None}


def _reviews(book: Book, society: Society, partners: Partners) -> None:
    owner = society.cast["company-owner"]
    company = next(row["company_id"] for row in book.rows("company_access") if row["user_id"] == owner)
    targets: tuple[tuple[str, Values, str], ...] = (
        ("ACCOUNT", {"affiliate_account_id": partners.bluebird[0]}, "collab-owner"),
        ("ORGANIZATION", {"organization_id": society.organizations[NORTHWIND].id}, "adv-admin"),
        ("PLATFORM", {}, "admin"),
        ("COMPANY", {"company_id": company}, "company-owner"),
    )
    for scope, named, reviewer in targets:
        place = _NOWHERE | named
        for quarter, completed in ((1, True), (0, False)):
            due = PERIOD_END - quarter * timedelta(days=91)
            by = society.cast[reviewer]
            review = _review(book, scope, place, by=by, due=due, completed=completed)
            decided = (by, due - 2 * _WEEK) if completed else None
            _looked_at(book, review, _grants(book, scope, place), decided)


def _review(book: Book, scope: str, place: Values, *, by: int, due: datetime, completed: bool) -> int:
    return book.add(
        "access_review",
        created_at=due - 4 * _WEEK,
        scope=scope,
        **place,
        state="COMPLETED" if completed else "OPEN",
        due_at=due,
        completed_by_id=by if completed else None,
        opened_by_id=by,
        completed_at=due - _WEEK if completed else None,
    )


def _reviews_of_keys(book: Book, society: Society) -> None:
    """One of an organization's keys that waits, and one of the users' keys that is done."""
    begun = PERIOD_END - 4 * _WEEK
    live = [
        key
        for key in book.rows("api_key")
        if key["state"] in ("PENDING", "ACTIVE") and (key["expires_at"] is None or key["expires_at"] > begun)
    ]
    northwind, by = society.organizations[NORTHWIND].id, society.cast["adv-admin"]
    place = _NOWHERE | {"organization_id": northwind}
    review = _review(book, "ORGANIZATION_KEYS", place, by=by, due=PERIOD_END, completed=False)
    for key in live:
        if key["organization_id"] == northwind:
            _key_looked_at(book, review, key, NORTHWIND, None)
    names, by = {row["id"]: row["name"] for row in book.rows("app_user")}, society.cast["admin"]
    review = _review(book, "PLATFORM_KEYS", _NOWHERE, by=by, due=PERIOD_END, completed=True)
    for key in live:
        if key["user_id"] is not None:
            _key_looked_at(book, review, key, names[key["user_id"]], (by, PERIOD_END - 2 * _WEEK))


def _key_looked_at(book: Book, review: int, key: Values, person: str, decided: tuple[int, datetime] | None) -> None:
    scopes = "" if key["scopes"] is None else f": {', '.join(key['scopes'])}"
    by, at = decided or (None, None)
    book.add(
        "access_review_item",
        review_id=review,
        user_id=key["user_id"],
        **dict.fromkeys(_GRANTS) | {"api_key_id": key["id"]},
        person=person,
        role=f"{key['name']}{scopes}",
        access_until=key["expires_at"],
        state="OPEN" if decided is None else "CONFIRMED",
        decided_by_id=by,
        decided_at=at,
        note=None if decided is None else "Still in use.",
    )


def _grants(book: Book, scope: str, place: Values) -> list[Values]:
    """The grants of an account, an organization, a company or the platform as a review has them."""
    if scope == "ACCOUNT":
        return [
            {"collaborator_id": row["id"], "user_id": row["user_id"], "role": str(row["role"])}
            for row in book.rows("collaborator")
            if row["affiliate_account_id"] == place["affiliate_account_id"]
        ]
    if scope == "COMPANY":
        return [
            {"company_access_id": row["id"], "user_id": row["user_id"], "role": str(row["level"])}
            for row in book.rows("company_access")
            if row["company_id"] == place["company_id"]
        ]
    roles = {row["id"]: row["name"] for row in book.rows("role")}
    return [
        {"membership_id": row["id"], "user_id": row["user_id"], "role": roles[row["role_id"]]}
        for row in book.rows("role_assignment")
        if row["scope"] == scope and row.get("organization_id") == place["organization_id"]
    ]


def _looked_at(book: Book, review: int, grants: list[Values], decided: tuple[int, datetime] | None) -> None:
    """The grants of a review: of one that is done all are decided, but for one that had ended by itself."""
    names = {row["id"]: row["name"] for row in book.rows("app_user")}
    for n, grant in enumerate(grants):
        state = "OPEN" if decided is None else "ENDED" if n == 1 else "CONFIRMED"
        by, at = decided if decided is not None and state == "CONFIRMED" else (None, None)
        book.add(
            "access_review_item",
            review_id=review,
            **dict.fromkeys(_GRANTS) | grant,
            person=names[grant["user_id"]],
            access_until=None,
            state=state,
            decided_by_id=by,
            decided_at=at,
            note="Still needed." if state == "CONFIRMED" else None,
        )
    if decided is not None:
        # Whoever it was taken from is still a user, and in this scope nothing else is known of him.
        gone = next(each for each in sorted(names) if each not in {grant["user_id"] for grant in grants})
        book.add(
            "access_review_item",
            review_id=review,
            user_id=gone,
            **dict.fromkeys(_GRANTS),
            person=names[gone],
            role="Guest",
            access_until=None,
            state="REVOKED",
            decided_by_id=decided[0],
            decided_at=decided[1],
            note="Left the team.",
        )
