"""Migrated databases for imports: an administrator and nothing else, or a small shop with two affiliates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from sightline.db.database import Database

ADMINISTRATOR = """
    INSERT INTO app_user (id, email, name) VALUES (1, 'boss@example.org', 'Boss'), (2, 'clerk@example.org', 'Clerk');
    INSERT INTO role (id, name, scope, origin, base_type)
    VALUES (1, 'Administrator', 'PLATFORM', 'DEFAULT', 'ADMINISTRATOR');
    INSERT INTO role_permission (role_id, permission, level) VALUES (1, 'ADMIN', 'W');
    INSERT INTO role_assignment (user_id, scope, role_id) VALUES (1, 'PLATFORM', 1);
"""

SHOP = """
    INSERT INTO organization (id, name) VALUES (1, 'Shop Ltd'), (2, 'Partners');
    INSERT INTO advertiser_profile (id, organization_id, name) VALUES (1, 1, 'Shop');
    INSERT INTO brand (id, advertiser_profile_id, name) VALUES (1, 1, 'Shop');
    INSERT INTO product (id, brand_id, name, sku) VALUES (7, 1, 'Lamp', 'L-1');
    INSERT INTO commission_plan (id, advertiser_profile_id, name, payout_percent, payout_fixed, revenue_percent,
                                 currency)
    VALUES (1, 1, 'Ten and a half', 10, 0.50, 12.5, 'EUR');
    INSERT INTO program (id, advertiser_profile_id, advertiser_org_id, advertiser_name, name, status, currency,
                         commission_model, default_plan_id)
    VALUES (1, 1, 1, 'Shop', 'Shop program', 'ACTIVE', 'EUR', 'INTERMEDIATED', 1);
    INSERT INTO program_goal (id, program_id, name, is_base) VALUES (1, 1, 'Sale', true);
    INSERT INTO partner_profile (id, organization_id, name) VALUES (1, 2, 'Blogs'), (2, 2, 'Coupons');
    INSERT INTO affiliate_account (id, partner_profile_id, partner_org_id, name, external_id, status, created_by_id)
    VALUES (11, 1, 2, 'Blog', 'A-11', 'APPROVED', 2), (12, 2, 2, 'Coupons', 'A-12', 'APPROVED', 2);
    INSERT INTO account_shard VALUES (11), (12);
    INSERT INTO traffic_source (id, partner_profile_id, partner_org_id, name, kind, url)
    VALUES (21, 1, 2, 'blog.example', 'WEBSITE', 'https://blog.example'),
           (22, 2, 2, 'coupons.example', 'WEBSITE', null);
    INSERT INTO enrollment (id, program_id, advertiser_profile_id, advertiser_org_id, traffic_source_id,
                            partner_profile_id, partner_org_id, affiliate_account_id, initiated_by, state, activated_at)
    VALUES (31, 1, 1, 1, 21, 1, 2, 11, 'PARTNER', 'ACTIVE', '2026-01-01'),
           (32, 1, 1, 1, 22, 2, 2, 12, 'PARTNER', 'ACTIVE', '2026-01-01');
    INSERT INTO tracker (id, affiliate_account_id, enrollment_id, name, code) VALUES (41, 11, 31, 'Banner', 'BLOG10');
    SELECT setval(oid::regclass, 100) FROM pg_class WHERE relkind = 'S' AND relname <> 'fact_counter';
"""


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to a database with an administrator and nothing else."""
    async with database.owner() as connection:
        await connection.execute(ADMINISTRATOR)
        yield connection


@pytest.fixture
async def shop(connection: asyncpg.Connection) -> asyncpg.Connection:
    """The same, with a program, its plan, two affiliate accounts with their sources, and a product."""
    await connection.execute(SHOP)
    return connection


@pytest.fixture
def examples() -> Path:
    """The folder of the mappings that are shipped."""
    return Path(__file__).parents[2] / "examples"
