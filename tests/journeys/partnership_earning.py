"""How a partnership earns, and what it loses again: sales, an invoice, its collaborator, a column, not its company.

`-`: a viewer has no such row; `*`: he has it without this cell; `none`: the cell is his and holds nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from partnership_story import NO_SUCH, Story
from payouts_done import all_done

# Without these nothing else on a list tells the payout.
PAYOUT_COLUMNS = [
    "payout", "approved_payout", "pending_payout", "paid_payout", "reversed_payout", "payout_adjustments",
    "adjustments", "profit", "margin", "cpc", "cpa", "cpm", "epc", "epc100", "uepc", "effective_commission_rate",
]  # fmt: skip


async def sells(story: Story) -> None:
    """A9, RC5, K3: three sales are recorded by the operator, and nothing is in the hour before."""
    await story.sees(
        """
                        r.sales  r.amount  r.revenue  r.payout
          partner       none     none      *          none
          collaborator  none     none      *          none
          advertiser    none     none      none       none
          guest         none     none      none       none
          manager       none     none      *          none
          finance       none     none      none       none
          stranger      none     none      *          none
          nobody        -        -         -          -
        """
    )
    given: dict[str, Any] = {
        "enrollment": story.things["enrollment"],
        "source": "shop",
        "exchangeRate": "0.9",
        "eventAt": (story.hour + timedelta(minutes=7)).isoformat(),
        "saleAmount": "200.00",
        "payout": "20.00",
        "revenue": "24.00",
    }
    await story.may_not(
        "recordConversion",
        {"partner": NO_SUCH, "collaborator": NO_SUCH, "advertiser": NO_SUCH, "manager": NO_SUCH, "finance": NO_SUCH},
        externalId="0",
        **given,
    )
    for number in ("1", "2", "3"):
        made = await story.does(
            "recorder", "recordConversion", "conversion { id }", externalId=number, orderRef=f"order-{number}", **given
        )
        story.sales.append(made["conversion"]["id"])
    story.things["sale"] = story.sales[0]
    await story.sees(
        """
                        sold  sales  status   amount  revenue  payout  order    settlement
          partner       3     3      PENDING  *       *        20.00   order-1   OPEN
          collaborator  3     3      PENDING  *       *        20.00   order-1  OPEN
          advertiser    3     -      PENDING  200.00  24.00    20.00   order-1  OPEN
          guest         3     -      PENDING  200.00  24.00    20.00   order-1  OPEN
          manager       3     3      PENDING  200.00  *        20.00   order-1  OPEN
          finance       3     3      PENDING  200.00  24.00    20.00   order-1  OPEN
          stranger      0     -      -        -       -        -       -        -
          nobody        0     -      -        -       -        -       -        -
        """
    )


async def has_its_sales_decided(story: Story) -> None:
    """SM4, K16: on a DIRECT program the advertiser decides, not its guest; two are approved and the hour moves."""
    for at, status in enumerate(("APPROVED", "APPROVED", "REJECTED")):
        given = {"conversion": story.sales[at], "status": status}
        await story.may_not(
            "decideConversion",
            {"partner": NO_SUCH, "collaborator": NO_SUCH, "guest": NO_SUCH, "manager": NO_SUCH, "stranger": NO_SUCH},
            **given,
        )
        await story.does("advertiser", "decideConversion", **given)
    await story.sees(
        """
                        sold  status    payout  r.sales  r.rejected  r.amount  r.revenue  r.payout
          partner       3     APPROVED  20.00   2        1           none      *          36.00
          collaborator  3     APPROVED  20.00   2        1           none      *          36.00
          advertiser    3     APPROVED  20.00   2        1           360.00    43.20      36.00
          guest         3     APPROVED  20.00   2        1           360.00    43.20      36.00
          manager       3     APPROVED  20.00   2        1           360.00    *          36.00
          finance       3     APPROVED  20.00   2        1           360.00    43.20      36.00
          stranger      0     -         -       none     none        none      *          none
          nobody        0     -         -       -        -           -         -          -
        """
    )


async def is_owed_money(story: Story) -> None:
    """A10, SM5, K16: a run drafts one invoice, with what was approved; whoever is paid by it or pays it sees it."""
    first, last = story.hour.date(), (story.hour + timedelta(days=1)).date()
    period = {"periodStart": first.isoformat(), "periodEnd": last.isoformat()}
    await story.may_not(
        "startPayoutRun",
        {"partner": NO_SUCH, "advertiser": NO_SUCH, "manager": NO_SUCH, "recorder": NO_SUCH, "stranger": NO_SUCH},
        **period,
    )
    run = await story.does("finance", "startPayoutRun", "payoutRun { id state }", **period)
    assert run["payoutRun"]["state"] == "RUNNING"
    await all_done(story.platform)
    fields = "state payoutInvoices(first: 2) { nodes { id } }"
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on PayoutRun {{ {fields} }} }} }}"
    done = (await story.platform.read(story.tokens["finance"], query, id=run["payoutRun"]["id"]))["node"]
    assert done["state"] == "COMPLETED"
    (invoice,) = done["payoutInvoices"]["nodes"]
    story.things["invoice"] = invoice["id"]
    await story.sees(
        """
                        invoice  total  settlement
          partner       DRAFT    40.00  INVOICED
          collaborator  DRAFT    40.00  INVOICED
          advertiser    DRAFT    40.00  INVOICED
          guest         DRAFT    40.00  INVOICED
          manager       DRAFT    40.00  INVOICED
          finance       DRAFT    40.00  INVOICED
          stranger      -        -      -
          nobody        -        -      -
        """
    )


async def is_paid(story: Story) -> None:
    """SM5, C-12: who drafted it does not approve it; somebody else does, and then it is paid."""
    given = {"payoutInvoice": story.things["invoice"]}
    nobody_else = {"partner": NO_SUCH, "collaborator": NO_SUCH, "advertiser": NO_SUCH, "manager": NO_SUCH}
    await story.may_not("approvePayoutInvoice", {"finance": "Forbidden"} | nobody_else, **given)
    await story.may_not("payPayoutInvoice", {"finance": "ValidationError"} | nobody_else, **given)
    await story.does("admin", "approvePayoutInvoice", **given)
    await story.does("finance", "payPayoutInvoice", **given)
    await story.may_not("deletePayoutInvoice", {"finance": "ValidationError"} | nobody_else, **given)
    await story.sees(
        """
                        invoice  total  settlement  payout
          partner       PAID     40.00  PAID        20.00
          collaborator  PAID     40.00  PAID        20.00
          advertiser    PAID     40.00  PAID        20.00
          guest         PAID     40.00  PAID        20.00
          manager       PAID     40.00  PAID        20.00
          finance       PAID     40.00  PAID        20.00
          stranger      -        -      -           -
          nobody        -        -      -           -
        """
    )


async def changes_hands_by_two_people(story: Story) -> None:
    """AC9, SM8, L2, L12: where the platform asks for two, one alone moves nothing; with it goes where it is paid.

    The second is the collaborator, an OWNER for the time being, with access to both companies.
    """
    # The one setting that no mutation sets yet.
    await story.platform.change(
        "INSERT INTO platform_setting (key, value) VALUES ('transfer_requires_second_person', 'true')"
        " ON CONFLICT (key) DO UPDATE SET value = 'true'"
    )
    await story.makes("holding", "partner", "createCompany", name="Harbour_Holding")
    asked = {"affiliateAccount": story.things["account"], "company": story.things["holding"]}
    outside = {"finance": NO_SUCH, "guest": NO_SUCH, "stranger": "NotFound", "nobody": NO_SUCH}
    await story.may_not(
        "transferCompany",
        {"partner": "ApprovalRequired", "manager": "NotFound", "collaborator": NO_SUCH} | outside,
        **asked,
    )
    (given,) = await story.platform.cells(
        story.tokens["partner"], "collaborators", "id", where="{role: {eq: READ_ONLY}}"
    )
    await story.does("partner", "changeCollaborator", collaborator=given, role="OWNER")
    access = []
    for company in (story.things["company"], story.things["holding"]):
        held = {"company": company, "user": await story.user("collaborator"), "level": "MEMBER"}
        await story.may_not(
            "grantCompanyAccess", outside | dict.fromkeys(("collaborator", "manager", "stranger"), NO_SUCH), **held
        )
        made = await story.does("partner", "grantCompanyAccess", "companyAccess { id }", **held)
        access.append(made["companyAccess"]["id"])
    await story.may_not("transferCompany", {"partner": "ApprovalRequired", "collaborator": "ApprovalRequired"}, **asked)
    await story.may_not("proposeOwnershipTransfer", {"manager": "NotFound"} | outside, **asked)
    made = await story.does("partner", "proposeOwnershipTransfer", "ownershipTransfer { id }", **asked)
    transfer = {"ownershipTransfer": made["ownershipTransfer"]["id"]}
    await story.may_not(
        "approveOwnershipTransfer",
        {"partner": "Forbidden"} | dict.fromkeys(("manager", "finance", "guest", "stranger", "nobody"), NO_SUCH),
        **transfer,
    )
    await story.sees(
        """
                        owned  owner        redacted   details
          partner       True   Harbour_Ltd  ****_4711  IBAN_XX00_4711
          collaborator  True   Harbour_Ltd  ****_4711  *
          advertiser    -      -            -          -
          guest         -      -            -          -
          manager       True   *            -          -
          finance       True   *            -          -
          stranger      -      -            -          -
          nobody        -      -            -          -
        """
    )
    await story.does("collaborator", "approveOwnershipTransfer", **transfer)
    await story.sees(
        """
                        owned  owner            redacted   details
          partner       True   Harbour_Holding  ****_4711  IBAN_XX00_4711
          collaborator  True   Harbour_Holding  ****_4711  *
          advertiser    -      -                -          -
          guest         -      -                -          -
          manager       True   *                -          -
          finance       True   *                -          -
          stranger      -      -                -          -
          nobody        -      -                -          -
        """
    )
    for one in access:
        await story.does("partner", "removeCompanyAccess", companyAccess=one)
    await story.does("partner", "changeCollaborator", collaborator=given, role="READ_ONLY")


async def loses_its_collaborator(story: Story) -> None:
    """L8, LK14: removed, he has nothing at the very next operation, as had he never been there."""
    (given,) = await story.platform.cells(
        story.tokens["partner"], "collaborators", "id", where="{role: {eq: READ_ONLY}}"
    )
    removal = {"collaborator": given}
    others = {"advertiser": NO_SUCH, "guest": NO_SUCH, "finance": NO_SUCH, "stranger": NO_SUCH, "nobody": NO_SUCH}
    await story.may_not("removeCollaborator", {"collaborator": NO_SUCH} | others, **removal)
    raised = removal | {"role": "MANAGER"}
    await story.may_not("changeCollaborator", {"partner": "Forbidden", "manager": "Forbidden"} | others, **raised)
    await story.does("partner", "removeCollaborator", **removal)
    await story.sees(
        """
                        account   people  enrollment  sold  payout  order    invoice  plan        r.payout
          partner       APPROVED  1       ACTIVE      3     20.00   order-1  PAID     House_plan  36.00
          collaborator  -         -       -           0     -       -        -        -           -
          advertiser    -         -       ACTIVE      3     20.00   order-1  PAID     -           36.00
          guest         -         -       ACTIVE      3     20.00   order-1  PAID     -           36.00
          manager       APPROVED  1       ACTIVE      3     20.00   order-1  PAID     House_plan  36.00
          finance       APPROVED  1       ACTIVE      3     20.00   order-1  PAID     House_plan  36.00
          stranger      -         -       -           0     -       -        -        -           none
          nobody        -         -       -           0     -       -        -        -           -
        """
    )


async def is_reported_without_payouts(story: Story) -> None:
    """A18, RC1, RC6, RC7, C-18: a list takes a column from reports; from rows only where staff see them as staff."""
    for who in ("guest", "manager"):
        given = {"user": await story.user(who), "remove": PAYOUT_COLUMNS}
        await story.may_not(
            "editColumns",
            {"partner": NO_SUCH, "advertiser": NO_SUCH, "manager": NO_SUCH, "finance": NO_SUCH, "recorder": NO_SUCH},
            **given,
        )
        await story.does("admin", "editColumns", **given)
    await story.sees(
        """
                        r.sales  r.amount  r.payout  sold  payout  invoice  total  percent
          partner       2        none      36.00     3     20.00   PAID     40.00  5.00
          collaborator  -        -         -         0     -       -        -      -
          advertiser    2        360.00    36.00     3     20.00   PAID     40.00  -
          guest         2        360.00    *         3     20.00   PAID     40.00  -
          manager       2        360.00    *         3     *       -        -      *
          finance       2        360.00    36.00     3     20.00   PAID     40.00  5.00
          stranger      none     none      none       0     -       -        -      -
          nobody        -        -         -         0     -       -        -      -
        """
    )
