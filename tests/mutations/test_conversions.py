"""Conversions that are recorded one by one and decided: who may, which steps there are, what is left behind."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Platform
from sales import SWITCHES, brought_to, decide, joined, key_of, new_conversion, recorded, recorder, version_of
from stored_sums import out_of_step, put_in_step

from sightline.db.tables.enums import ConversionStatus

STATUSES = tuple(ConversionStatus)
NEXT = {
    ("PENDING", "APPROVED"),
    ("PENDING", "HOLD"),
    ("PENDING", "REJECTED"),
    ("HOLD", "APPROVED"),
    ("HOLD", "REJECTED"),
    ("APPROVED", "REVERSED"),
    ("REJECTED", "APPROVED"),
}
PARTIES = ("adv-admin", "adv-guest", "finance", "partner-admin", "collab-owner", "collab-manager")
STAFF_WHO_READ = ("affiliate-manager", "support", "finance-manager", "payouts-only")


@pytest.fixture(autouse=True, scope="module")
async def in_step(platform: Platform) -> None:
    """The sums as the application leaves them."""
    await put_in_step(platform)


async def test_a9_v5_a_conversion_is_recorded_with_what_its_plan_gives(platform: Platform) -> None:
    """A9, V5, M3: PENDING and OPEN, in the program's currency, half-even to its minor unit, with its history."""
    person = await recorder(platform)
    enrollment = await joined(platform)
    answer = await recorded(platform, person.token, enrollment)
    assert answer["__typename"] == "RecordConversionSuccess", answer
    shown = answer["conversion"]
    assert (shown["status"], shown["settlement"]) == ("PENDING", "OPEN")
    assert shown["saleAmount"] == {"amount": "80.05", "currency": "EUR"}
    for side in ("payout", "revenue"):
        percent, fixed = enrollment[f"{side}_percent"] or 0, enrollment[f"{side}_fixed"] or 0
        expected = round(Decimal("80.05") * percent / 100 + fixed, 2)
        assert Decimal(shown[side]["amount"]) == expected, side
    account, number = key_of(platform, shown["id"])
    (stored,) = await platform.rows(
        "SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", account, number
    )
    assert number >> 20 == int(stored["event_at"].timestamp() * 1000 + 0.5), "D2: milliseconds, then a counter"
    history = await platform.rows(
        "SELECT * FROM conversion_event WHERE affiliate_account_id = $1 AND conversion_id = $2", account, number
    )
    assert [(each["status"], each["actor_id"]) for each in history] == [("PENDING", person.id)]
    assert await out_of_step(platform) == {}


async def test_m3_given_amounts_stand_and_halves_go_to_the_even_neighbour(platform: Platform) -> None:
    """M3, A9: what the other system says is taken; what the plan says is rounded half-even, as imports do."""
    person = await recorder(platform)
    enrollment = await joined(platform)
    given = await recorded(platform, person.token, enrollment, payout="3.10", revenue="4.20")
    amounts = [given["conversion"][side]["amount"] for side in ("payout", "revenue")]
    assert amounts == ["3.10", "4.20"]
    program = await platform.one("SELECT name FROM program WHERE id = $1", enrollment["program_id"])
    plan = await platform.add(
        "commission_plan", name=f"Half of {program}", currency="EUR", payout_percent=Decimal(50), revenue_percent=50
    )
    was = enrollment["commission_plan_id"]
    await platform.change(f"UPDATE enrollment SET commission_plan_id = {plan} WHERE id = {enrollment['id']}")
    for sale, half in (("0.05", "0.02"), ("0.07", "0.04"), ("0.01", "0.00"), ("0.03", "0.02")):
        answer = await recorded(platform, person.token, enrollment, saleAmount=sale)
        assert answer["conversion"]["payout"]["amount"] == half, sale
    await platform.change(f"UPDATE enrollment SET commission_plan_id = {was or 'NULL'} WHERE id = {enrollment['id']}")


@pytest.mark.parametrize("key", [*PARTIES, *STAFF_WHO_READ, "nobody", "northwind-key", "support-key"])
async def test_a9_nobody_records_or_adjusts_without_transactions_w(platform: Platform, key: str) -> None:
    """A9: neither side of a conversion makes one, nor staff that only read them."""
    who = platform.member(key)
    for coordinate in ("Mutation.recordConversion", "Mutation.createAdjustment", "RecordConversionInput.payout"):
        assert not await platform.exists(who, coordinate), coordinate


async def test_a9_whoever_reads_no_enrollment_names_none(platform: Platform) -> None:
    """A9, AC7: TRANSACTIONS W alone reaches no enrollment, so there is nothing to credit a conversion to."""
    person = await platform.staff("TRANSACTIONS:W", **SWITCHES)
    assert not await platform.exists(person.token, "Mutation.recordConversion")
    assert await platform.exists(person.token, "Mutation.decideConversion")


async def test_f21_a_number_of_another_system_makes_one_conversion(platform: Platform) -> None:
    """F21, A15, D3: twenty at once make one; later ones are answered alike, whatever they say or wherever they go."""
    person = await recorder(platform)
    enrollment, number = await joined(platform), uuid4().hex
    answers = await asyncio.gather(
        *(recorded(platform, person.token, enrollment, externalId=number) for _ in range(20))
    )
    assert {each["__typename"] for each in answers} == {"RecordConversionSuccess"}
    assert len({each["conversion"]["id"] for each in answers}) == 1
    again = await recorded(platform, person.token, enrollment, externalId=number, saleAmount="1.00")
    assert again["conversion"] == answers[0]["conversion"], "the first one stands"
    (other,) = await platform.rows(
        "SELECT * FROM enrollment WHERE state = 'ACTIVE' AND affiliate_account_id <> $1 ORDER BY id LIMIT 1",
        enrollment["affiliate_account_id"],
    )
    elsewhere = await recorded(platform, person.token, other, externalId=number)
    assert elsewhere == {"__typename": "RecordConversionSuccess", "conversion": None}
    assert await platform.one("SELECT count(*) FROM conversion WHERE external_ref = $1", number) == 1
    another = await recorded(platform, person.token, enrollment, externalId=number, source="other shop")
    assert another["conversion"]["id"] != answers[0]["conversion"]["id"], "a number is one system's"
    assert await out_of_step(platform) == {}


async def test_what_is_not_recorded(platform: Platform) -> None:
    """AC12, M3, SM1: syntax, then rows, then the state of things; nothing is left of what is refused."""
    person = await recorder(platform)
    enrollment = await joined(platform)
    before = await platform.one("SELECT count(*) FROM import_claim")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    goal = await platform.one("SELECT min(id) FROM program_goal WHERE program_id <> $1", enrollment["program_id"])
    refused: list[tuple[str, dict[str, Any]]] = [
        ("eventAt", {"eventAt": later}),
        ("eventAt", {"eventAt": "1969-12-31T23:59:59Z"}),
        ("saleAmount", {"saleAmount": "-1.00"}),
        ("saleAmount", {"saleAmount": "1.001"}),
        ("payout", {"payout": "1.005", "revenue": "2.00"}),
        ("currency", {"currency": "XXX"}),
        ("exchangeRate", {"currency": "SEK", "payout": "1.00", "revenue": "1.00"}),
        ("exchangeRate", {"currency": "SEK", "exchangeRate": "0", "payout": "1.00", "revenue": "1.00"}),
        ("source", {"source": "  "}),
        ("externalId", {"externalId": ""}),
        ("country", {"country": "Sweden"}),
        ("goal", {"goal": platform.global_id("program_goal", goal)}),
    ]
    for path, given in refused:
        answer = await recorded(platform, person.token, enrollment, **given)
        assert (answer["__typename"], answer.get("path")) == ("ValidationError", [path]), (given, answer)
    ended = await platform.rows("SELECT * FROM enrollment WHERE state = 'LEFT' LIMIT 1")
    answer = await recorded(platform, person.token, ended[0])
    assert (answer["__typename"], answer["path"]) == ("ValidationError", ["enrollment"])
    missing = await recorded(platform, person.token, {"id": 987_654_321})
    assert (missing["__typename"], missing["path"]) == ("NotFound", ["enrollment"])
    assert await platform.one("SELECT count(*) FROM import_claim") == before


@pytest.mark.parametrize(
    ("switch", "given"),
    [
        ("see_payout", {"payout": "1.00", "revenue": None}),
        ("see_sale_amount", {}),
        ("see_revenue", {"revenue": "2.00"}),
    ],
)
async def test_ac3_nobody_writes_an_amount_he_does_not_see(
    platform: Platform, switch: str, given: dict[str, Any]
) -> None:
    """AC3, S13: each amount that is given needs its class on the path that records."""
    blind = await recorder(platform, **{switch: False})
    sighted = await recorder(platform)
    enrollment = await joined(platform)
    refused = await recorded(platform, blind.token, enrollment, "id", **given)
    assert refused["__typename"] == "Forbidden", refused
    assert (await recorded(platform, sighted.token, enrollment, **given))["__typename"] == "RecordConversionSuccess"
    without = await recorded(platform, blind.token, enrollment, "id", saleAmount=None)
    assert without["__typename"] == "RecordConversionSuccess", "what the plan gives is not the actor's to see"


@pytest.mark.parametrize("before", STATUSES)
async def test_sm4_every_step_and_no_other(platform: Platform, before: str) -> None:
    """SM4: every status times every decision; a refused one leaves the row, its history and the sums as they were."""
    person = await recorder(platform)
    for target in STATUSES:
        conversion = await new_conversion(platform, person.token)
        await brought_to(platform, conversion, before)
        version = await version_of(platform, conversion)
        answer = await decide(platform, person.token, conversion, target, reason="ORDER_UPDATE")
        account, number = key_of(platform, conversion)
        (stored,) = await platform.rows(
            "SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", account, number
        )
        steps = await platform.stored(
            "SELECT status::text FROM conversion_event WHERE affiliate_account_id = $1 AND conversion_id = $2"
            " ORDER BY n",
            account,
            number,
        )
        if (before, target) in NEXT:
            assert answer["__typename"] == "DecideConversionSuccess", (target, answer)
            assert (stored["status"], stored["status_reason"]) == (target, "ORDER_UPDATE")
            assert steps == ["PENDING", target]
            assert (stored["refunded_amount"] == stored["sale_amount"]) is (target == "REVERSED")
            assert stored["version"] != version
        else:
            assert (answer["__typename"], answer["path"]) == ("ValidationError", ["status"]), (target, answer)
            assert (stored["status"], stored["version"], steps) == (before, version, ["PENDING"])
    assert await out_of_step(platform) == {}


@pytest.mark.parametrize("before", ["APPROVED", "REJECTED", "REVERSED"])
async def test_sm4_what_is_locked_is_not_decided(platform: Platform, before: str) -> None:
    """SM4: from LOCKED on the status is final; each further settlement of an approved one too."""
    person = await recorder(platform)
    for settlement in ("LOCKED", "INVOICED", "PAID") if before == "APPROVED" else ("LOCKED",):
        conversion = await new_conversion(platform, person.token)
        await brought_to(platform, conversion, before, settlement)
        version = await version_of(platform, conversion)
        for target in STATUSES:
            answer = await decide(platform, person.token, conversion, target)
            assert answer["__typename"] == "ValidationError", (settlement, target)
        assert await version_of(platform, conversion) == version


async def test_sm4_what_is_put_on_hold_has_a_date_to_come(platform: Platform) -> None:
    """SM4: a date that has passed, or none at all, is refused; other decisions take none."""
    person = await recorder(platform)
    answer = await recorded(platform, person.token, await joined(platform), lockAt=None)
    conversion = answer["conversion"]["id"]
    for more in ({"lockAt": None}, {"lockAt": "2026-01-01T00:00:00Z"}):
        refused = await decide(platform, person.token, conversion, "HOLD", **more)
        assert (refused["__typename"], refused["path"]) == ("ValidationError", ["lockAt"])
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    dated = await decide(platform, person.token, conversion, "APPROVED", lockAt=later)
    assert (dated["__typename"], dated["path"]) == ("ValidationError", ["lockAt"])
    assert (await decide(platform, person.token, conversion, "HOLD"))["__typename"] == "DecideConversionSuccess"


async def test_i9_the_advertiser_decides_on_direct_programs_itself(platform: Platform) -> None:
    """I9, SM4, 3.10: with ACTION_INQUIRIES M or PENDING_PAYOUTS M, or as ADMIN or MEMBER; never INTERMEDIATED ones."""
    person = await recorder(platform)
    for keys, may in (
        ("PERFORMANCE_REPORTS:R ACTION_INQUIRIES:W", True),
        ("PERFORMANCE_REPORTS:R PENDING_PAYOUTS:W", True),
        ("PERFORMANCE_REPORTS:R PENDING_PAYOUTS:R ACTION_INQUIRIES:R", False),
        ("Admin", True),
        ("Member", True),
        ("Guest", False),
    ):
        for model in ("DIRECT", "INTERMEDIATED"):
            conversion = await new_conversion(platform, person.token, model)
            name = await platform.one(
                "SELECT o.name FROM conversion c JOIN organization o ON o.id = c.advertiser_org_id WHERE c.id = $1",
                key_of(platform, conversion)[1],
            )
            number = await platform.named("organization", name)
            role: str | int = keys
            if ":" in keys:
                role = await platform.role(keys, scope="ORGANIZATION", base_type="ORG", organization_id=number)
            member = await platform.person(await platform.membership(name, role))
            if not may:
                assert not await platform.exists(member.token, "Mutation.decideConversion"), keys
                continue
            answer = await decide(platform, member.token, conversion, "APPROVED")
            expected = "DecideConversionSuccess" if model == "DIRECT" else "Forbidden"
            assert answer["__typename"] == expected, (keys, model, answer)


@pytest.mark.parametrize("key", ["adv-guest", "analyst", "finance", "partner-admin", "collab-owner", "support"])
async def test_a9_who_only_reads_decides_nothing(platform: Platform, key: str) -> None:
    """A9, K16, I9: neither viewers of an advertiser, nor the partner's side, nor staff with R."""
    assert not await platform.exists(platform.member(key), "Mutation.decideConversion")


async def test_ac8_no_status_is_set_that_the_path_does_not_see(platform: Platform) -> None:
    """AC8: NOT_FOUND, as of any hidden row; Forbidden where another path shows it; nothing is changed by either."""
    maker = await recorder(platform)
    limited = await recorder(platform, statuses=["PENDING", "APPROVED"])
    conversion = await new_conversion(platform, maker.token, "DIRECT")
    account, number = key_of(platform, conversion)
    hidden = await decide(platform, limited.token, conversion, "REJECTED")
    absent = await decide(platform, limited.token, platform.global_id("conversion", account, 7), "REJECTED")
    assert hidden == absent
    assert hidden["__typename"] == "NotFound"
    owner = await platform.one("SELECT name FROM affiliate_account WHERE id = $1", account)
    both = await platform.staff(
        "TRANSACTIONS:W AFFILIATES:R OFFERS:R",
        also=[await platform.collaborator(owner, "READ_ONLY")],
        statuses=["PENDING", "APPROVED"],
        **SWITCHES,
    )
    forbidden = await decide(platform, both.token, conversion, "REJECTED")
    assert (forbidden["__typename"], forbidden["path"]) == ("Forbidden", ["status"])
    assert await platform.one("SELECT status FROM conversion WHERE id = $1", number) == "PENDING"
    allowed = await decide(platform, limited.token, conversion, "APPROVED")
    assert allowed["__typename"] == "DecideConversionSuccess"
    taken = await decide(platform, limited.token, conversion, "REVERSED")
    assert taken["__typename"] == "NotFound"
    assert await out_of_step(platform) == {}


async def test_ac8_nothing_is_recorded_that_the_path_does_not_see(platform: Platform) -> None:
    """AC8: whoever sees approved conversions only makes no pending one."""
    limited = await recorder(platform, statuses=["APPROVED"])
    before = await platform.one("SELECT count(*) FROM conversion")
    answer = await recorded(platform, limited.token, await joined(platform))
    assert answer["__typename"] == "Forbidden"
    assert await platform.one("SELECT count(*) FROM conversion") == before
    assert await out_of_step(platform) == {}


async def test_ac8_steps_that_are_hidden_are_not_counted_in_those_that_are_seen(platform: Platform) -> None:
    """AC8: a history with a hidden step is, but for the moments, the answer to one without; nothing has its place."""
    person = await recorder(platform)
    limited = (await recorder(platform, statuses=["APPROVED"])).token
    step = "status reason actor { id } conversion { status }"
    histories = []
    for ways in (("APPROVED",), ("HOLD", "APPROVED")):
        conversion = await new_conversion(platform, person.token)
        for status in ways:
            await decide(platform, person.token, conversion, status)
        selection = f"... on Conversion {{ history(first: 10) {{ totalCount nodes {{ {step} }} }} }}"
        histories.append(await platform.node(limited, "conversion", *key_of(platform, conversion), selection=selection))
    assert histories[0] == histories[1]
    assert histories[0]["history"]["totalCount"] == 1
    for entity in ("ConversionEvent", "ConversionProposal"):
        for coordinate in (f"{entity}.n", f"{entity}Filter.n", f"{entity}OrderField.N"):
            assert not await platform.exists(platform.member("admin"), coordinate), coordinate


async def test_ac8_ac11_lk15_a_version_counts_no_steps(platform: Platform) -> None:
    """AC8, AC11, LK15: whoever sees some statuses is told one version, whatever it was before; it is of its moment."""
    person = await recorder(platform)
    limited = (await recorder(platform, statuses=["PENDING", "APPROVED"])).token
    moment, told = datetime.now(UTC), []
    for ways in (("APPROVED",), ("HOLD", "APPROVED")):
        conversion = await new_conversion(platform, person.token)
        for status in ways:
            before = await version_of(platform, conversion)
            assert (await decide(platform, person.token, conversion, status))["__typename"].endswith("Success")
            assert await version_of(platform, conversion) != before
        await platform.rows(
            "UPDATE conversion SET modified_at = $3 WHERE affiliate_account_id = $1 AND id = $2",
            *key_of(platform, conversion),
            moment,
        )
        query = "query ($id: ID!) { viewer { version(id: $id) } }"
        told.append((await platform.read(limited, query, id=conversion))["viewer"]["version"])
        assert (await decide(platform, limited, conversion, "REVERSED", version=1))["version"] == told[-1]
    assert told[0] == told[1] is not None


async def test_f22_of_many_decisions_one_is_made(platform: Platform) -> None:
    """F22, SM4: of ten that approve or reject the same pending conversion one wins; the sums know of one."""
    person = await recorder(platform)
    conversion = await new_conversion(platform, person.token)
    version = await version_of(platform, conversion)
    answers = await asyncio.gather(
        *(decide(platform, person.token, conversion, ("APPROVED", "HOLD")[n % 2], version=version) for n in range(10))
    )
    assert sorted(each["__typename"] for each in answers).count("DecideConversionSuccess") == 1
    assert {each["__typename"] for each in answers} <= {"DecideConversionSuccess", "Conflict", "ValidationError"}
    steps = await platform.one(
        "SELECT count(*) FROM conversion_event WHERE conversion_id = $1", key_of(platform, conversion)[1]
    )
    assert steps == 2
    assert await out_of_step(platform) == {}


async def test_many_at_once_leave_the_sums_in_step(platform: Platform) -> None:
    """Conversions of one hour recorded and decided at the same time are all in the sums, at both grains."""
    person = await recorder(platform)
    at = datetime.now(UTC).replace(minute=0, second=0).isoformat()
    enrollments = [await joined(platform), await joined(platform, "DIRECT")]
    made = await asyncio.gather(*(recorded(platform, person.token, enrollments[n % 2], eventAt=at) for n in range(12)))
    ids = [each["conversion"]["id"] for each in made]
    done = await asyncio.gather(
        *(decide(platform, person.token, each, ("APPROVED", "REJECTED")[n % 2]) for n, each in enumerate(ids)),
        *(recorded(platform, person.token, enrollments[n % 2], eventAt=at) for n in range(6)),
    )
    assert {each["__typename"] for each in done} == {"DecideConversionSuccess", "RecordConversionSuccess"}
    assert await out_of_step(platform) == {}


async def test_the_log_has_no_amounts(platform: Platform) -> None:
    """M5b, LK13: who recorded and decided what, in the advertiser's log too, without a number of money."""
    person = await recorder(platform)
    conversion = await new_conversion(platform, person.token, "DIRECT")
    await decide(platform, person.token, conversion, "REJECTED", reason="TEST_ACTION")
    account, number = key_of(platform, conversion)
    entries = await platform.rows(
        "SELECT * FROM audit_log WHERE target_type = 'conversion' AND target_id = $1 ORDER BY id", f"{account}/{number}"
    )
    assert [each["action"] for each in entries] == ["conversion:create", "conversion:decide"]
    assert {each["via_path"] for each in entries} == {"PLATFORM"}
    assert entries[1]["before"] == {"status": "PENDING", "status_reason": None}
    assert entries[1]["after"] == {"status": "REJECTED", "status_reason": "TEST_ACTION"}
    assert set(entries[0]["after"]) == {"source", "status", "program_id"}


async def test_ac5_a_key_records_for_its_owner(platform: Platform) -> None:
    """AC5, A9: server to server, with scopes of what it needs; one that only reads has no such mutation."""
    owner = await recorder(platform)
    writes = await platform.user_key(owner.id, ["TRANSACTIONS:W", "AFFILIATES:R"])
    reads = await platform.user_key(owner.id, ["TRANSACTIONS:R", "AFFILIATES:R"])
    answer = await recorded(platform, writes, await joined(platform))
    assert answer["__typename"] == "RecordConversionSuccess"
    assert not await platform.exists(reads, "Mutation.recordConversion")
    assert not await platform.exists(writes, "Mutation.startPayoutRun")
