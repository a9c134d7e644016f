"""The mutation root: every change that can be made, one file of declarations per area."""

from __future__ import annotations

from typing import Any, Final

import strawberry

from sightline.schema.mutations import (
    accounts,
    api_keys,
    collaboration,
    column_lists,
    commission_plans,
    companies,
    content_pages,
    conversions,
    enrollments,
    exports,
    framework,
    organizations,
    payouts,
    programs,
    promotion,
    roles,
    saved_reports,
    schedules,
)
from sightline.schema.names import camel

MUTATIONS: Final[tuple[framework.Mutation, ...]] = (
    *accounts.MUTATIONS,
    *api_keys.MUTATIONS,
    *collaboration.MUTATIONS,
    *column_lists.MUTATIONS,
    *commission_plans.MUTATIONS,
    *companies.MUTATIONS,
    *content_pages.MUTATIONS,
    *conversions.MUTATIONS,
    *enrollments.MUTATIONS,
    *exports.MUTATIONS,
    *organizations.MUTATIONS,
    *payouts.MUTATIONS,
    *programs.MUTATIONS,
    *promotion.MUTATIONS,
    *roles.MUTATIONS,
    *saved_reports.MUTATIONS,
    *schedules.MUTATIONS,
)

GRANTING: Final = frozenset(camel(each.name) for each in MUTATIONS if each.granting)
"""The mutations that give or take access, as documents name them."""

_fields: dict[str, Any] = {each.name: framework.field_of_mutation(each) for each in MUTATIONS}

Mutation = strawberry.type(
    type("Mutation", (), _fields), name="Mutation", description="Everything that can be changed; what you may change."
)
