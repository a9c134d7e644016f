"""Who watches the watchers in a world: requests for access, and reviews of it with their items."""

from __future__ import annotations

from typing import Any

from drawing import Values, WorldRows

from sightline.db.tables import enums


def add_oversight(world: WorldRows) -> None:
    """Add what refers to users, organizations, accounts and their grants; all of these come before."""
    _requests(world)
    places: list[tuple[enums.InvitationScope, int | None, int | None]] = [
        (enums.InvitationScope.PLATFORM, None, None),
        *((enums.InvitationScope.ORGANIZATION, None, each["id"]) for each in world.tables["organization"]),
        *((enums.InvitationScope.ACCOUNT, each["id"], None) for each in world.tables["affiliate_account"]),
    ]
    for scope, account, organization in places:
        for state in enums.ReviewState:  # one of each at most is open
            done = state is enums.ReviewState.COMPLETED
            review = world.numbered(
                "access_review",
                version=1,
                scope=scope,
                affiliate_account_id=account,
                organization_id=organization,
                state=state,
                due_at=world.moment(),
                opened_by_id=world.any("app_user")["id"],
                completed_by_id=world.any("app_user")["id"] if done else None,
                completed_at=world.moment() if done else None,
                findings=world.perhaps({"kept": world.text()}),
            )
            _items(world, review["id"], _grants(world, account, organization))


def _requests(world: WorldRows) -> None:
    for _ in range(24):
        state = world.one_of(list(enums.AccessRequestState))
        asker, other = world.random.sample(world.tables["app_user"], 2)
        decided = state in (enums.AccessRequestState.APPROVED, enums.AccessRequestState.REFUSED)
        approved = state is enums.AccessRequestState.APPROVED
        world.numbered(
            "access_request",
            version=1,
            requester_id=asker["id"],
            organization_id=world.perhaps(world.any("organization")["id"]),
            coordinate=world.perhaps(world.text()),
            node=world.perhaps(world.text()),
            reason=world.text(),
            wanted_until=world.perhaps(world.moment()),
            state=state,
            decided_by_id=other["id"] if decided else None,
            decided_at=world.moment() if decided else None,
            granted_until=world.perhaps(world.moment()) if approved else None,
            answer=world.perhaps(world.text()) if decided else None,
        )


def _grants(world: WorldRows, account: int | None, organization: int | None) -> list[Values]:
    """The grants of a place: an item names no grant of another one."""
    if account is not None:
        rows = [each for each in world.tables["collaborator"] if each["affiliate_account_id"] == account]
        return [{"user_id": each["user_id"], "collaborator_id": each["id"]} for each in rows]
    scope = "PLATFORM" if organization is None else "ORGANIZATION"
    return [
        {"user_id": each["user_id"], "membership_id": each["id"]}
        for each in world.tables["role_assignment"]
        if each["scope"] == scope and each.get("organization_id") == organization
    ]


def _items(world: WorldRows, review: int, grants: list[Values]) -> None:
    for grant in grants:
        state = world.one_of(list(enums.ReviewItemState))
        decided = state in (enums.ReviewItemState.CONFIRMED, enums.ReviewItemState.REVOKED)
        named: dict[str, Any] = {"membership_id": None, "collaborator_id": None} | grant
        world.numbered(
            "access_review_item",
            version=1,
            review_id=review,
            **named,
            person=world.text(),
            role=world.text(),
            access_until=world.perhaps(world.moment()),
            state=state,
            decided_by_id=world.any("app_user")["id"] if decided else None,
            decided_at=world.moment() if decided else None,
            note=world.perhaps(world.text()),
        )
