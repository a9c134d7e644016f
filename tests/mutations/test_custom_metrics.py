"""Custom metrics through the API: who makes them, for whom they exist, what they are computed from, what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform
from lists_of_columns import ALL, READS, UNKNOWN, audited, has

PERIOD = {"days": {"since": "2026-01-01", "until": "2026-04-01"}}
REPORT = """query ($input: ReportInput!) { report(input: $input) {
    columns { key label unit values total coverage } rowCount } }"""
SCHEMA = """query ($lens: ReportLensInput!) { reportSchema(lens: $lens) {
    columns { key label group formula classes available reason } } }"""
METRIC = "id customMetric { id key name description formula state }"
PLATFORM = {"kind": "PLATFORM"}


async def of(platform: Platform, kind: str, organization: str) -> dict[str, Any]:
    """The lens of an organization."""
    number = await platform.named("organization", organization)
    return {"kind": kind, "organization": platform.global_id("organization", number)}


async def make(platform: Platform, who: str, formula: str, **given: Any) -> dict[str, Any]:
    """What making a metric answers."""
    return await platform.change_by(who, "createCustomMetric", METRIC, formula=formula, **{"name": "Mine"} | given)


async def made(platform: Platform, who: str, formula: str, **given: Any) -> Any:
    """A metric that was made, as its author has it."""
    answer = await make(platform, who, formula, **given)
    assert answer["__typename"] == "CreateCustomMetricSuccess", answer
    return answer["customMetric"]


async def report(platform: Platform, who: str, lens: dict[str, Any], *columns: str, **more: Any) -> Any:
    """The columns of a report by key, or the text of its error."""
    given = {"lens": lens, "period": PERIOD, "columns": list(columns), "groupBy": ["month"]} | more
    answer = await platform.ask(who, REPORT, input=given)
    if answer.errors:
        (error,) = answer.errors
        assert error["extensions"]["code"] == "COLUMN_RESTRICTED", error
        return error["message"]
    assert answer.data is not None
    return {each["key"]: each for each in answer.data["report"]["columns"]}


async def offered(platform: Platform, who: str, lens: dict[str, Any]) -> dict[str, Any]:
    """The custom metrics that somebody finds in a lens."""
    columns = (await platform.read(who, SCHEMA, lens=lens))["reportSchema"]["columns"]
    return {each["key"]: each for each in columns if each["group"] == "Custom metrics"}


async def exists(platform: Platform, who: str, lens: dict[str, Any], key: str) -> bool:
    """Whether a metric exists for somebody in a lens; where not, that nothing tells it from one that nobody made."""
    found = await report(platform, who, lens, key)
    there = not isinstance(found, str)
    assert (key in await offered(platform, who, lens)) is there
    if not there:
        assert found == UNKNOWN.format(key)
        made_up = "custom_000000000000"
        assert (await report(platform, who, lens, made_up)).replace(made_up, key) == found
    return there


def exactly(value: str | None) -> Decimal | None:
    """A value of a column."""
    return None if value is None else Decimal(value)


async def test_m1_m5a_a_partner_makes_a_metric_and_reports_with_it(platform: Platform) -> None:
    """M1, M2, M5a, C-22: it is computed from the sums of each row and of the total, for partners as for advertisers."""
    who, lens = platform.member("partner-member"), await of(platform, "PARTNER", BLUEBIRD)
    it = await made(platform, who, "100 * ( payout-reversed_payout) /clicks", description="Net of what was taken back")
    assert it["formula"] == "100 * (payout - reversed_payout) / clicks"
    assert it["state"] == "ACTIVE"
    found = await report(platform, who, lens, it["key"], "payout", "reversed_payout", "clicks")
    for at in range(len(found["payout"]["values"])):
        payout, taken, clicks = (exactly(found[key]["values"][at]) for key in ("payout", "reversed_payout", "clicks"))
        assert payout is not None
        assert taken is not None
        expected = None if not clicks else 100 * (payout - taken) / clicks
        value = exactly(found[it["key"]]["values"][at])
        assert (value is None) is (expected is None)
        assert value is None or expected is None or abs(value - expected) < Decimal("0.0001")
    totals = {key: exactly(each["total"]) for key, each in found.items()}
    expected = 100 * (totals["payout"] - totals["reversed_payout"]) / totals["clicks"]
    assert abs(totals[it["key"]] - expected) < Decimal("0.0001"), "money is answered with four digits"
    choice = (await offered(platform, who, lens))[it["key"]]
    assert choice == {
        "key": it["key"],
        "label": "Mine",
        "group": "Custom metrics",
        "formula": it["formula"],
        "classes": ["payout", "traffic"],
        "available": True,
        "reason": None,
    }


async def test_rc3_it_filters_and_orders_as_columns_do(platform: Platform) -> None:
    """RC3, M6: in having and orderBy; named there by somebody for whom it does not exist it is refused."""
    who, lens = platform.member("adv-admin"), await of(platform, "ADVERTISER", NORTHWIND)
    key = (await made(platform, who, "sale_amount / clicks"))["key"]
    by_program = {"groupBy": ["program"], "orderBy": [{"key": key, "direction": "DESC"}]}
    values = [exactly(each) for each in (await report(platform, who, lens, key, **by_program))[key]["values"]]
    known = [each for each in values if each is not None]
    assert known == sorted(known, reverse=True)
    assert len(known) > 1
    above = {"having": [{"column": key, "gt": str(known[len(known) // 2])}], **by_program}
    assert 0 < len((await report(platform, who, lens, key, **above))[key]["values"]) < len(known)
    other = platform.member("adv-member")
    for more in (by_program, {"having": [{"column": key, "gt": "0"}]}):
        assert key in await report(platform, other, lens, "clicks", **more)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("clicks +", "Expected a column or a number at character 9."),
        ("clicks $ 2", "Expected an operator or the end at character 8."),
        ("(clicks", "Expected an operator or ) at character 8."),
        ("2 ** clicks", "Expected a column or a number at character 4."),
        ("", "Expected a column or a number at character 1."),
        ("x" * 501, "A formula has at most 500 characters; this one has 501."),
        ("1 + 2", "A metric is computed from at least one column."),
        ("clicks + custom_1", 'A metric is made of built-in columns: write the formula of "custom_1" instead.'),
        ("clicks + salary", UNKNOWN.format("salary")),
        ("unpaid_payout", UNKNOWN.format("unpaid_payout")),
        (
            "2 * median_time_to_conversion",
            '"median_time_to_conversion" is a median, from which nothing is computed: leave it out.',
        ),
        ("clicks; DROP TABLE click", "Expected an operator or the end at character 7."),
    ],
)
async def test_what_is_no_formula_is_refused_where_it_is_wrong(platform: Platform, formula: str, says: str) -> None:
    """RC6, AC12: the message points at the character; measures that are no columns are not named either."""
    answer = await make(platform, platform.member("admin"), formula)
    assert (answer["__typename"], answer["message"], answer["path"]) == ("ValidationError", says, ["formula"])


async def test_rc6_what_is_restricted_is_refused_as_what_does_not_exist(platform: Platform) -> None:
    """RC6, LK24, LK15: by switch, by list, by kind of lens; nothing is made."""
    no_payout = await platform.staff(READS, see_revenue=True)
    listed = await platform.staff(READS, **ALL)
    await has(platform, listed, "clicks", "conversions")
    cases = [
        (no_payout.token, "payout"), (no_payout.token, "profit"), (no_payout.token, "epc"),
        (listed.token, "revenue"), (listed.token, "cr"),
        (platform.member("partner-member"), "revenue"), (platform.member("partner-member"), "margin"),
        (platform.member("analyst"), "payout"), (platform.member("collab-readonly"), "profit"),
        (platform.member("company-owner"), "clicks"), (platform.member("nobody"), "clicks"),
    ]  # fmt: skip
    before = await platform.one("SELECT count(*) FROM custom_metric")
    for who, key in cases:
        found = await make(platform, who, f"{key} + 1")
        unknown = await make(platform, who, f"{'z' * len(key)} + 1")
        assert found["__typename"] == "ValidationError", (key, found)
        assert found == {**unknown, "message": UNKNOWN.format(key)}
    assert await platform.one("SELECT count(*) FROM custom_metric") == before


async def test_rc6_it_exists_for_readers_of_all_its_columns_only(platform: Platform) -> None:
    """RC6, M5a, LK24: in the organization it is offered to; for others it is a column that nobody made."""
    admin, lens = platform.member("adv-admin"), await of(platform, "ADVERTISER", NORTHWIND)
    it = await made(platform, admin, "revenue / clicks", organization=lens["organization"])
    own = await platform.cells(admin, "customMetrics", "key organization { name }")
    assert {"key": it["key"], "organization": {"name": NORTHWIND}} in own
    for key in ("adv-admin", "adv-member", "adv-guest", "analyst", "northwind-key"):
        assert await exists(platform, platform.member(key), lens, it["key"]), key
    assert not await exists(platform, platform.member("finance"), lens, it["key"]), "finance has no traffic"
    bluebird = await of(platform, "PARTNER", BLUEBIRD)
    for key in ("partner-admin", "bluebird-key"):
        assert not await exists(platform, platform.member(key), bluebird, it["key"]), key
    for key in ("admin", "manager"):
        assert not await exists(platform, platform.member(key), PLATFORM, it["key"]), key
    for key in ("adv-member", "analyst", "admin", "partner-admin"):
        assert await platform.node(platform.member(key), "custom_metric", await number(platform, it["key"])) is None


async def number(platform: Platform, key: str) -> int:
    """The number of a metric."""
    return int(await platform.one("SELECT id FROM custom_metric WHERE key = $1", key))


async def test_c22_offering_is_for_who_makes_reports(platform: Platform) -> None:
    """C-22, K16, AC12: full members and CUSTOM_REPORTS M offer; V does not, nor a GUEST, nor who is no member."""
    lens = await of(platform, "ADVERTISER", NORTHWIND)
    for key in ("adv-admin", "adv-member", "marketing", "account-admin"):
        mine = await of(platform, "ADVERTISER", NORTHWIND)
        answer = await make(platform, platform.member(key), "clicks + 1", organization=mine["organization"])
        assert answer["__typename"] == "CreateCustomMetricSuccess", (key, answer)
    for key in ("analyst", "adv-guest", "implementation"):
        answer = await make(platform, platform.member(key), "clicks + 1", organization=lens["organization"])
        assert (answer["__typename"], answer["path"]) == ("Forbidden", []), key
    nowhere = platform.global_id("organization", 987_654_321)
    for key in ("partner-admin", "collab-owner"):
        answers = [
            await make(platform, platform.member(key), "clicks + 1", organization=each)
            for each in (lens["organization"], nowhere)
        ]
        assert answers[0] == answers[1], key
        assert answers[0]["__typename"] == "NotFound"


async def test_c22_a_report_needs_no_permission_to_make_reports(platform: Platform) -> None:
    """C-22: whoever has PERFORMANCE_REPORTS V alone asks what he likes, with metrics of his own; whoever lacks it and
    FINANCE_REPORTING asks nothing, whatever of CUSTOM_REPORTS he has."""
    lens = await of(platform, "ADVERTISER", NORTHWIND)

    async def member(permissions: str) -> Person:
        number = await platform.named("organization", NORTHWIND)
        role = await platform.role(permissions, scope="ORGANIZATION", organization_id=number, base_type="ORG")
        await platform.add("role_product_line", role_id=role, product_line="PERFORMANCE")
        return await platform.person(await platform.membership(NORTHWIND, role))

    reads = (await member("PERFORMANCE_REPORTS:R")).token
    assert (await report(platform, reads, lens, "clicks", "revenue"))["clicks"]["total"]
    key = (await made(platform, reads, "revenue / clicks"))["key"]
    assert await exists(platform, reads, lens, key)
    offering = await make(platform, reads, "revenue / clicks", organization=lens["organization"])
    assert offering["__typename"] == "Forbidden"
    for permissions in ("CUSTOM_REPORTS:W", "CUSTOM_REPORTS:R PROGRAMS:R"):
        other = (await member(permissions)).token
        assert not await platform.exists(other, "Query.report")
        refused = await make(platform, other, "clicks + 1")
        assert refused["message"] == UNKNOWN.format("clicks"), permissions


async def test_rc6_an_offer_ends_with_its_author(platform: Platform) -> None:
    """RC6, DR12: a metric is offered as long as its author belongs to the organization; then it is his alone."""
    lens, reader = await of(platform, "ADVERTISER", NORTHWIND), platform.member("adv-member")
    author = await platform.person(await platform.membership(NORTHWIND, "Member"))
    key = (await made(platform, author.token, "clicks + 1", organization=lens["organization"]))["key"]
    assert await exists(platform, reader, lens, key)
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {author.id}")
    assert not await exists(platform, reader, lens, key)
    assert await platform.node(
        author.token, "custom_metric", await number(platform, key), selection="... on CustomMetric { key }"
    )


async def test_rc7_a_metric_is_no_way_around_a_list(platform: Platform) -> None:
    """RC7, LK24: columns that yield an amount which the list hides are refused with the witness and the repair; made
    by somebody else, such a metric does not exist for him."""
    lens = await of(platform, "ADVERTISER", NORTHWIND)
    limited = await platform.person(await platform.membership(NORTHWIND, "Member"))
    await has(platform, limited, "rpc", "clicks", "cr")
    answer = await make(platform, limited.token, "rpc * clicks")
    assert answer["__typename"] == "ValidationError"
    assert answer["message"] == (
        '"rpc" and "clicks" together yield "revenue", which you may not use. Leave out "clicks".'
    )
    assert await made(platform, limited.token, "rpc * cr"), "these two together yield nothing"
    whole = platform.member("adv-admin")
    key = (await made(platform, whole, "rpc * clicks", organization=lens["organization"]))["key"]
    assert not await exists(platform, limited.token, lens, key)
    assert await exists(platform, platform.member("adv-member"), lens, key)


async def test_lk24_what_is_lost_later_takes_the_metric_along(platform: Platform) -> None:
    """LK24, RC3, RC10: at the next operation it is as unknown, with DROP it is left out; its author keeps his words."""
    who = await platform.staff(READS, **ALL)
    key = (await made(platform, who.token, "profit / clicks"))["key"]
    assert await exists(platform, who.token, PLATFORM, key)
    await platform.change(
        f"UPDATE role SET see_payout = false FROM role_assignment a WHERE a.role_id = role.id AND a.user_id = {who.id}"
    )
    assert not await exists(platform, who.token, PLATFORM, key)
    assert list(await report(platform, who.token, PLATFORM, key, "clicks", onRestricted="DROP")) == ["clicks"]
    assert await platform.cells(who.token, "customMetrics", "formula") == ["profit / clicks"]
    edit = await platform.change_by(
        who.token, "editCustomMetric", METRIC, customMetric=await id_of(platform, key), formula="payout"
    )
    assert edit["message"] == UNKNOWN.format("payout")


async def id_of(platform: Platform, key: str) -> str:
    """The global id of a metric."""
    return platform.global_id("custom_metric", await number(platform, key))


async def test_rc5_it_is_available_lens_by_lens(platform: Platform) -> None:
    """RC3, RC5: a metric over what one lens shows does not exist in another; columns of two lenses make none."""
    grants = [await platform.membership(NORTHWIND, "Member"), await platform.membership(BLUEBIRD, "Member")]
    both = (await platform.person(*grants)).token
    northwind, bluebird = await of(platform, "ADVERTISER", NORTHWIND), await of(platform, "PARTNER", BLUEBIRD)
    key = (await made(platform, both, "revenue / clicks"))["key"]
    assert await exists(platform, both, northwind, key)
    assert not await exists(platform, both, bluebird, key)
    refused = await make(platform, both, "revenue / clicks", organization=bluebird["organization"])
    assert refused["message"] == UNKNOWN.format("revenue")


async def test_edits_take_effect_at_once_and_are_written_down(platform: Platform) -> None:
    """AC12, DR17: formula and offer; with the version that was read; the record says what changed."""
    who, lens = platform.member("adv-member"), await of(platform, "ADVERTISER", NORTHWIND)
    it, other = await made(platform, who, "clicks"), platform.member("analyst")

    async def edit(**given: Any) -> dict[str, Any]:
        return await platform.change_by(who, "editCustomMetric", METRIC, customMetric=it["id"], **given)

    total = (await report(platform, who, lens, it["key"]))[it["key"]]["total"]
    assert (await edit(formula="2 * clicks", version=1))["customMetric"]["formula"] == "2 * clicks"
    found = (await report(platform, who, lens, it["key"]))[it["key"]]
    assert Decimal(found["total"]) == 2 * Decimal(total)
    record = await audited(platform, "custom_metric:edit")
    assert (record["before"], record["after"]) == ({"formula": "clicks"}, {"formula": "2 * clicks"})
    assert (await edit(name="Other", version=1))["__typename"] == "Conflict"
    assert not await exists(platform, other, lens, it["key"])
    assert (await edit(organization=lens["organization"], name="Twice"))["__typename"] == "EditCustomMetricSuccess"
    assert (await offered(platform, other, lens))[it["key"]]["label"] == "Twice"
    assert (await edit(organization=None))["__typename"] == "EditCustomMetricSuccess"
    assert not await exists(platform, other, lens, it["key"])
    assert (await edit(formula="clicks *"))["message"] == "Expected a column or a number at character 9."


async def test_archived_is_as_unknown_for_good(platform: Platform) -> None:
    """RC6: for its author too, who keeps the row; nothing more is changed of it."""
    who, lens = platform.member("partner-admin"), await of(platform, "PARTNER", BLUEBIRD)
    it = await made(platform, who, "payout / clicks", organization=lens["organization"])
    archived = await platform.change_by(who, "archiveCustomMetric", METRIC, customMetric=it["id"])
    assert archived["customMetric"]["state"] == "ARCHIVED"
    for key in ("partner-admin", "partner-member"):
        assert not await exists(platform, platform.member(key), lens, it["key"])
    for mutation, given in (("archiveCustomMetric", {}), ("editCustomMetric", {"name": "New"})):
        again = await platform.change_by(who, mutation, customMetric=it["id"], **given)
        assert again["__typename"] == "ValidationError", mutation


async def test_ac7_nobody_elses_metric_is_changed(platform: Platform) -> None:
    """AC7, AC12, LK15: another's, offered or not, is as one that does not exist; for ADMIN W and org ADMIN too."""
    lens = await of(platform, "ADVERTISER", NORTHWIND)
    it = await made(platform, platform.member("adv-member"), "clicks", organization=lens["organization"])
    missing = platform.global_id("custom_metric", 987_654_321)
    for key in ("adv-admin", "analyst", "admin", "partner-admin"):
        for mutation, given in (("editCustomMetric", {"formula": "impressions"}), ("archiveCustomMetric", {})):
            answers = [
                await platform.change_by(platform.member(key), mutation, customMetric=each, **given)
                for each in (it["id"], missing)
            ]
            assert answers[0] == answers[1], (key, mutation)
            assert answers[0]["__typename"] == "NotFound"


async def test_sm6_no_key_makes_metrics(platform: Platform) -> None:
    """SM6: an organization's key uses what is offered, and makes nothing; a user's key neither."""
    for key in ("northwind-key", "bluebird-key"):
        for name in ("createCustomMetric", "editCustomMetric", "archiveCustomMetric"):
            assert not await platform.exists(platform.member(key), f"Mutation.{name}")
    person = await platform.person(await platform.membership(NORTHWIND, "Member"))
    lens = await of(platform, "ADVERTISER", NORTHWIND)
    own = (await made(platform, person.token, "clicks"))["key"]
    scoped = await platform.user_key(person.id, ["org:R", "PERFORMANCE_REPORTS:R"])
    assert not await platform.exists(scoped, "Mutation.createCustomMetric")
    assert not await exists(platform, scoped, lens, own), "without self:R it is nothing of the person's own"


async def test_there_are_at_most_a_hundred(platform: Platform) -> None:
    """N26: archived ones do not count."""
    who = await platform.staff(READS, **ALL)
    for state in ("ACTIVE", "ARCHIVED"):
        await platform.change(
            "INSERT INTO custom_metric (owner_id, key, name, formula, state) "
            f"SELECT {who.id}, 'custom_{who.id}{state.lower()}' || n, 'One of many', 'clicks', '{state}' "
            "FROM generate_series(1, 99) n"
        )
    assert await made(platform, who.token, "clicks")
    refused = await make(platform, who.token, "clicks")
    assert refused["message"] == "You have 100 custom metrics, the most there can be: archive one."
