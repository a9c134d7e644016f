"""What each lens of the demo cast reaches and shows, typed by hand from the tables of docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo_platform import BLUEBIRD, NORTHWIND, Platform
from facts_by_hand import Row, Stored

EVERY: Callable[[Row], bool] = lambda program: True  # noqa: E731
DIRECT: Callable[[Row], bool] = lambda program: program["commission_model"] == "DIRECT"  # noqa: E731
SHARED: Callable[[Row], bool] = lambda program: program["share_sale_amount"]  # noqa: E731
SIDES = {"PAYOUT": "P", "REVENUE": "R", "SALE": "S"}
DIMENSION_CLASSES = {
    **dict.fromkeys(("account", "partner", "source", "tracker", "referrer", "promo_code"), "I"),
    **{f"sub{n}": "I" for n in range(1, 6)},
    **dict.fromkeys(("affiliate_manager", "advertiser_manager"), "U"),
    **dict.fromkeys(("order", "customer_status"), "X"),
    "settlement": "P",
    "product": "S",
}
FINE = {"hour", "tracker", "referrer", "promo_code", "product", "order", "customer_status"} | {
    f"sub{n}" for n in range(1, 6)
}


@dataclass(slots=True)
class LensByHand:
    """Who asks, in which lens; which facts it has (by the columns that facts carry), and on which programs what.

    Classes: T C S R P as columns have them, I partner identity, U user contact, X customer.
    """

    who: str
    input: dict[str, Any]
    reaches: Callable[[Row], bool]
    shows: Mapping[str, Callable[[Row], bool]]
    statuses: frozenset[str] | None = None
    account_level: bool = True
    fine: bool = True
    settlements: frozenset[str] | None = field(default=None)

    def visible(self, fact: str, row: Row) -> bool:
        """Whether a fact is in the lens."""
        own = row["_own"]
        if fact == "adjustment":
            side = self.shows.get(SIDES[row["side"]])
            if side is None or not side(row["_program"]):
                return False
            if row["_conversion"] is None:
                return self.account_level and self.reaches(own)
        if fact in ("views", "click"):
            return self.reaches(own)
        followed = row["_conversion"]
        return self.reaches(followed) and (self.statuses is None or followed["status"] in self.statuses)

    def programs(self, classes: frozenset[str], everything: Stored) -> frozenset[int]:
        """The programs on which all of these classes are visible."""
        return frozenset(
            number
            for number, program in everything.programs.items()
            if all(each in self.shows and self.shows[each](program) for each in classes)
        )

    def has(self, dimension: str) -> bool:
        """Whether it may group and filter by a dimension."""
        needed = DIMENSION_CLASSES.get(dimension)
        return (needed is None or needed in self.shows) and (self.fine or dimension not in FINE)


def _shows(letters: str, **on_some: Callable[[Row], bool]) -> dict[str, Callable[[Row], bool]]:
    return dict.fromkeys(letters, EVERY) | on_some


async def lenses(platform: Platform) -> list[LensByHand]:
    """Every lens of the cast that differs."""
    northwind, bluebird = [await platform.named("organization", name) for name in (NORTHWIND, BLUEBIRD)]
    kestrel, halden = [await platform.named("organization", name) for name in ("Kestrel Collective", "Halden Optics")]

    async def assigned(who: str, column: str) -> frozenset[int]:
        query = f"SELECT {column} FROM manager_assignment m JOIN app_user u ON u.id = m.user_id WHERE u.email = $1"
        return frozenset(each for each in await platform.stored(query, f"{who}@demo.example") if each)

    accounts = await assigned("affiliate-manager", "affiliate_account_id")
    accounts_without_pay = await assigned("affiliate-manager-nopay", "affiliate_account_id")
    advertisers = await assigned("advertiser-manager", "advertiser_profile_id")
    scoped = frozenset(
        await platform.stored(
            "SELECT id FROM program WHERE name IN ('Northwind Trail Gear', 'Northwind Footwear')"
            " AND product_line = 'PERFORMANCE'"
        )
    )
    collaborations = {
        who: sorted(
            await platform.stored(
                "SELECT affiliate_account_id FROM collaborator c JOIN app_user u ON u.id = user_id WHERE email = $1",
                f"{who}@demo.example",
            )
        )
        for who in ("collab-readonly", "collab-owner", "collab-manager", "many-hats")
    }
    staff = {"kind": "PLATFORM"}

    def of_organization(kind: str, number: int) -> dict[str, Any]:
        return {"kind": kind, "organization": platform.global_id("organization", number)}

    def everything(_: Row) -> bool:
        return True

    def advertiser(number: int) -> Callable[[Row], bool]:
        return lambda row: row["advertiser_org_id"] == number

    def partner(number: int) -> Callable[[Row], bool]:
        return lambda row: row["partner_org_id"] == number

    def account(numbers: frozenset[int]) -> Callable[[Row], bool]:
        return lambda row: row["affiliate_account_id"] in numbers

    own = of_organization("ADVERTISER", northwind)
    return [
        LensByHand("admin", staff, everything, _shows("TCSRPIUX")),
        LensByHand("manager", staff, everything, _shows("TCSRPIX")),
        LensByHand("affiliate-manager-all", staff, everything, _shows("TCSPIX")),
        LensByHand("affiliate-manager", staff, account(accounts), _shows("TCSPIX")),
        LensByHand("affiliate-manager-nopay", staff, account(accounts_without_pay), _shows("TCSIX")),
        LensByHand("advertiser-manager-all", staff, everything, _shows("TCSRIX")),
        LensByHand(
            "advertiser-manager",
            staff,
            lambda row: row["advertiser_profile_id"] in advertisers,
            _shows("TCSRIX"),
            account_level=False,
        ),
        LensByHand("finance-manager", staff, everything, _shows("TCSRPIX")),
        LensByHand("approved-only", staff, everything, _shows("TCSRPIX"), statuses=frozenset({"APPROVED"})),
        LensByHand("support", staff, everything, _shows("TCIX")),
        LensByHand("support-key", staff, everything, _shows("TCSRPIX")),
        *(
            LensByHand(who, own, advertiser(northwind), _shows("TCSRIX", P=DIRECT), account_level=False)
            for who in ("adv-admin", "adv-guest", "account-admin", "northwind-key")
        ),
        LensByHand("analyst", own, advertiser(northwind), _shows("TCSRI"), account_level=False),
        LensByHand("finance", own, advertiser(northwind), _shows("CRI", P=DIRECT), account_level=False),
        LensByHand("marketing", own, advertiser(northwind), _shows("TCSRI", P=DIRECT), account_level=False),
        LensByHand(
            "scoped-analyst", own, lambda row: row["program_id"] in scoped, _shows("TCSRI"), account_level=False
        ),
        LensByHand("northwind-reports-key", own, advertiser(northwind), _shows("TCSR"), account_level=False),
        LensByHand(
            "hidden-guest",
            of_organization("ADVERTISER", halden),
            advertiser(halden),
            _shows("TCSRX", P=DIRECT),
            account_level=False,
        ),
        LensByHand(
            "both-sides",
            of_organization("ADVERTISER", kestrel),
            advertiser(kestrel),
            _shows("TCSRIX", P=DIRECT),
            account_level=False,
        ),
        LensByHand("both-sides", of_organization("PARTNER", kestrel), partner(kestrel), _shows("TCPI", S=SHARED)),
        *(
            LensByHand(who, of_organization("PARTNER", bluebird), partner(bluebird), _shows("TCPI", S=SHARED))
            for who in ("partner-admin", "partner-guest", "bluebird-key")
        ),
        *(
            LensByHand(
                who,
                {"kind": "ACCOUNT", "account": platform.global_id("affiliate_account", number)},
                account(frozenset({number})),
                _shows("TCPIX", S=SHARED),
            )
            for who, numbers in collaborations.items()
            for number in numbers
        ),
    ]
