"""The cast of the demo platform: who they are, what they are given, and that their limits show."""

from __future__ import annotations

import pytest
from demo_reading import one, rows

from sightline.db.database import Database
from sightline.db.demo import CAST, cast
from sightline.db.demo.season import PERIOD_END
from sightline.db.secrets import Secrets, TokenKind, token_kind


async def test_everybody_of_the_cast_can_sign_in_but_the_suspended(demo: Database, secrets: Secrets) -> None:
    """Tokens of persons are sessions, those of keys are keys; the table of the cast is what is printed."""
    printed = cast(secrets)
    assert len({member["token"] for member in printed}) == len(CAST)
    for member in printed:
        hashed = secrets.token_hash(member["token"])
        if member["email"] is None:
            assert token_kind(member["token"]) is TokenKind.KEY
            [key] = await rows(demo, "SELECT * FROM api_key WHERE hash = $1", hashed)
            assert (key["name"], key["prefix"], key["last_four"]) == (
                member["name"],
                member["token"][:12],
                member["token"][-4:],
            )
            refused = key["state"] != "ACTIVE" or (key["expires_at"] is not None and key["expires_at"] < PERIOD_END)
            assert refused is (member["paths"] == [])
        else:
            assert token_kind(member["token"]) is TokenKind.DEMO
            statement = """
                SELECT u.email, u.status FROM session s JOIN app_user u ON u.id = s.user_id
                WHERE s.token_hash = $1 AND s.expires_at > '2090-01-01' AND s.revoked_at IS NULL
            """
            status = "SUSPENDED" if member["email"].startswith("suspended@") else "ACTIVE"
            assert [tuple(row) for row in await rows(demo, statement, hashed)] == [(member["email"], status)]


GRANTS = """
    SELECT 'role ' || r.name || CASE WHEN o.id IS NULL THEN '' ELSE ' of ' || o.name END AS grant
    FROM role_assignment a JOIN role r ON r.id = a.role_id LEFT JOIN organization o ON o.id = a.organization_id
    WHERE a.user_id = $1
    UNION ALL SELECT role || ' of ' || a.name FROM collaborator c JOIN affiliate_account a
        ON a.id = c.affiliate_account_id WHERE c.user_id = $1
    UNION ALL SELECT level || ' of ' || c.name FROM company_access x JOIN company c ON c.id = x.company_id
        WHERE x.user_id = $1
    ORDER BY 1
"""


@pytest.mark.parametrize(
    ("key", "expected"),
    {
        "admin": ["role Administrator"],
        "manager": ["role Manager"],
        "affiliate-manager-all": ["role Affiliate Manager"],
        "affiliate-manager": ["role Affiliate Manager of some"],
        "affiliate-manager-nopay": ["role Affiliate Manager of some, without payouts"],
        "advertiser-manager-all": ["role Advertiser Manager"],
        "advertiser-manager": ["role Advertiser Manager of some"],
        "finance-manager": ["role Financial Manager"],
        "approved-only": ["role Approved conversions only"],
        "support": ["role Custom"],
        "payouts-only": ["role Custom"],
        "nobody": [],
        "suspended": ["role Manager"],
        "adv-admin": ["role Admin of Northwind Outfitters"],
        "adv-member": ["role Member of Northwind Outfitters"],
        "adv-guest": ["role Guest of Northwind Outfitters"],
        "hidden-guest": ["role Guest of Halden Optics"],
        "adv-unapproved": ["role Admin of Marrow & Pine"],
        "account-admin": ["role Account Administrator of Northwind Outfitters"],
        "analyst": ["role Analyst of Northwind Outfitters"],
        "finance": ["role Finance of Northwind Outfitters"],
        "implementation": ["role Implementation Specialist of Northwind Outfitters"],
        "marketing": ["role Performance Marketing Manager of Northwind Outfitters"],
        "scoped-analyst": ["role Program analyst of Northwind Outfitters"],
        "partner-admin": ["role Admin of Bluebird Media"],
        "partner-member": ["role Member of Bluebird Media"],
        "partner-guest": ["role Guest of Bluebird Media"],
        "collab-readonly": ["READ_ONLY of Bluebird Germany"],
        "collab-owner": ["OWNER of Bluebird Austria", "OWNER of Bluebird Germany"],
        "collab-manager": ["MANAGER of Bluebird Germany"],
        "company-owner": ["OWNER of Bluebird Media GmbH"],
        "company-member": ["MEMBER of Bluebird Media GmbH"],
        "both-sides": ["role Admin of Kestrel Collective"],
        "many-hats": [
            "OWNER of Bluebird Britain",
            "OWNER of Bluebird Deals Ltd",
            "role Custom",
            "role Member of Lantern Reach",
        ],
    }.items(),
)
async def test_the_cast_is_given_what_its_table_says(demo: Database, key: str, expected: list[str]) -> None:
    user = await one(demo, "SELECT id FROM app_user WHERE email = $1", f"{key}@demo.example")
    assert sorted(row["grant"] for row in await rows(demo, GRANTS, user)) == sorted(expected)


async def test_northwind_and_bluebird_have_much_in_common(demo: Database) -> None:
    """Every model, shared and unshared sale amounts, every status, every settlement; some with each manager."""
    common = """
        FROM conversion c JOIN program p ON p.id = c.program_id
        JOIN organization a ON a.id = c.advertiser_org_id JOIN organization b ON b.id = c.partner_org_id
        WHERE a.name = 'Northwind Outfitters' AND b.name = 'Bluebird Media'
    """
    assert await one(demo, f"SELECT count(*) {common}") > 800
    for share, model in ((True, "DIRECT"), (False, "DIRECT"), (True, "INTERMEDIATED"), (False, "INTERMEDIATED")):
        where = f"{common} AND p.commission_model = '{model}' AND p.share_sale_amount = {share}"
        assert await one(demo, f"SELECT count(DISTINCT c.status) {where}") == 5
        assert await one(demo, f"SELECT count(DISTINCT c.settlement) {where}") == 4
    assigned = f"""
        SELECT u.email, count(c.id) FROM manager_assignment m JOIN app_user u ON u.id = m.user_id
        JOIN conversion c ON c.affiliate_account_id = m.affiliate_account_id
        WHERE c.id IN (SELECT c.id {common}) GROUP BY 1
    """
    assert {email for email, _ in await rows(demo, assigned)} == {
        "affiliate-manager@demo.example",
        "affiliate-manager-nopay@demo.example",
    }


async def test_limits_of_the_cast_leave_something_on_both_sides(demo: Database) -> None:
    """C-01, K20, C-13, S10, S12: what a limit shows and what it hides both exist."""
    listed = """
        SELECT p.commission_model::text, count(c.id) > 0 FROM role_assignment a
        JOIN app_user u ON u.id = a.user_id JOIN assignment_program l ON l.assignment_id = a.id
        JOIN program p ON p.id = l.program_id JOIN conversion c ON c.program_id = p.id
        JOIN assignment_product_line s ON s.assignment_id = a.id AND s.product_line = p.product_line
        WHERE u.email = 'scoped-analyst@demo.example' AND a.program_scope = 'LISTED' AND a.line_scope = 'LISTED'
        GROUP BY 1 ORDER BY 1
    """
    assert [tuple(row) for row in await rows(demo, listed)] == [("DIRECT", True), ("INTERMEDIATED", True)]
    hidden = """
        SELECT count(c.id) FROM organization o JOIN partner_profile p ON p.organization_id = o.id
        JOIN conversion c ON c.partner_profile_id = p.id
        WHERE o.name = 'Bluebird Media' AND o.hides_archived_profiles AND p.archived_at IS NOT NULL
    """
    assert await one(demo, hidden) > 0
    guest = """
        SELECT count(c.id) FROM organization o JOIN conversion c ON c.advertiser_org_id = o.id
        WHERE o.name = 'Halden Optics' AND o.guest_hides_partner_names
    """
    assert await one(demo, guest) > 0
    unapproved = """
        SELECT count(*) FROM organization o JOIN advertiser_profile p ON p.organization_id = o.id
        WHERE o.name = 'Marrow & Pine' AND p.approved_at IS NOT NULL
    """
    assert await one(demo, unapproved) == 0
    itself = """
        SELECT count(*) FROM conversion c JOIN organization o ON o.id = c.advertiser_org_id
        WHERE c.partner_org_id = o.id AND o.name = 'Kestrel Collective'
    """
    assert await one(demo, itself) > 0
