"""Inviting has mail sent to whoever is named: how often, and that the bound tells of nobody else (SM2, LK15)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from demo_platform import Person, Platform
from invited_people import confirmed, unique_address
from owned_accounts import account

from sightline.db.sign_in.attempts import MOST_LETTERS
from sightline.resolvers.mutations import invitations

FEW = 4


async def owner(platform: Platform) -> tuple[Person, str]:
    """A new OWNER of a new account, and the account's id."""
    number = await account(platform)
    who = await confirmed(platform, ("collaborator", {"affiliate_account_id": number, "role": "OWNER"}))
    return who, platform.global_id("affiliate_account", number)


async def invite(platform: Platform, who: tuple[Person, str], email: str) -> dict[str, Any]:
    """What inviting to an account answers its owner."""
    person, place = who
    given = {"affiliateAccount": place, "email": email, "role": "READ_ONLY"}
    return await platform.change_by(person.token, "inviteCollaborator", "invitation { id state }", **given)


async def take_back(platform: Platform, who: tuple[Person, str], made: dict[str, Any]) -> None:
    """Revoke an invitation."""
    done = await platform.change_by(who[0].token, "revokeInvitation", "id", invitation=made["invitation"]["id"])
    assert done["__typename"] == "RevokeInvitationSuccess"


async def mails(platform: Platform, email: str) -> int:
    """How many mails wait for an address."""
    return int(await platform.one("SELECT count(*) FROM outgoing_mail WHERE email = $1", email))


async def kinds(platform: Platform, who: tuple[Person, str], times: int) -> list[str]:
    """What inviting so many addresses at once answers, sorted."""
    answers = await asyncio.gather(*(invite(platform, who, unique_address()) for _ in range(times)))
    return sorted(each["__typename"] for each in answers)


async def test_sm2_somebody_invites_so_often_within_a_day(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """SM2: those at once count, those taken back too; it is said when to go on; others and the next day are free."""
    monkeypatch.setattr(invitations, "MOST_INVITATIONS", FEW)
    who, other = await owner(platform), await owner(platform)
    await take_back(platform, who, await invite(platform, who, unique_address()))
    assert await kinds(platform, who, FEW + 2) == ["InviteCollaboratorSuccess"] * (FEW - 1) + ["ValidationError"] * 3
    email = unique_address()
    refused = await invite(platform, who, email)
    moment = await platform.one(
        "SELECT to_char((min(created_at) + interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
        " FROM invitation WHERE invited_by_id = $1",
        who[0].id,
    )
    assert refused["message"] == f"You invite {FEW} times within a day at the most: go on after {moment} UTC."
    assert await mails(platform, email) == 0
    assert await kinds(platform, other, 1) == ["InviteCollaboratorSuccess"]
    await platform.change(
        f"UPDATE invitation SET created_at = created_at - interval '1 day' WHERE invited_by_id = {who[0].id}"
    )
    assert await kinds(platform, who, 1) == ["InviteCollaboratorSuccess"]


async def test_lk15_an_address_is_sent_so_many_and_nobody_is_told(platform: Platform) -> None:
    """LK15, SM2: by different people at once; who invites last is answered, and sees his invitation, as the first."""
    email, people = unique_address(), [await owner(platform) for _ in range(MOST_LETTERS + 2)]
    answers = await asyncio.gather(*(invite(platform, who, email) for who in people))
    assert [each["invitation"]["state"] for each in answers] == ["PENDING"] * len(people)
    assert await mails(platform, email) == MOST_LETTERS
    seen = [
        await platform.node(who.token, "invitation", number, selection="... on Invitation { email state }")
        for (who, _), number in [
            (who, await platform.one("SELECT id FROM invitation WHERE invited_by_id = $1", who[0].id)) for who in people
        ]
    ]
    assert seen == [{"email": email, "state": "PENDING"}] * len(people)
    assert await mails(platform, unique_address()) == 0
    await platform.change("UPDATE sign_in_attempt SET counted_since = now() - interval '15 minutes'")
    await take_back(platform, people[0], answers[0])
    before = await mails(platform, email)
    await invite(platform, people[0], email)
    assert await mails(platform, email) == before + 1


async def test_sm2_inviting_and_taking_back_floods_nobody(platform: Platform) -> None:
    """SM2: again and again by the same person, an address is sent no more than three."""
    email, who = unique_address(), await owner(platform)
    counted = 0
    for _ in range(MOST_LETTERS + 3):
        before = await mails(platform, email)
        made = await invite(platform, who, email)
        counted += await mails(platform, email) - before
        await take_back(platform, who, made)
    assert counted == MOST_LETTERS
