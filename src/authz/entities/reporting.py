"""Saved reports, their schedules, files and custom metrics: each of them a person's own, but for what is shared."""

from __future__ import annotations

from sightline.authz.entities.pieces import ORGANIZATION, SELF, EntityRule, oneself, own_organizations
from sightline.authz.expr import Edge, Exists, all_of, any_of
from sightline.authz.masks import or_full

_SHARES = Edge("saved_report_share", (("id", "saved_report_id"),))

# What is shared is the definition: nobody reads by it what he could not ask for himself (RC10).
SAVED_REPORT_RULE = EntityRule(
    "saved_report",
    {
        SELF: any_of(oneself("owner_id"), Exists(_SHARES, oneself("user_id"))),
        ORGANIZATION: all_of(
            or_full("CUSTOM_REPORTS", "DASHBOARD", "REPORT_MANAGEMENT"), own_organizations("organization_id")
        ),
    },
)

REPORT_SCHEDULE_RULE = EntityRule("report_schedule", {SELF: oneself("owner_id")})

REPORT_EXPORT_RULE = EntityRule("report_export", {SELF: oneself("owner_id")})

# What somebody wrote stays his to read and change. To others a metric is a report column, and exists where it can be
# used (RC6): no row of it is theirs.
CUSTOM_METRIC_RULE = EntityRule("custom_metric", {SELF: oneself("owner_id")})
