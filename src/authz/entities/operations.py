"""How the platform is run: imports with their logs, and its settings."""

from __future__ import annotations

from sightline.authz.entities.pieces import PLATFORM, UNASSIGNED_STAFF, EntityRule, follows, oneself
from sightline.authz.expr import Edge, all_of, any_of, equals
from sightline.authz.permissions import permitted

# A15: the scheduled imports to whoever sees everything, and one's own.
IMPORT_JOB_RULE = EntityRule(
    "import_job",
    {
        PLATFORM: all_of(
            permitted("DATA_IMPORTS"),
            any_of(all_of(UNASSIGNED_STAFF, equals("scheduled", True)), oneself("created_by_id")),
        )
    },
)
IMPORT_LOG_RULE = EntityRule("import_log", follows(Edge("import_job", (("job_id", "id"),)), IMPORT_JOB_RULE))

PLATFORM_SETTING_RULE = EntityRule("platform_setting", {PLATFORM: permitted("SETTINGS")})
