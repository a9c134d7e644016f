"""What people make for their reports. Reports themselves are no rows: see `sightline.authz.reports`."""

from __future__ import annotations

from sightline.authz.entities.pieces import SELF, EntityRule, oneself

# What somebody wrote stays his to read and change. To others a metric is a report column, and exists where it can be
# used (RC6): no row of it is theirs.
CUSTOM_METRIC_RULE = EntityRule("custom_metric", {SELF: oneself("owner_id")})
