"""The demo cast: one principal for every kind of viewer, so that each rule can be looked at from both sides.

Who each of them is stands here; what they are given is written by `sightline.db.demo.grants`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sightline.db.secrets import Secrets

DOMAIN = "demo.example"
NORTHWIND = "Northwind Outfitters"
BLUEBIRD = "Bluebird Media"
BOTH_SIDES = "Kestrel Collective"
GUEST_HIDING = "Halden Optics"
UNAPPROVED = "Marrow & Pine"
ELSEWHERE = "Lantern Reach"


@dataclass(frozen=True, slots=True)
class CastMember:
    """A person, or an API key where `email` is None. `paths` are the access paths in words, empty for none.

    Every active person also has the paths PUBLIC and SELF, which are not repeated.
    """

    key: str
    name: str
    email: str | None
    role: str
    paths: tuple[str, ...]


def _person(key: str, name: str, role: str, *paths: str) -> CastMember:
    return CastMember(key, name, f"{key}@{DOMAIN}", role, paths)


def _key(key: str, role: str, *paths: str) -> CastMember:
    return CastMember(key, key, None, role, paths)


_ASSIGNED = "accounts assigned"

CAST: tuple[CastMember, ...] = (
    # The operator's staff.
    _person("admin", "Adele Marsh", "Administrator", "PLATFORM:ADMIN"),
    _person("manager", "Magnus Reed", "Manager", "PLATFORM:MANAGER"),
    _person("affiliate-manager-all", "Alba Stone", "Affiliate Manager", "PLATFORM:AFFILIATE_MANAGER all"),
    _person(
        "affiliate-manager", "Aron Vale", "Affiliate Manager of some", f"PLATFORM:AFFILIATE_MANAGER {_ASSIGNED}, payout"
    ),
    _person(
        "affiliate-manager-nopay",
        "Astrid Hale",
        "Affiliate Manager of some, without payouts",
        f"PLATFORM:AFFILIATE_MANAGER {_ASSIGNED}, no payout",
    ),
    _person("advertiser-manager-all", "Bodil Crane", "Advertiser Manager", "PLATFORM:ADVERTISER_MANAGER all"),
    _person(
        "advertiser-manager",
        "Bertram Lowe",
        "Advertiser Manager of some",
        "PLATFORM:ADVERTISER_MANAGER advertisers assigned",
    ),
    _person("finance-manager", "Fiona Bell", "Financial Manager", "PLATFORM:MANAGER finance"),
    _person("approved-only", "Otis Grant", "Approved conversions only", "PLATFORM:MANAGER approved conversions only"),
    _person("support", "Sana Wood", "Custom", "PLATFORM:PERSONAL AFFILIATES:R TRANSACTIONS:R"),
    _person("payouts-only", "Percy Lake", "Custom", "PLATFORM:PERSONAL PAYOUTS:R, payout"),
    _person("nobody", "Nell Ashby", "none"),
    _person("suspended", "Ulf Crowe", "Manager, suspended"),
    # The advertiser side.
    _person("adv-admin", "Nora Winter", f"Admin of {NORTHWIND}", "ORG_ADVERTISER:ADMIN"),
    _person("adv-member", "Neil Summers", f"Member of {NORTHWIND}", "ORG_ADVERTISER:MEMBER"),
    _person("adv-guest", "Nia Spring", f"Guest of {NORTHWIND}", "ORG_ADVERTISER:GUEST"),
    _person(
        "hidden-guest",
        "Hedda Moon",
        f"Guest of {GUEST_HIDING}",
        "ORG_ADVERTISER:GUEST without partner names",
    ),
    _person("adv-unapproved", "Milo Pine", f"Admin of {UNAPPROVED}", "ORG_ADVERTISER:ADMIN not approved"),
    _person(
        "account-admin", "Abel North", f"Account Administrator of {NORTHWIND}", "ORG_ADVERTISER:ACCOUNT_ADMINISTRATOR"
    ),
    _person("analyst", "Anna Lytton", f"Analyst of {NORTHWIND}", "ORG_ADVERTISER:ANALYST"),
    _person("finance", "Finn Ledger", f"Finance of {NORTHWIND}", "ORG_ADVERTISER:FINANCE"),
    _person(
        "implementation",
        "Ima Tagg",
        f"Implementation Specialist of {NORTHWIND}",
        "ORG_ADVERTISER:IMPLEMENTATION_SPECIALIST",
    ),
    _person(
        "marketing",
        "Mark Promo",
        f"Performance Marketing Manager of {NORTHWIND}",
        "ORG_ADVERTISER:PERFORMANCE_MARKETING_MANAGER",
    ),
    _person(
        "scoped-analyst",
        "Scarlet Limm",
        f"Program analyst of {NORTHWIND}",
        "ORG_ADVERTISER:CUSTOM two programs, one product line",
    ),
    # The partner side.
    _person("partner-admin", "Birgit Song", f"Admin of {BLUEBIRD}", "ORG_PARTNER:ADMIN"),
    _person("partner-member", "Boris Nest", f"Member of {BLUEBIRD}", "ORG_PARTNER:MEMBER"),
    _person("partner-guest", "Bea Feather", f"Guest of {BLUEBIRD}", "ORG_PARTNER:GUEST"),
    _person("collab-readonly", "Rhea Dolan", "Collaborator, read only", "COLLABORATOR:READ_ONLY"),
    _person("collab-owner", "Oren Keep", "Collaborator, owner of two accounts", "COLLABORATOR:OWNER"),
    _person("collab-manager", "Mona Steer", "Collaborator, manager", "COLLABORATOR:MANAGER"),
    _person("company-owner", "Cora Fund", "Owner of a company", "COMPANY:OWNER"),
    _person("company-member", "Cyril Fund", "Member of a company", "COMPANY:MEMBER"),
    # Several at once.
    _person("both-sides", "Kay Estrel", f"Admin of {BOTH_SIDES}", "ORG_ADVERTISER:ADMIN", "ORG_PARTNER:ADMIN"),
    _person(
        "many-hats",
        "Manya Hatt",
        f"Member of {ELSEWHERE}, and more",
        "ORG_PARTNER:MEMBER",
        "COLLABORATOR:OWNER",
        "COMPANY:OWNER",
        "PLATFORM:PERSONAL OFFERS:R",
    ),
    # Keys.
    _key("northwind-key", f"Key of {NORTHWIND}", "ORG_ADVERTISER:ADMIN"),
    _key("northwind-reports-key", f"Key of {NORTHWIND}, for reports", "ORG_ADVERTISER PERFORMANCE_REPORTS:R"),
    _key("bluebird-key", f"Key of {BLUEBIRD}", "ORG_PARTNER:ADMIN"),
    _key("support-key", f"Key of manager@{DOMAIN}, for transactions", "PLATFORM TRANSACTIONS:R"),
    _key("owner-key", f"Key of collab-owner@{DOMAIN}, for accounts", "COLLABORATOR:OWNER account:R"),
    _key("expired-key", f"Key of {NORTHWIND}, expired"),
    _key("revoked-key", f"Key of {BLUEBIRD}, revoked"),
)


def token_of(member: CastMember, secrets: Secrets) -> str:
    """What a member signs in with: a session's token for a person, the secret itself for a key."""
    return secrets.demo_key(member.key) if member.email is None else secrets.demo_token(member.email)


def cast(secrets: Secrets) -> list[dict[str, Any]]:
    """The cast with its tokens, in order: `{"name", "email", "role", "paths", "token"}`; `email` is None for keys."""
    return [
        {
            "name": member.name,
            "email": member.email,
            "role": member.role,
            "paths": list(member.paths),
            "token": token_of(member, secrets),
        }
        for member in CAST
    ]
