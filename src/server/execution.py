"""One operation from token to answer: snapshot, principal, visibility, view, document, rows.

Everything is decided inside the operation's own snapshot, so an answer belongs to one state of policy and data.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import asyncpg
from graphql import DocumentNode, GraphQLError, OperationType

from sightline.authz.viewing_as import simulated
from sightline.authz.visibility import Visibility, compile_visibility
from sightline.db.assumed_snapshot import NotConfirmedError, Way, assuming
from sightline.db.changes import CROSSED, CrossedChangesError, in_change
from sightline.db.database import Database
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.reads import Reads
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.db.vault import Vault
from sightline.db.writes import Writes
from sightline.resolvers.cursors import Cursors
from sightline.resolvers.errors import BadInputError, SightlineError, UnauthenticatedError
from sightline.resolvers.explaining import EXPLAIN
from sightline.resolvers.global_ids import GlobalIds, MalformedIdError
from sightline.resolvers.grants import active_user_by_email
from sightline.resolvers.grants_seen import paths_seen
from sightline.resolvers.identity import Assertion, Identities, Principal, principal_of_user
from sightline.resolvers.operation import Operation, Services, ViewedAs
from sightline.resolvers.reports.desk import Desk
from sightline.resolvers.reports.limits import NO_LIMITS, ReportLimits
from sightline.resolvers.visibilities import Visibilities
from sightline.schema.api import Api, Prepared, View
from sightline.schema.model import CATALOGUE
from sightline.schema.selections import operation_named, operations_of
from sightline.server.answers import (
    ErrorCode,
    Execute,
    GraphQLAnswer,
    GraphQLRequest,
    RefusedError,
    bounded,
    error,
    shortened,
)
from sightline.server.identity.access import Access
from sightline.server.logs import log_fault, note
from sightline.server.rates import Bucket, Rates, charged
from sightline.server.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """What every operation of a process shares. Without `rates` callers may spend as much as they like."""

    database: Database
    services: Services
    access: Access
    api: Api
    rates: Rates | None = None

    @classmethod
    def of(
        cls, database: Database, secrets: Secrets, access: Access | None = None, *, rates: Rates | None = None
    ) -> Engine:
        """The engine of an installation. Without `access`, tokens of its own are known, and no others."""
        return cls(database, services_of(database, secrets), access or Access(Identities(secrets)), Api(), rates)

    async def execute(self, request: GraphQLRequest, token: str | None) -> GraphQLAnswer:
        """The answer to an operation. Raises UnauthenticatedError for a token that stands for nobody."""
        presented = await self.access.present(token)
        try:
            return await self._assuming(request, presented)
        except NotConfirmedError:
            pass  # in a transaction of its own, and with the rights that hold there

        async def work(snapshot: Snapshot, *, changing: bool = False) -> GraphQLAnswer:
            principal = await self.access.identities.find(presented, snapshot)
            if principal is None:
                raise UnauthenticatedError("This token is not valid: it is unknown, has ended, or was revoked.")
            return await self.answer(request, principal, snapshot, bucket=self._bucket(principal), changing=changing)

        async def change(snapshot: Snapshot) -> GraphQLAnswer:
            return await work(snapshot, changing=True)

        try:
            return await in_snapshot(self.database.reads, work)
        except _ChangeWantedError as wanted:
            granting = wanted.granting
        # Rights are decided anew, in the transaction that makes the change.
        return await self._change(change, granting=granting)

    async def _assuming(self, request: GraphQLRequest, presented: str | Assertion) -> GraphQLAnswer:
        """The answer by the rights of a moment ago, if its first statement finds them unchanged.

        Raises NotConfirmedError where it does not, and for what is not known to be answered like that.
        """
        recent = self.access.identities.recent(presented)
        if recent is None or request.view_as is not None:
            raise NotConfirmedError("nobody who was seen before, as himself")
        epoch, principal = recent
        prepared = self.api.view(self.visibility(principal), principal.columns).prepare(request.query)
        way = prepared.ways.get(request.operation_name, Way.AFTER_RIGHTS)
        if way is Way.AFTER_RIGHTS:
            raise NotConfirmedError("not known to go by them", way)

        async def work(snapshot: Snapshot) -> GraphQLAnswer:
            answer = await self.answer(request, principal, snapshot, bucket=self._bucket(principal))
            snapshot.confirm()
            return answer

        try:
            return await assuming(self.database.reads, epoch, principal.valid_until, work, alone=way is Way.ALONE)
        except NotConfirmedError as error:
            if error.way is not None:
                prepared.learn(request.operation_name, error.way)
            raise
        except RefusedError as error:
            raise NotConfirmedError("to be refused by the rights that hold now") from error

    def _bucket(self, principal: Principal) -> Bucket | None:
        return self.rates.bucket(principal.fingerprint) if self.rates is not None else None

    async def _change(self, change: Callable[[Snapshot], Awaitable[GraphQLAnswer]], *, granting: bool) -> GraphQLAnswer:
        try:
            return await in_change(self.database.writes, change, granting=granting)
        except CrossedChangesError:
            crossed = error("Others changed the same at the same moment: try again.", ErrorCode.CONFLICT)
            return GraphQLAnswer(None, [crossed])

    async def answer(
        self,
        request: GraphQLRequest,
        principal: Principal,
        snapshot: Snapshot,
        *,
        bucket: Bucket | None = None,
        changing: bool = False,
    ) -> GraphQLAnswer:
        """The answer for a known principal, paid for from its bucket. Raises RefusedError where that holds too little.

        A mutation is answered only where the snapshot is one of a change. `extensions.cost` has both figures; only with
        a bucket has it a `throttleStatus`, which moves with time.
        """
        visibility, viewed = self.visibility(principal), None
        if request.view_as is not None:
            viewed = await self._viewed_as(request.view_as, Operation(self.services, principal, visibility, snapshot))
            if viewed is None:
                return _refused([NobodyToViewAsError("There is no user of this id whose view you may take.")])
            visibility = self.services.visibilities.both(principal.paths, viewed.paths)
        note(principal=principal.fingerprint, visibility=visibility.key)
        view = self.api.view(visibility, principal.columns)
        prepared = view.prepare(request.query)
        if prepared.document is None:
            return _refused(prepared.errors)
        try:
            _check_name(prepared.document, request.operation_name)
            requested = prepared.costs(request.operation_name).requested(request.variables or {})
        except BadInputError as refused:
            return _refused([refused])
        note(cost=requested)
        asked = operation_named(prepared.document, request.operation_name)
        if asked.operation is OperationType.MUTATION and not changing:
            raise _ChangeWantedError(granting=prepared.granting)
        operation = Operation(self.services, principal, visibility, snapshot, viewing_as=viewed)

        async def run() -> GraphQLAnswer:
            before = snapshot.statements
            try:
                answer = await _run(view, prepared, operation, request, requested=requested)
            finally:
                operation.forget()  # its loaders hold it, and it holds them
            taken = snapshot.statements - before
            if taken and not changing:
                prepared.learn(request.operation_name, Way.ALONE if taken == 1 else Way.TOGETHER)
            return answer

        return await (run() if bucket is None else charged(bucket, requested, run))

    async def _viewed_as(self, text: str, operation: Operation) -> ViewedAs | None:
        """The user of an id, as whom one may look; None, equally, for whom one may not and for nobody."""
        try:
            entity, key = self.services.ids.decode(text)
        except MalformedIdError:
            return None
        if entity != "app_user" or not await operation.does(EXPLAIN, key):
            return None
        note(about=[key.id])
        return ViewedAs(key.id, simulated(await paths_seen(operation, key.id)))

    def visibility(self, principal: Principal) -> Visibility:
        """The visibility of a principal, shared by all who have paths of the same shapes."""
        return self.services.visibilities.of(principal.paths)


def services_of(database: Database, secrets: Secrets, reports: ReportLimits = NO_LIMITS) -> Services:
    """What operations of a process share."""
    policy = version("sightline")
    return Services(
        CATALOGUE,
        Reads(CATALOGUE),
        GlobalIds.of(secrets, (entity.name for entity in CATALOGUE.served)),
        Cursors.of(secrets),
        Vault.of(secrets),
        Writes(CATALOGUE),
        Desk.of(CATALOGUE, policy_version=policy, limits=reports),
        secrets.token_hash,
        secrets.attempt_hash,
        Visibilities(CATALOGUE.model, policy),
        database.writes,
    )


class NobodyToViewAsError(BadInputError):
    """Nobody of that id, or nobody whose view one may take."""

    code = "NOT_FOUND"


class _ChangeWantedError(Exception):
    """The operation is a mutation, and belongs into a transaction that may write."""

    def __init__(self, *, granting: bool) -> None:
        super().__init__()
        self.granting = granting


def make_execute(database: Database, services: Services, settings: Settings, access: Access) -> Execute:
    """What runs operations over an open database."""
    rates = Rates(settings.cost_capacity, settings.cost_per_second)
    return Engine(database, services, access, Api(), rates).execute


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
    return Api().view(visibility, principal.columns).as_str()


def _check_name(document: DocumentNode, name: str | None) -> None:
    """Whether there is one operation of the name asked for."""
    operations = operations_of(document)
    if name is None and len(operations) != 1:
        several = "Say which operation to run with operationName: the document has several."
        raise BadInputError(several if operations else "The document has no operation.")
    if name is not None and name not in [each.name.value if each.name else None for each in operations]:
        raise BadInputError("The document has no operation of the name that operationName gives.")


async def _run(
    view: View, prepared: Prepared, operation: Operation, request: GraphQLRequest, *, requested: int
) -> GraphQLAnswer:
    assert prepared.document is not None
    result = await view.run(prepared, operation, variables=request.variables or {}, name=request.operation_name)
    operation.snapshot.confirm()
    errors = result.errors or []
    if result.data is None and all(each.path is None for each in errors):
        return _refused(errors)  # variables that do not fit
    actual = prepared.costs(request.operation_name).actual(result.data)
    note(cost=actual, about=operation.asked_about, executed=operation.executed)
    notes = {"unavailable": list(prepared.unavailable), "masked": sorted(operation.masked)}
    said = {name: coordinates for name, coordinates in notes.items() if coordinates}
    extensions: dict[str, Any] = {"authorization": said} if said else {}
    extensions["cost"] = {"requestedQueryCost": requested, "actualQueryCost": actual}
    return GraphQLAnswer(result.data, _formatted(errors), extensions)


def _refused(errors: Any) -> GraphQLAnswer:
    return GraphQLAnswer(None, _formatted(errors), executed=False)


def _formatted(errors: Any) -> list[dict[str, Any]]:
    formatted = bounded([_one(each) for each in errors], otherwise=ErrorCode.BAD_INPUT)
    for each in errors:
        _forget_where(each)
    return formatted


def _forget_where(raised: BaseException | None) -> None:
    """Let go of what was at work where an error was raised, and holds the error."""
    while raised is not None:
        raised.__traceback__ = None
        _forget_where(getattr(raised, "original_error", None))
        raised = raised.__cause__ or raised.__context__


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
            if raised.extensions:  # our own words
                return {"message": raised.message, "extensions": dict(raised.extensions)} | where
            # A field without its selection is told its own name back; nobody is told any other (LK10).
            return {"message": shortened(raised.message.partition(" Did you mean ")[0]), "extensions": {}} | where
        case SightlineError():
            return error(str(original), ErrorCode(original.code)) | where
        case DatabaseBusyError() | DatabaseUnavailableError():
            raise original  # the whole operation fails, or is tried again
        case _ if isinstance(original, CROSSED):
            raise original  # others were in the way of this change: it is made anew, whole, or not at all (F23)
        case asyncpg.InsufficientResourcesError():
            raise original  # a full disk: nothing is written, whatever is asked
        case asyncpg.QueryCanceledError():
            return error("This took too long: ask for less at once.", ErrorCode.TIMEOUT) | where
        case _:
            return error("Something went wrong on our side.", ErrorCode.INTERNAL, errorId=log_fault(original)) | where
