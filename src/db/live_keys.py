"""How many API keys one owner may have at once: each may cost as much as a person, by itself."""

from __future__ import annotations

MOST_KEYS = 50
"""Live keys of one user or one organization: ACTIVE, and not ended."""

MOST_ROTATED = 2 * MOST_KEYS
"""The same beside their successors: every key can be rotated, and rotating makes no number of keys out of one."""

_COUNT = """
    SELECT count(*) FROM api_key
    WHERE {owner} = $1 AND state = 'ACTIVE' AND (expires_at IS NULL OR expires_at > clock_timestamp())
"""
KEYS_OF_USER = _COUNT.format(owner="user_id")
KEYS_OF_ORGANIZATION = _COUNT.format(owner="organization_id")
