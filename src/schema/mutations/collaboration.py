"""Mutations of invitations and of collaborators."""

from __future__ import annotations

from typing import Final

from sightline.db.tables.enums import CollaboratorRole
from sightline.resolvers.mutations import answers, collaborators, invitations
from sightline.resolvers.mutations.giving import GIVES
from sightline.schema.mutations.framework import Mutation, given, id_of, optional
from sightline.schema.scalars import DateTime

_ACCOUNT = id_of("The affiliate account.")
_COLLABORATOR = id_of("The collaborator.")
_INVITATION = id_of("The invitation.")
_EMAIL = given(str, "Who is invited; the answer is the same whether or not somebody uses the address here.")
_GIVING = tuple(GIVES.values())

MUTATIONS: Final = (
    Mutation(
        "invite_collaborator",
        verb=_GIVING,
        description="Offer somebody a role on one affiliate account, by mail.",
        takes={
            "affiliate_account": _ACCOUNT,
            "email": _EMAIL,
            "role": given(CollaboratorRole, "What he may do there, once he accepts."),
        },
        gives={"invitation": "invitation"},
        work=invitations.invite_collaborator,
        granting=True,
    ),
    Mutation(
        "invite_member",
        verb="organization:manage_members",
        description="Offer somebody a membership of an organization, by mail.",
        takes={
            "organization": id_of("The organization."),
            "email": _EMAIL,
            "role": id_of("The role he gets, once he accepts."),
        },
        gives={"invitation": "invitation"},
        work=invitations.invite_member,
        granting=True,
    ),
    Mutation(
        "revoke_invitation",
        verb="invitation:revoke",
        description="Take an invitation back.",
        takes={"invitation": _INVITATION},
        gives={"invitation": "invitation"},
        work=invitations.revoke_invitation,
        granting=True,
    ),
    Mutation(
        "accept_invitation",
        verb="invitation:answer",
        description=(
            "Accept an invitation to your own, confirmed address. Its state is ACCEPTED afterwards; EXPIRED if it was"
            " too late; or REVOKED if whoever invited you may no longer give this."
        ),
        takes={"token": given(str, "What the mail has: the code, or the part of the link behind the equals sign.")},
        gives={"invitation": "invitation"},
        work=answers.accept_invitation,
        granting=True,
    ),
    Mutation(
        "decline_invitation",
        verb="invitation:answer",
        description="Decline an invitation to your own, confirmed address.",
        takes={"invitation": _INVITATION},
        gives={"invitation": "invitation"},
        work=answers.decline_invitation,
        granting=True,
    ),
    Mutation(
        "change_collaborator",
        verb=_GIVING,
        description="Give a collaborator another role or another end.",
        takes={
            "collaborator": _COLLABORATOR,
            "role": optional(CollaboratorRole, "What he may do there."),
            "expires_at": optional(DateTime, "When it ends by itself."),
        },
        gives={"collaborator": "collaborator", "affiliate_account": "affiliate_account"},
        work=collaborators.change_collaborator,
        granting=True,
    ),
    Mutation(
        "remove_collaborator",
        verb=_GIVING,
        description="Take a collaborator's access, at once.",
        takes={"collaborator": _COLLABORATOR},
        gives={"affiliate_account": "affiliate_account"},
        work=collaborators.remove_collaborator,
        granting=True,
    ),
    Mutation(
        "leave_account",
        verb="collaborator:leave",
        description="End your own access to an affiliate account.",
        takes={"affiliate_account": _ACCOUNT},
        gives={"affiliate_account": "affiliate_account"},
        work=collaborators.leave_account,
        granting=True,
    ),
)
