"""Who administers the platform at this moment: active people whose active role writes ADMIN, and has not ended."""

from __future__ import annotations

from typing import Final

ADMINISTRATORS: Final = """
    SELECT DISTINCT u.id FROM app_user AS u
    JOIN role_assignment AS a ON a.user_id = u.id JOIN role AS r ON r.id = a.role_id
    JOIN role_permission AS p ON p.role_id = r.id
    WHERE u.status = 'ACTIVE' AND a.scope = 'PLATFORM' AND r.status = 'ACTIVE'
      AND coalesce(a.expires_at > now(), true) AND p.permission = 'ADMIN' AND p.level = 'W'
"""
