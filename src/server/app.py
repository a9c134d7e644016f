"""The ASGI application: routes, and what is open while it serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from sightline.db.database import Database
from sightline.db.locations import data_directory
from sightline.db.secrets import load_secrets
from sightline.server.answers import Execute, GraphQLAnswer, GraphQLRequest
from sightline.server.console.pages import console_routes
from sightline.server.health import Readiness, healthz, readyz
from sightline.server.http_protocol import HEALTHZ, READYZ
from sightline.server.identity.access import Access
from sightline.server.identity.clients import Clients
from sightline.server.identity.demo import CAST_PATH
from sightline.server.identity.endpoints import SESSION_PATHS, SessionEndpoint
from sightline.server.identity.registration import REGISTRATION_PATHS
from sightline.server.identity.serving import beside, browsers_of, identity_services
from sightline.server.logs import Ended, configure_logging, nobody
from sightline.server.memory import keep_what_lasts, while_it_is_made
from sightline.server.own_files import remove_left_over
from sightline.server.settings import Settings, exposed, load_settings
from sightline.server.starting import telling_why
from sightline.server.transport import GraphQLEndpoint
from sightline.server.workers import end_with_supervisor

if TYPE_CHECKING:  # the schema takes a while to import, and commands that never serve import this module
    from sightline.resolvers.operation import Services

    MakeExecute = Callable[[Database, Services, Settings, Access], Execute]

PREFLIGHT_SECONDS = 600
MEBIBYTE = 1_048_576


def build_app(settings: Settings, make_execute: MakeExecute) -> Starlette:
    """The application. `make_execute` is asked once, when the database is open, for what runs operations.

    Starting raises DatabaseUnavailableError or SecretError with one line that says why.
    """

    from sightline.resolvers.reports.limits import ReportLimits
    from sightline.server.execution import services_of
    from sightline.server.exports.endpoint import ExportEndpoint
    from sightline.server.exports.fetching import Exports
    from sightline.server.exports.scheduling import Scheduling
    from sightline.server.imports.endpoint import ImportEndpoint
    from sightline.server.imports.running import Imports
    from sightline.server.payout_runs import PayoutRuns

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        secrets = load_secrets(exposed(settings.secret_key), data_directory(settings.data_dir))
        if left := await asyncio.to_thread(remove_left_over):
            structlog.get_logger("sightline.start").info("files that a killed process had left were removed", left=left)
        async with (
            open_database(settings) as database,
            identity_services(settings, database, secrets) as identity,
        ):
            for warning in database.warnings:
                structlog.get_logger("sightline.start").warning(warning)
            app.state.readiness = Readiness(database)
            reports = ReportLimits(settings.smallest_group, settings.most_exports)
            services = services_of(database, secrets, reports)
            app.state.execute = make_execute(database, services, settings, identity.access)
            app.state.sessions = identity.sessions
            app.state.exports = Exports(database, services, identity.access)
            app.state.imports = Imports(database, services, identity.access)
            scheduling = Scheduling(database, services).run() if settings.run_schedules else None
            async with (
                app.state.exports.open(),
                app.state.imports.open(),
                beside(PayoutRuns(database).run()),
                nullcontext() if scheduling is None else beside(scheduling),
            ):
                yield

    async def execute(request: GraphQLRequest, token: str | None) -> GraphQLAnswer:
        running: Execute = app.state.execute
        return await running(request, token)

    browsers, clients = browsers_of(settings), Clients.behind(settings.trusted_proxies)

    def session_route(path: str) -> Route:
        return Route(path, SessionEndpoint(lambda: app.state.sessions[path], browsers, clients))

    told: Ended = nobody
    metrics: list[Route] = []
    if (token := exposed(settings.metrics_token)) is not None:
        from sightline.server.metrics import Metrics, count

        told, metrics = count, [Route("/metrics", Metrics(token).told)]

    app = Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(execute, browsers, settings.deadline_seconds, told=told)),
            *map(session_route, (*SESSION_PATHS, *REGISTRATION_PATHS, *((CAST_PATH,) if settings.demo else ()))),
            Route("/exports/{id}", ExportEndpoint(lambda: app.state.exports, browsers)),
            Route(
                "/imports/{id}",
                ImportEndpoint(lambda: app.state.imports, browsers, most_bytes=settings.import_megabytes * MEBIBYTE),
            ),
            Route(HEALTHZ, healthz),
            Route(READYZ, readyz),
            *metrics,
            *console_routes(demo=settings.demo, registration=settings.registration, skip=settings.skip_console),
        ],
        middleware=_cross_origin(settings.allowed_origins),
        lifespan=telling_why(lifespan),
    )
    app.router.redirect_slashes = False
    return app


def create() -> Starlette:
    """The application by the settings of the environment: what each worker of `sightline serve` runs."""
    with while_it_is_made():
        from sightline.server.execution import make_execute

    settings = load_settings()
    configure_logging(settings.log_format)
    end_with_supervisor()
    return build_app(settings, lasting(make_execute))


def lasting(make: MakeExecute) -> MakeExecute:
    """The same, for a process that is there to serve: what was made by then stays."""

    def made(database: Database, services: Services, settings: Settings, access: Access) -> Execute:
        with while_it_is_made():
            execute = make(database, services, settings, access)
        keep_what_lasts()
        return execute

    return made


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The installation's database. Raises DatabaseUnavailableError."""
    async with Database.open(
        exposed(settings.database_url),
        data_dir=settings.data_dir,
        reads=settings.read_connections,
        writes=settings.write_connections,
    ) as database:
        yield database


def _cross_origin(origins: tuple[str, ...]) -> list[Middleware]:
    """Exact origins, no credentials: a browser of another site sends a key only where its page has one (B71)."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            expose_headers=["x-request-id", "retry-after"],
            max_age=PREFLIGHT_SECONDS,
        )
    ]
