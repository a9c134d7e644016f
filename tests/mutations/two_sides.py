"""An advertiser and a partner of a test's own, with a program and a source that may come together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from demo_platform import Platform

SHOWN = "id enrollment { id state initiatedBy }"
OF_PARTNER = "id enrollment { state initiatedBy affiliateAccount { id } proposedAccount { id } commissionPlan { id } }"
_ENTITIES = {"source": "traffic_source", "account": "affiliate_account", "plan": "commission_plan"}


@dataclass(frozen=True, slots=True, eq=False)
class TwoSides:
    """The two organizations and what they have: numbers as stored. `advertiser` and `partner` are ADMINs' tokens."""

    platform: Platform
    advertiser_org: str
    partner_org: str
    advertiser: str
    partner: str
    numbers: dict[str, int]

    def id(self, name: str) -> str:
        """The global id of one of them: `program`, `other_program`, `source`, `account`, `plan`, ..."""
        return self.platform.global_id(_ENTITIES.get(name.rpartition("_")[2], name), self.numbers[name])

    async def applied(self, **more: Any) -> dict[str, Any]:
        """What the partner's application answers."""
        given = {"trafficSource": self.id("source"), "program": self.id("program")}
        given |= {"affiliateAccount": self.id("account")}
        return await self.platform.change_by(self.partner, "applyToProgram", OF_PARTNER, **(given | more))

    async def invited(self, who: str = "", **more: Any) -> dict[str, Any]:
        """What the advertiser's invitation answers."""
        given = {"trafficSource": self.id("source"), "program": self.id("program")} | more
        return await self.platform.change_by(who or self.advertiser, "inviteToProgram", SHOWN, **given)

    async def does(self, who: str, mutation: str, enrollment: str, **more: Any) -> dict[str, Any]:
        """What a mutation of one enrollment answers."""
        shown = OF_PARTNER if who == self.partner else SHOWN
        return await self.platform.change_by(who, mutation, shown, enrollment=enrollment, **more)

    async def in_state(self, state: str) -> str:
        """The id of a new enrollment of the source in the program that stands there, written down directly."""
        asked, active = state in ("APPLIED", "DENIED", "WITHDRAWN"), state in ("ACTIVE", "EXPIRED", "LEFT")
        now = await self.platform.one("SELECT now()")
        number = await self.platform.add(
            "enrollment",
            program_id=self.numbers["program"],
            advertiser_profile_id=self.numbers["advertiser_profile"],
            advertiser_org_id=self.numbers["advertiser_org"],
            traffic_source_id=self.numbers["source"],
            partner_profile_id=self.numbers["partner_profile"],
            partner_org_id=self.numbers["partner_org"],
            affiliate_account_id=self.numbers["account"] if active else None,
            proposed_account_id=self.numbers["account"] if asked else None,
            initiated_by="PARTNER" if asked else "ADVERTISER",
            state=state,
            commission_plan_id=None if asked else self.numbers["other_plan"],
            activated_at=now if active else None,
            ended_at=None if state in ("APPLIED", "INVITED", "ACTIVE") else now,
        )
        return self.platform.global_id("enrollment", number)

    async def state(self, enrollment: str) -> str:
        """Where an enrollment stands."""
        number = self.platform.engine.services.ids.decode(enrollment)[1].id
        return str(await self.platform.one("SELECT state::text FROM enrollment WHERE id = $1", number))


def kind_of(answer: dict[str, Any]) -> str:
    """The type of an answer."""
    return str(answer["__typename"])


async def two_sides(platform: Platform, *, model: str = "DIRECT") -> TwoSides:
    """A listed, active program with a plan of its own and another that is in use; a listed partner with an account."""
    unique = uuid4().hex[:8]
    founder = await platform.one("SELECT min(id) FROM app_user")
    names = f"Shop {unique}", f"Blog {unique}"
    shop, blog = [await platform.add("organization", name=each, created_by_id=founder) for each in names]
    approved = await platform.one("SELECT now()")
    advertiser = await platform.add("advertiser_profile", organization_id=shop, name=names[0], approved_at=approved)
    partner = await platform.add("partner_profile", organization_id=blog, name=names[1], listed=True)
    owned = {"partner_profile_id": partner, "partner_org_id": blog}
    account_of = owned | {"created_by_id": founder, "status": "APPROVED"}
    account = await platform.add("affiliate_account", name=names[1], **account_of)
    second = await platform.add("affiliate_account", name=f"Second {unique}", **account_of)
    await platform.change(
        *(f"INSERT INTO account_shard (affiliate_account_id) VALUES ({each})" for each in (account, second))
    )
    source = await platform.add("traffic_source", name=names[1], kind="WEBSITE", **owned)
    other_source = await platform.add("traffic_source", name=f"Second {unique}", kind="APP", **owned)
    plans = [
        await platform.add("commission_plan", advertiser_profile_id=advertiser, name=name, payout_percent=percent)
        for name, percent in (("Everybody's", 5), ("For some", 9), ("Nobody's", 1))
    ]
    program = await platform.add(
        "program",
        advertiser_profile_id=advertiser,
        advertiser_org_id=shop,
        advertiser_name=names[0],
        name=f"Program {unique}",
        status="ACTIVE",
        listed=True,
        currency="EUR",
        commission_model=model,
        default_plan_id=plans[0],
    )
    numbers = {
        "advertiser_org": shop,
        "partner_org": blog,
        "advertiser_profile": advertiser,
        "partner_profile": partner,
        "account": account,
        "second_account": second,
        "source": source,
        "other_source": other_source,
        "plan": plans[0],
        "other_plan": plans[1],
        "program": program,
    }
    # By the other source both plans are in use, so the advertiser knows them.
    for plan, state in ((plans[0], "LEFT"), (plans[1], "EXPIRED")):
        await platform.add(
            "enrollment",
            program_id=program,
            advertiser_profile_id=advertiser,
            advertiser_org_id=shop,
            traffic_source_id=other_source,
            affiliate_account_id=account,
            initiated_by="PARTNER",
            state=state,
            commission_plan_id=plan,
            activated_at=approved,
            ended_at=approved,
            **owned,
        )
    people = [await platform.person(await platform.membership(each, "Admin")) for each in names]
    return TwoSides(platform, *names, people[0].token, people[1].token, numbers)
