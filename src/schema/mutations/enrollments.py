"""Mutations of enrollments."""

from __future__ import annotations

from typing import Any, Final

import strawberry

from sightline.resolvers.mutations import enrollments
from sightline.schema.mutations.framework import VERSION, Given, Mutation, id_of, optional

_SOURCE = id_of("The traffic source.")
_PROGRAM = id_of("The program.")
_PAYEE = id_of("The approved account of the same partner that is paid.")


def _step(name: str, verb: str, description: str, work: Any, **takes: Given) -> Mutation:
    """A mutation of one enrollment."""
    given = {"enrollment": id_of("The enrollment."), **takes, "version": VERSION}
    return Mutation(name, verb, description, takes=given, gives={"enrollment": "enrollment"}, work=work)


MUTATIONS: Final = (
    Mutation(
        "apply_to_program",
        verb="enrollment:apply",
        description="Apply with a traffic source to a program. Where it is invited already, this accepts.",
        takes={"traffic_source": _SOURCE, "program": _PROGRAM, "affiliate_account": _PAYEE},
        gives={"enrollment": "enrollment"},
        work=enrollments.apply_to_program,
    ),
    Mutation(
        "invite_to_program",
        verb="enrollment:invite",
        description="Invite a traffic source to a program. Where it has applied already, this approves, or with"
        " another plan than the program's asks the partner for its consent.",
        takes={
            "program": _PROGRAM,
            "traffic_source": _SOURCE,
            "commission_plan": optional(strawberry.ID, "The plan it is paid by; the program's own if none."),
        },
        gives={"enrollment": "enrollment"},
        work=enrollments.invite_to_program,
    ),
    _step(
        "approve_application",
        "enrollment:decide",
        "Approve an application: it becomes active, with the program's plan and the account the partner named.",
        enrollments.approve_application,
    ),
    _step("deny_application", "enrollment:decide", "Deny an application.", enrollments.deny_application),
    _step(
        "withdraw_application",
        "enrollment:withdraw",
        "Withdraw an application before it is decided.",
        enrollments.withdraw_application,
    ),
    _step(
        "accept_enrollment_invitation",
        "enrollment:answer",
        "Accept an invitation to a program, with its plan.",
        enrollments.accept_enrollment_invitation,
        affiliate_account=_PAYEE,
    ),
    _step(
        "reject_enrollment_invitation",
        "enrollment:answer",
        "Reject an invitation to a program.",
        enrollments.reject_enrollment_invitation,
    ),
    _step(
        "revoke_enrollment_invitation",
        "enrollment:revoke",
        "Take back an invitation to a program before it is answered.",
        enrollments.revoke_enrollment_invitation,
    ),
    _step("expire_enrollment", "enrollment:expire", "End an active enrollment.", enrollments.expire_enrollment),
    _step("leave_program", "enrollment:leave", "Leave a program with one source.", enrollments.leave_program),
)
