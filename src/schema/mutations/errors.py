"""The typed errors of mutations: what is wrong, and what to do, as part of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import strawberry

from sightline.resolvers.mutations.refusals import (
    InvalidError,
    MissingError,
    NeedsApprovalError,
    NotAllowedError,
    RefusalError,
    StaleError,
)
from sightline.schema.bindings import open_field


@strawberry.interface(description="Why a change was not made.")
class UserError:
    """What all errors of mutations have."""

    message: str = open_field("What is wrong, and what to do.")
    code: str = open_field("The error's code: BAD_INPUT, NOT_FOUND, FORBIDDEN, CONFLICT or APPROVAL_REQUIRED.")
    path: list[str] = open_field("Which part of the input it is about; empty for all of it.")


@strawberry.type(description="The input is wrong, or does not fit the state of things.")
class ValidationError(UserError):
    """The input is wrong."""


@strawberry.type(name="NotFound", description="There is nothing with this id that you may see.")
class NotFoundError(UserError):
    """No such row."""


@strawberry.type(name="Forbidden", description="You see this, and may not do this to it.")
class ForbiddenError(UserError):
    """Not allowed."""


@strawberry.type(name="Conflict", description="It was changed since you read it.")
class ConflictError(UserError):
    """Changed in between."""

    version: int = open_field("Its present version.")


@strawberry.type(name="ApprovalRequired", description="Somebody else has to agree first.")
class ApprovalRequiredError(UserError):
    """Needs somebody else."""


ERRORS: Final[tuple[type[UserError], ...]] = (
    ValidationError,
    NotFoundError,
    ForbiddenError,
    ConflictError,
    ApprovalRequiredError,
)

_SHOWN: Final[Mapping[type[RefusalError], tuple[type[UserError], str]]] = {
    InvalidError: (ValidationError, "BAD_INPUT"),
    MissingError: (NotFoundError, "NOT_FOUND"),
    NotAllowedError: (ForbiddenError, "FORBIDDEN"),
    StaleError: (ConflictError, "CONFLICT"),
    NeedsApprovalError: (ApprovalRequiredError, "APPROVAL_REQUIRED"),
}


def shown(refusal: RefusalError) -> UserError:
    """A refusal as the payload has it."""
    type_, code = _SHOWN[type(refusal)]
    options: dict[str, Any] = {"version": refusal.version} if isinstance(refusal, StaleError) else {}
    return type_(message=refusal.message, code=code, path=list(refusal.path), **options)
