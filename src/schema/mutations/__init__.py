"""The mutation root: every change that can be made, one file of declarations per area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import strawberry

from sightline.schema.mutations import (
    access,
    accounts,
    api_keys,
    collaboration,
    column_lists,
    commission_plans,
    companies,
    content_pages,
    conversions,
    custom_metrics,
    enrollments,
    exports,
    framework,
    imports,
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
    *access.MUTATIONS,
    *accounts.MUTATIONS,
    *api_keys.MUTATIONS,
    *collaboration.MUTATIONS,
    *column_lists.MUTATIONS,
    *commission_plans.MUTATIONS,
    *companies.MUTATIONS,
    *content_pages.MUTATIONS,
    *conversions.MUTATIONS,
    *custom_metrics.MUTATIONS,
    *enrollments.MUTATIONS,
    *exports.MUTATIONS,
    *imports.MUTATIONS,
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

IN_A_VERSION: Final = framework.verbs_in_a_version(MUTATIONS)
"""By entity, the verbs whose mutations take the version of the row."""

INPUTS: Final[Mapping[str, Any]] = {each.name: framework.input_of(each) for each in MUTATIONS}
"""The type of each mutation's input."""

_fields: dict[str, Any] = {each.name: framework.field_of_mutation(each, INPUTS[each.name]) for each in MUTATIONS}

Mutation = strawberry.type(
    type("Mutation", (), _fields), name="Mutation", description="Everything that can be changed; what you may change."
)
