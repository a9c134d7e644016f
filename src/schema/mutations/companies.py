"""Mutations of companies, of access to them, and of what they own."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.db.tables.enums import CompanyLevel
from sightline.resolvers.mutations import companies, ownership, transfers
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.scalars import DateTime

_ACCOUNT = id_of("The affiliate account.")
_COMPANY = id_of("The company.")
_ACCESS = id_of("The access.")
_TRANSFER = id_of("The transfer of ownership.")
_NEXT_COMPANY = optional(strawberry.ID, "The company that shall own it, or null for none: one of the two is said.")
_ENDS = optional(DateTime, "When it ends by itself.")

MUTATIONS: Final = (
    Mutation(
        "create_company",
        verb="company:create",
        description="Make a company; you become its first owner.",
        takes={"name": given(str, "Its legal name."), "tax_id": optional(str, "Its tax number.")},
        gives={"company": "company"},
        work=companies.create_company,
        granting=True,
    ),
    Mutation(
        "grant_company_access",
        verb="company:manage",
        description="Give somebody you know access to a company you own.",
        takes={
            "company": _COMPANY,
            "user": id_of("Who gets access."),
            "level": given(CompanyLevel, "What he may do."),
            "expires_at": _ENDS,
        },
        gives={"company_access": "company_access", "company": "company"},
        work=companies.grant_company_access,
        granting=True,
    ),
    Mutation(
        "change_company_access",
        verb="company:manage",
        description="Change somebody's access to a company you own.",
        takes={"company_access": _ACCESS, "level": optional(CompanyLevel, "What he may do."), "expires_at": _ENDS},
        gives={"company_access": "company_access", "company": "company"},
        work=companies.change_company_access,
        granting=True,
    ),
    Mutation(
        "remove_company_access",
        verb="company:manage",
        description="Take somebody's access to a company you own, at once.",
        takes={"company_access": _ACCESS},
        gives={"company": "company"},
        work=companies.remove_company_access,
        granting=True,
    ),
    Mutation(
        "assign_company",
        verb="affiliate_account:assign_company",
        description="Give an account that has no company one you have access to.",
        takes={"affiliate_account": _ACCOUNT, "company": _COMPANY, "version": VERSION},
        gives={"affiliate_account": "affiliate_account"},
        work=ownership.assign_company,
    ),
    Mutation(
        "transfer_company",
        verb="affiliate_account:own",
        description="Move an account to another company, or to none; you have access to both. Its payout method ends.",
        takes={
            "affiliate_account": _ACCOUNT,
            "company": _NEXT_COMPANY,
            "version": VERSION,
        },
        gives={"affiliate_account": "affiliate_account"},
        work=ownership.transfer_company,
    ),
    Mutation(
        "propose_ownership_transfer",
        verb="affiliate_account:own",
        description="Ask for an account to be moved to another company, or to none; a second person has to agree.",
        takes={"affiliate_account": _ACCOUNT, "company": _NEXT_COMPANY, "version": VERSION},
        gives={"ownership_transfer": "ownership_transfer", "affiliate_account": "affiliate_account"},
        work=transfers.propose_ownership_transfer,
    ),
    Mutation(
        "approve_ownership_transfer",
        verb="ownership_transfer:decide",
        description="Agree to a transfer that somebody else asked for: the account is moved. Its payout method ends.",
        takes={"ownership_transfer": _TRANSFER, "version": VERSION},
        gives={"ownership_transfer": "ownership_transfer", "affiliate_account": "affiliate_account"},
        work=transfers.approve_ownership_transfer,
        granting=True,
    ),
    Mutation(
        "deny_ownership_transfer",
        verb="ownership_transfer:decide",
        description="Refuse a transfer that somebody else asked for.",
        takes={"ownership_transfer": _TRANSFER, "version": VERSION},
        gives={"ownership_transfer": "ownership_transfer"},
        work=transfers.deny_ownership_transfer,
    ),
    Mutation(
        "withdraw_ownership_transfer",
        verb="ownership_transfer:withdraw",
        description="Take back a transfer that you asked for.",
        takes={"ownership_transfer": _TRANSFER, "version": VERSION},
        gives={"ownership_transfer": "ownership_transfer"},
        work=transfers.withdraw_ownership_transfer,
    ),
    Mutation(
        "set_payout_method",
        verb="affiliate_account:own",
        description="Say where an account is paid; you own its company.",
        takes={
            "affiliate_account": _ACCOUNT,
            "kind": given(str, "How money is sent, such as BANK_TRANSFER."),
            "details": given(str, "Where to, in full; kept encrypted."),
            "version": VERSION,
        },
        gives={"payout_method": "payout_method", "affiliate_account": "affiliate_account"},
        work=ownership.set_payout_method,
    ),
)
