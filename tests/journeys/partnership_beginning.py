"""How a partnership begins: from somebody who registers to an account that is enrolled, with a plan.

`-`: a viewer has no such row; `*`: he has it without this cell; `none`: the cell is his and holds nothing.
"""

from __future__ import annotations

from typing import Any

from front_door import FrontDoor
from partnership_story import NO_SUCH, Story

MAIL = "petra@harbour.example"
PROGRAM = "Northwind Camp & Hearth"  # DIRECT, in dollars; partners are not shown what customers paid


async def somebody_registers(story: Story, door: FrontDoor) -> None:
    """A1: a record of a user, and what everybody sees of the market."""
    story.tokens["partner"] = await door.registers(MAIL, "Petra")
    found = await story.platform.cells(
        story.tokens["partner"], "programs", "id", where=f'{{name: {{eq: "{PROGRAM}"}}}}'
    )
    (story.things["program"],) = found
    story.things["person"] = await story.user("partner")
    await story.sees(
        """
                        person  program  model
          partner       Petra   ACTIVE   *
          collaborator  -       ACTIVE   *
          advertiser    -       ACTIVE   DIRECT
          guest         -       ACTIVE   DIRECT
          manager       -       ACTIVE   DIRECT
          finance       -       ACTIVE   DIRECT
          stranger      -       ACTIVE   *
          nobody        -       ACTIVE   *
        """
    )
    for mutation in ("createAffiliateAccount", "applyToProgram", "recordConversion", "inviteCollaborator"):
        await story.may_not(mutation, {"partner": NO_SUCH, "nobody": NO_SUCH})


async def makes_an_organization_with_a_profile_and_a_source(story: Story) -> None:
    """K6, K7, K9, K12: advertisers that the operator approved see a listed partner; other partners do not."""
    await story.makes("organization", "partner", "createOrganization", name="Harbour")
    owner = {"organization": story.things["organization"]}
    await story.may_not(
        "createPartnerProfile",
        {"collaborator": NO_SUCH, "guest": NO_SUCH, "advertiser": "NotFound", "stranger": "NotFound"},
        name="Ours now",
        **owner,
    )
    await story.makes("profile", "partner", "createPartnerProfile", name="Harbour", listed=True, **owner)
    profile = {"partnerProfile": story.things["profile"]}
    site = {"name": "Quay", "kind": "WEBSITE", "url": "https://quay.example"}
    await story.may_not(
        "createTrafficSource",
        {"guest": NO_SUCH, "nobody": NO_SUCH, "advertiser": NO_SUCH, "stranger": "NotFound"},
        **site,
        **profile,
    )
    await story.makes("source", "partner", "createTrafficSource", **site, **profile)
    await story.sees(
        """
                        organization  profile  source  url
          partner       Harbour       Harbour  Quay    https://quay.example
          collaborator  -             -        -       -
          advertiser    -             Harbour  Quay    https://quay.example
          guest         -             Harbour  Quay    https://quay.example
          manager       -             -        -       -
          finance       -             Harbour  Quay    https://quay.example
          stranger      -             -        -       -
          nobody        -             -        -       -
        """
    )


async def opens_an_account_that_a_manager_approves(story: Story) -> None:
    """A2, A3, A20, AC9, DR16, SM3: the company is nobody's but its owner's; a manager sees what is assigned to him."""
    await story.makes("company", "partner", "createCompany", name="Harbour_Ltd", taxId="HB-1")
    given = {"partnerProfile": story.things["profile"], "company": story.things["company"], "name": "Harbour"}
    await story.may_not(
        "createAffiliateAccount",
        {"collaborator": NO_SUCH, "advertiser": NO_SUCH, "manager": NO_SUCH, "stranger": "NotFound"},
        **given,
    )
    await story.makes("account", "partner", "createAffiliateAccount", **given)
    decision = {"affiliateAccount": story.things["account"], "status": "APPROVED"}
    await story.may_not(
        "decideAffiliateAccount",
        {"partner": NO_SUCH, "finance": NO_SUCH, "advertiser": NO_SUCH, "manager": "NotFound"},
        **decision,
    )
    assigned = {"user": await story.user("manager"), "affiliateAccount": story.things["account"]}
    await story.may_not("assignManager", {"manager": NO_SUCH, "recorder": NO_SUCH, "partner": NO_SUCH}, **assigned)
    await story.does("admin", "assignManager", **assigned)
    await story.sees(
        """
                        account  owned  owner        company      tax_id  people  profile
          partner       PENDING  True   Harbour_Ltd  Harbour_Ltd  HB-1    1       Harbour
          collaborator  -        -      -            -            -       -       -
          advertiser    -        -      -            -            -       -       Harbour
          guest         -        -      -            -            -       -       Harbour
          manager       PENDING  True   *            -            -       1       Harbour
          finance       PENDING  True   *            -            -       1       Harbour
          stranger      -        -      -            -            -       -       -
          nobody        -        -      -            -            -       -       -
        """
    )
    await story.does("manager", "decideAffiliateAccount", **decision)


async def says_where_it_is_paid(story: Story) -> None:
    """AC9, L3: only the company's owner, who also writes on the account, sets it and reads it."""
    given = {"affiliateAccount": story.things["account"], "kind": "BANK", "details": "IBAN XX00 4711"}
    await story.may_not(
        "setPayoutMethod",
        {"manager": "Forbidden", "finance": NO_SUCH, "advertiser": NO_SUCH, "stranger": "NotFound", "nobody": NO_SUCH},
        **given,
    )
    await story.makes("method", "partner", "setPayoutMethod", **given)
    await story.sees(
        """
                        account   redacted   details
          partner       APPROVED  ****_4711  IBAN_XX00_4711
          collaborator  -         -          -
          advertiser    -         -          -
          guest         -         -          -
          manager       APPROVED  -          -
          finance       APPROVED  -          -
          stranger      -         -          -
          nobody        -         -          -
        """
    )


async def invites_a_collaborator_who_accepts(story: Story, door: FrontDoor) -> None:
    """A22, L7, L9, SM2: an offer opens nothing until the one it is addressed to takes it; then this account."""
    email = "collab-readonly@demo.example"
    given = {"affiliateAccount": story.things["account"], "email": email}
    others = {"advertiser": NO_SUCH, "guest": NO_SUCH, "finance": NO_SUCH, "stranger": NO_SUCH}
    await story.may_not("inviteCollaborator", {"collaborator": NO_SUCH} | others, role="READ_ONLY", **given)
    await story.may_not(
        "inviteCollaborator", {"partner": "Forbidden", "manager": "Forbidden"} | others, role="MANAGER", **given
    )
    await story.may_not("inviteCollaborator", {"manager": "Forbidden"} | others, role="OWNER", **given)
    given["role"] = "READ_ONLY"
    await story.makes("invitation", "partner", "inviteCollaborator", **given)
    await story.sees(
        """
                        invitation  invited                       account   people
          partner       PENDING     collab-readonly@demo.example  APPROVED  1
          collaborator  PENDING     collab-readonly@demo.example  -         -
          advertiser    -           -                             -         -
          guest         -           -                             -         -
          manager       PENDING     *                             APPROVED  1
          finance       PENDING     *                             APPROVED  1
          stranger      -           -                             -         -
          nobody        -           -                             -         -
        """
    )
    token = await door.mailed(email)
    await story.may_not(
        "acceptInvitation", {"partner": "NotFound", "nobody": "NotFound", "stranger": "NotFound"}, token=token
    )
    await story.does("collaborator", "acceptInvitation", token=token)
    await story.may_not("acceptInvitation", {"collaborator": "ValidationError", "nobody": "NotFound"}, token=token)
    await story.sees(
        """
                        invitation  account   owned  owner        redacted   people
          partner       ACCEPTED    APPROVED  True   Harbour_Ltd  ****_4711  2
          collaborator  ACCEPTED    APPROVED  True   *            -          2
          advertiser    -           -         -      -            -          -
          guest         -           -         -      -            -          -
          manager       ACCEPTED    APPROVED  True   *            -          2
          finance       ACCEPTED    APPROVED  True   *            -          2
          stranger      -           -         -      -            -          -
          nobody        -           -         -      -            -          -
        """
    )


async def applies_to_a_program(story: Story) -> None:
    """K13, K15, SM1: a source applies; nobody else applies with it, and its collaborator reads only."""
    given: dict[str, Any] = {
        "trafficSource": story.things["source"],
        "program": story.things["program"],
        "affiliateAccount": story.things["account"],
    }
    await story.may_not(
        "applyToProgram",
        {
            "collaborator": NO_SUCH,
            "advertiser": NO_SUCH,
            "manager": NO_SUCH,
            "finance": NO_SUCH,
            "stranger": "NotFound",
        },
        **given,
    )
    await story.makes("enrollment", "partner", "applyToProgram", **given)
    await story.sees(
        """
                        enrollment  of    payee  model
          partner       APPLIED     Quay  none   *
          collaborator  -           -     -      *
          advertiser    APPLIED     Quay  *      DIRECT
          guest         APPLIED     Quay  *      DIRECT
          manager       -           -     -      DIRECT
          finance       APPLIED     Quay  none   DIRECT
          stranger      -           -     -      *
          nobody        -           -     -      *
        """
    )


async def is_approved_by_the_advertiser(story: Story) -> None:
    """K13, K16, SM1, AC10: the advertiser's side decides; it never gets the account it pays."""
    given = {"enrollment": story.things["enrollment"]}
    await story.may_not(
        "approveApplication",
        {"partner": NO_SUCH, "collaborator": NO_SUCH, "guest": NO_SUCH, "manager": NO_SUCH, "stranger": NO_SUCH},
        **given,
    )
    await story.does("advertiser", "approveApplication", **given)
    await story.may_not("denyApplication", {"advertiser": "ValidationError", "guest": NO_SUCH}, **given)
    await story.sees(
        """
                        enrollment  of    payee    account   sales
          partner       ACTIVE      Quay  Harbour  APPROVED  0
          collaborator  ACTIVE      *     Harbour  APPROVED  0
          advertiser    ACTIVE      Quay  *        -         -
          guest         ACTIVE      Quay  *        -         -
          manager       ACTIVE      Quay  Harbour  APPROVED  0
          finance       ACTIVE      Quay  Harbour  APPROVED  0
          stranger      -           -     -        -         -
          nobody        -           -     -        -         -
        """
    )


async def is_given_a_plan(story: Story) -> None:
    """A14, AC9b, C-12: a plan of the operator's is seen where it is assigned, and by staff who see payouts."""
    (story.things["plan"],) = await story.platform.cells(
        story.tokens["recorder"], "commissionPlans", "id", where='{name: {eq: "House plan"}}'
    )
    await story.sees(
        """
                        plan        percent
          partner       -           -
          collaborator  -           -
          advertiser    -           -
          guest         -           -
          manager       House_plan  5.00
          finance       House_plan  5.00
          stranger      -           -
          nobody        -           -
        """
    )
    given = {"commissionPlan": story.things["plan"], "affiliateAccount": story.things["account"]}
    await story.may_not(
        "assignCommissionPlan",
        {"partner": NO_SUCH, "collaborator": NO_SUCH, "advertiser": NO_SUCH, "manager": NO_SUCH, "finance": NO_SUCH},
        **given,
    )
    await story.does("recorder", "assignCommissionPlan", **given)
    await story.sees(
        """
                        plan        percent
          partner       House_plan  5.00
          collaborator  House_plan  5.00
          advertiser    -           -
          guest         -           -
          manager       House_plan  5.00
          finance       House_plan  5.00
          stranger      -           -
          nobody        -           -
        """
    )
