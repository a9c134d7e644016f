"""Mutations of conversions and of what corrects them."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.db.tables.enums import ConversionStatus, CustomerStatus
from sightline.resolvers.mutations import accepting, adjustments, conversions, proposals
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.scalars import CurrencyCode, DateTime, Decimal

_RATE = optional(
    Decimal, "Units of the platform's currency for one of its currency; where left out, what the platform has."
)

MUTATIONS: Final = (
    Mutation(
        "record_conversion",
        verb="conversion:create",
        description=(
            "Record a conversion that another system reports, as PENDING. A number of that system is taken once: a "
            "repeat makes nothing and is answered like the first, with the conversion where you see it."
        ),
        takes={
            "enrollment": id_of("The enrollment it is credited to, which is active."),
            "source": given(str, "The system that reports it."),
            "external_id": given(str, "Its number in that system."),
            "event_at": optional(DateTime, "When it happened, cut to milliseconds; now, where left out."),
            "goal": optional(strawberry.ID, "What the customer did; the program's main goal, where left out."),
            "click": optional(strawberry.ID, "The click it followed from, of the same enrollment."),
            "currency": optional(CurrencyCode, "The currency of its amounts; the program's, where left out."),
            "exchange_rate": _RATE,
            "sale_amount": optional(Decimal, "What the customer paid."),
            "payout": optional(Decimal, "What is owed to the account; by the commission plan, where left out."),
            "revenue": optional(Decimal, "What the advertiser owes; by the commission plan, where left out."),
            "lock_at": optional(DateTime, "When its amounts become final; with a payout run, where left out."),
            "order_ref": optional(str, "The advertiser's order number."),
            "promo_code": optional(str, "The promo code the customer used."),
            "customer_status": optional(CustomerStatus, "Whether the customer bought before."),
            "country": optional(str, "ISO 3166 code of the customer's country."),
            "device": optional(str, "The customer's type of device."),
        },
        gives={"enrollment": "enrollment", "conversion": "conversion"},
        work=conversions.record_conversion,
    ),
    Mutation(
        "decide_conversion",
        verb="conversion:decide",
        description="Approve, hold, reject or reverse a conversion whose amounts are not final yet.",
        takes={
            "conversion": id_of("The conversion."),
            "status": given(
                ConversionStatus,
                "What it becomes: of PENDING approved, on hold or rejected; of HOLD approved or rejected; of APPROVED "
                "reversed; of REJECTED approved.",
            ),
            "reason": optional(str, "Code of the reason."),
            "lock_at": optional(DateTime, "Of what is put on hold: when it is approved by itself."),
            "version": VERSION,
        },
        gives={"conversion": "conversion"},
        work=conversions.decide_conversion,
    ),
    Mutation(
        "propose_conversion_status",
        verb="conversion:propose",
        description=(
            "Ask the operator for another status of a conversion of an INTERMEDIATED program, or for a correction of "
            "its sale amount, in place of what you asked for before; on DIRECT programs you decide yourself."
        ),
        takes={
            "conversion": id_of("The conversion, whose amounts are not final yet."),
            "status": given(
                ConversionStatus,
                "What it shall become: approved, rejected or reversed; with a correction alone, what it is.",
            ),
            "sale_adjustment": optional(
                Decimal, "What shall be added to what the customer paid; negative takes away. It needs PENDING_PAYOUTS."
            ),
            "reason": optional(str, "Code of the reason."),
            "version": VERSION,
        },
        gives={"conversion": "conversion"},
        work=proposals.propose_conversion_status,
    ),
    Mutation(
        "withdraw_conversion_proposal",
        verb="conversion:propose",
        description="Take back what was asked for and not yet answered.",
        takes={"conversion": id_of("The conversion.")},
        gives={"conversion": "conversion"},
        work=proposals.withdraw_conversion_proposal,
    ),
    Mutation(
        "accept_conversion_proposal",
        verb="conversion:accept_proposal",
        description=(
            "Do what an advertiser asks for: the conversion is decided so, and a correction becomes an adjustment."
        ),
        takes={"conversion": id_of("The conversion."), "version": VERSION},
        gives={"conversion": "conversion", "adjustment": "adjustment"},
        work=accepting.accept_conversion_proposal,
    ),
    Mutation(
        "decline_conversion_proposal",
        verb="conversion:decline_proposal",
        description=(
            "Say no to what an advertiser asks for; the conversion stays as it is. Deciding it otherwise says no too."
        ),
        takes={"conversion": id_of("The conversion.")},
        gives={"conversion": "conversion"},
        work=proposals.decline_conversion_proposal,
    ),
    Mutation(
        "create_adjustment",
        verb=("conversion:adjust", "affiliate_account:adjust"),
        description="Correct one amount, of a conversion or of an affiliate account as a whole.",
        takes={
            "conversion": optional(strawberry.ID, "The conversion it corrects."),
            "affiliate_account": optional(strawberry.ID, "The affiliate account, where it corrects no conversion."),
            "program": optional(strawberry.ID, "The program it belongs to, with an affiliate account."),
            "payout_amount": optional(Decimal, "Added to what is owed to the account; negative takes away."),
            "revenue_amount": optional(Decimal, "Added to what the advertiser owes; negative takes away."),
            "sale_amount": optional(Decimal, "Added to what the customer paid; negative takes away."),
            "exchange_rate": _RATE,
            "reason": optional(str, "Why it is made."),
        },
        gives={"adjustment": "adjustment"},
        work=adjustments.create_adjustment,
    ),
)
