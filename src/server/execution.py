"""One operation from token to answer: snapshot, principal, visibility, view, document, rows.

Everything is decided inside the operation's own snapshot, so an answer belongs to one state of policy and data.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import asyncpg
from graphql import GraphQLError, OperationDefinitionNode, OperationType

from sightline.authz.paths import Shape
from sightline.authz.visibility import Visibility, compile_visibility
from sightline.db.changes import CrossedChangesError, in_change
from sightline.db.database import Database
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.reads import Reads
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.db.vault import Vault
from sightline.db.writes import Writes
from sightline.resolvers.cursors import Cursors
from sightline.resolvers.errors import BadInputError, SightlineError, UnauthenticatedError
from sightline.resolvers.global_ids import GlobalIds
from sightline.resolvers.grants import active_user_by_email
from sightline.resolvers.identity import Identities, Principal, principal_of_user
from sightline.resolvers.operation import Operation, Services
from sightline.resolvers.reports.desk import Desk
from sightline.schema.api import Api, Prepared, View
from sightline.schema.limits import check_price
from sightline.schema.model import CATALOGUE
from sightline.server.answers import ErrorCode, Execute, GraphQLAnswer, GraphQLRequest, bounded, error
from sightline.server.logs import log_fault, note

_MOST_VISIBILITIES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """What every operation of a process shares."""

    database: Database
    services: Services
    identities: Identities
    api: Api
    _visibilities: OrderedDict[tuple[Shape, ...], Visibility] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, database: Database, secrets: Secrets) -> Engine:
        """The engine of an installation."""
        ids = GlobalIds.of(secrets, (entity.name for entity in CATALOGUE.served))
        services = Services(
            CATALOGUE,
            Reads(CATALOGUE),
            ids,
            Cursors.of(secrets),
            Vault.of(secrets),
            Writes(CATALOGUE),
            Desk.of(CATALOGUE, policy_version=version("sightline")),
        )
        return cls(database, services, Identities(secrets), Api())

    async def execute(self, request: GraphQLRequest, token: str | None) -> GraphQLAnswer:
        """The answer to an operation. Raises UnauthenticatedError for a token that stands for nobody."""

        async def work(snapshot: Snapshot, *, changing: bool = False) -> GraphQLAnswer:
            principal = await self.identities.find(token, snapshot) if token is not None else None
            if principal is None:
                raise UnauthenticatedError("This token is not valid: it is unknown, has ended, or was revoked.")
            return await self.answer(request, principal, snapshot, changing=changing)

        async def change(snapshot: Snapshot) -> GraphQLAnswer:
            return await work(snapshot, changing=True)

        try:
            return await in_snapshot(self.database.reads, work)
        except _ChangeWantedError as wanted:
            # Rights are decided anew, in the transaction that makes the change.
            return await self._change(change, granting=wanted.granting)

    async def _change(self, change: Callable[[Snapshot], Awaitable[GraphQLAnswer]], *, granting: bool) -> GraphQLAnswer:
        try:
            return await in_change(self.database.writes, change, granting=granting)
        except CrossedChangesError:
            crossed = error("Others changed the same at the same moment: try again.", ErrorCode.CONFLICT)
            return GraphQLAnswer(None, [crossed])

    async def answer(
        self, request: GraphQLRequest, principal: Principal, snapshot: Snapshot, *, changing: bool = False
    ) -> GraphQLAnswer:
        """The answer for a known principal; a mutation is answered only where the snapshot is one of a change."""
        visibility = self.visibility(principal)
        note(principal=principal.fingerprint, visibility=visibility.key)
        view = self.api.view(visibility)
        prepared = view.prepare(request.query)
        try:
            _check(prepared, request)
        except (GraphQLError, BadInputError) as refused:
            return _refused([refused])
        if prepared.errors:
            return _refused(prepared.errors)
        if _is_mutation(prepared, request) and not changing:
            raise _ChangeWantedError(granting=prepared.granting)
        operation = Operation(self.services, principal, visibility, snapshot)
        return await _run(view, prepared, operation, request)

    def visibility(self, principal: Principal) -> Visibility:
        """The visibility of a principal, shared by all who have paths of the same shapes."""
        shapes = principal.paths.shapes
        if shapes not in self._visibilities:
            self._visibilities[shapes] = compile_visibility(
                CATALOGUE.model, shapes, policy_version=version("sightline")
            )
        self._visibilities.move_to_end(shapes)
        while len(self._visibilities) > _MOST_VISIBILITIES:
            self._visibilities.popitem(last=False)
        return self._visibilities[shapes]


class _ChangeWantedError(Exception):
    """The operation is a mutation, and belongs into a transaction that may write."""

    def __init__(self, *, granting: bool) -> None:
        super().__init__()
        self.granting = granting


def _is_mutation(prepared: Prepared, request: GraphQLRequest) -> bool:
    assert prepared.document is not None
    operations = [each for each in prepared.document.definitions if isinstance(each, OperationDefinitionNode)]
    named = (each for each in operations if request.operation_name in (None, each.name and each.name.value))
    return next(named).operation is OperationType.MUTATION


def make_execute(database: Database, secrets: Secrets) -> Execute:
    """What runs operations over an open database."""
    return Engine.of(database, secrets).execute


def schema_text() -> str:
    """The SDL of the whole API."""
    return Api().as_str()


async def schema_of(database: Database, email: str) -> str:
    """The SDL as the active user with this address has it. Raises BadInputError for nobody."""

    async def work(snapshot: Snapshot) -> Principal:
        user_id = await active_user_by_email(snapshot, email)
        if user_id is None:
            raise BadInputError(f"There is no active user with the address {email}.")
        return await principal_of_user(snapshot, user_id)

    principal = await in_snapshot(database.reads, work)
    visibility = compile_visibility(CATALOGUE.model, principal.paths.shapes, policy_version=version("sightline"))
    return Api().view(visibility).as_str()


def _check(prepared: Prepared, request: GraphQLRequest) -> None:
    """Limits, and whether there is an operation of the name asked for."""
    if prepared.document is None:
        return
    operations = [each for each in prepared.document.definitions if isinstance(each, OperationDefinitionNode)]
    named = [each.name.value if each.name else None for each in operations]
    if request.operation_name is None and len(operations) != 1:
        several = "Say which operation to run with operationName: the document has several."
        raise BadInputError(several if operations else "The document has no operation.")
    if request.operation_name is not None and request.operation_name not in named:
        raise BadInputError("The document has no operation of the name that operationName gives.")
    check_price(prepared.document, request.operation_name, request.variables or {})


async def _run(view: View, prepared: Prepared, operation: Operation, request: GraphQLRequest) -> GraphQLAnswer:
    result = await view.run(prepared, operation, variables=request.variables or {}, name=request.operation_name)
    errors = result.errors or []
    if result.data is None and all(each.path is None for each in errors):
        return _refused(errors)  # variables that do not fit
    notes = {"unavailable": list(prepared.unavailable), "masked": sorted(operation.masked)}
    said = {name: coordinates for name, coordinates in notes.items() if coordinates}
    return GraphQLAnswer(result.data, _formatted(errors), {"authorization": said} if said else {})


def _refused(errors: Any) -> GraphQLAnswer:
    return GraphQLAnswer(None, _formatted(errors), executed=False)


def _formatted(errors: Any) -> list[dict[str, Any]]:
    return bounded([_one(each) for each in errors], otherwise=ErrorCode.BAD_INPUT)


def _one(raised: GraphQLError | BadInputError) -> dict[str, Any]:
    if isinstance(raised, BadInputError):
        return error(str(raised), ErrorCode(raised.code))
    original = raised.original_error
    if raised.path is None and not isinstance(original, None | GraphQLError):
        return error("A value of the document cannot be read.", ErrorCode.BAD_INPUT)
    where: dict[str, Any] = {"path": raised.path} if raised.path else {}
    if raised.locations:
        where["locations"] = [location.formatted for location in raised.locations]
    match original:
        case None | GraphQLError():
            # A field without its selection is told its own name back; nobody is told any other (LK10).
            message = raised.message.partition(" Did you mean ")[0]
            return {"message": message, "extensions": dict(raised.extensions or {})} | where
        case SightlineError():
            return error(str(original), ErrorCode(original.code)) | where
        case DatabaseBusyError() | DatabaseUnavailableError():
            raise original  # the whole operation fails, or is tried again
        case asyncpg.QueryCanceledError():
            return error("This took too long: ask for less at once.", ErrorCode.TIMEOUT) | where
        case _:
            return error("Something went wrong on our side.", ErrorCode.INTERNAL, errorId=log_fault(original)) | where
