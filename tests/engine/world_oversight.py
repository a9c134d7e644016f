"""Who watches the watchers in a world: requests for access, and reviews of it with their items."""

from __future__ import annotations

from typing import Any

from drawing import Values, WorldRows

from sightline.db.tables import enums


def add_oversight(world: WorldRows) -> None:
    """Add what refers to users, organizations, accounts and their grants; all of these come before."""
    _requests(world)
    organizations = [{"organization_id": each["id"]} for each in world.tables["organization"]]
    places: list[tuple[enums.ReviewScope, Values]] = [
        (enums.ReviewScope.PLATFORM, {}),
        (enums.ReviewScope.PLATFORM_KEYS, {}),
        *((enums.ReviewScope.ORGANIZATION, each) for each in organizations),
        *((enums.ReviewScope.ORGANIZATION_KEYS, each) for each in organizations),
        *((enums.ReviewScope.ACCOUNT, {"affiliate_account_id": e["id"]}) for e in world.tables["affiliate_account"]),
        *((enums.ReviewScope.COMPANY, {"company_id": each["id"]}) for each in world.tables["company"]),
    ]
    nowhere: Values = {"affiliate_account_id": None, "organization_id": None, "company_id": None}
    for scope, named in places:
        place = nowhere | named
        for state in enums.ReviewState:  # one of each at most is open
            done = state is enums.ReviewState.COMPLETED
            review = world.numbered(
                "access_review",
                version=1,
                scope=scope,
                **place,
                state=state,
                due_at=world.moment(),
                opened_by_id=world.any("app_user")["id"],
                completed_by_id=world.any("app_user")["id"] if done else None,
                completed_at=world.moment() if done else None,
                findings=world.perhaps({"kept": world.text()}),
            )
            _items(world, review["id"], _grants(world, scope, place))


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


def _grants(world: WorldRows, scope: enums.ReviewScope, place: Values) -> list[Values]:
    """The grants of a place: an item names no grant of another one."""
    table, column, of = _LOOKED_AT[scope]
    return [
        {"user_id": each["user_id"], column: each["id"]}
        for each in world.tables[table]
        if each.get(of) == place[of] and each.get("scope") in (None, scope)
    ]


_LOOKED_AT = {
    enums.ReviewScope.ACCOUNT: ("collaborator", "collaborator_id", "affiliate_account_id"),
    enums.ReviewScope.ORGANIZATION: ("role_assignment", "membership_id", "organization_id"),
    enums.ReviewScope.PLATFORM: ("role_assignment", "membership_id", "organization_id"),
    enums.ReviewScope.ORGANIZATION_KEYS: ("api_key", "api_key_id", "organization_id"),
    enums.ReviewScope.PLATFORM_KEYS: ("api_key", "api_key_id", "organization_id"),
    enums.ReviewScope.COMPANY: ("company_access", "company_access_id", "company_id"),
}


def _items(world: WorldRows, review: int, grants: list[Values]) -> None:
    for grant in grants:
        state = world.one_of(list(enums.ReviewItemState))
        decided = state in (enums.ReviewItemState.CONFIRMED, enums.ReviewItemState.REVOKED)
        named: dict[str, Any] = {column: None for _, column, _ in _LOOKED_AT.values()} | grant
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
