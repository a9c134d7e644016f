"""Mutations of custom metrics."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.resolvers.mutations import custom_metrics
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional

_METRIC = id_of("The metric.")
_GIVES: Final = {"custom_metric": "custom_metric"}
_FORMULA: Final = (
    "How it is computed: keys of columns, numbers, + - * / and parentheses, such as payout / (clicks + 1). "
    "A division by zero is null."
)
_OFFER: Final = "An organization of yours, whose members may use it too where they may use all its columns."

MUTATIONS: Final = (
    Mutation(
        "create_custom_metric",
        verb="custom_metric:create",
        description="Make a report column of others.",
        takes={
            "name": given(str, "What it is called in a heading."),
            "formula": given(str, _FORMULA),
            "description": optional(str, "What it means."),
            "organization": optional(strawberry.ID, _OFFER),
        },
        gives=_GIVES,
        work=custom_metrics.create_custom_metric,
    ),
    Mutation(
        "edit_custom_metric",
        verb="custom_metric:edit",
        description="Change a report column that you made.",
        takes={
            "custom_metric": _METRIC,
            "name": optional(str, "What it is called in a heading."),
            "formula": optional(str, _FORMULA),
            "description": optional(str, "What it means."),
            "organization": optional(strawberry.ID, f"{_OFFER} Null takes it back."),
            "version": VERSION,
        },
        gives=_GIVES,
        work=custom_metrics.edit_custom_metric,
    ),
    Mutation(
        "archive_custom_metric",
        verb="custom_metric:edit",
        description="Archive a report column that you made: for reports it is one that does not exist.",
        takes={"custom_metric": _METRIC, "version": VERSION},
        gives=_GIVES,
        work=custom_metrics.archive_custom_metric,
    ),
)
