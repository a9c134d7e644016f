"""The pages of the console: one document, which looks at its own address, with a policy made for each answer.

The document holds nothing about anybody. What a page shows, its script asks of the API with the visitor's own session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from sightline.server.console.assets import FOLDER, SOURCES, AssetEndpoint, assets_in
from sightline.server.console.stamp import REPAIR, Built, built

EXPLORER = "/explorer"
PAGES = ("/", "/login", EXPLORER, "/reports", "/access")

_NONCE, _MODE, _REGISTRATION = "__NONCE__", "__MODE__", "__REGISTRATION__"
_NONCE_BYTES = 18
_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


def policy(nonce: str, *, path: str) -> str:
    """What a page may load and run: its own scripts by nonce, and nothing from any other origin (GOAL26).

    No text becomes markup or a script of a page: what would do that takes a trusted type, and none can be made. The
    editor of the Explorer writes style sheets into its page and starts workers by their addresses, so there it may.
    """
    if path == EXPLORER:
        styles, trusted = "'self' 'unsafe-inline'", ""
    else:
        styles = f"'self' 'nonce-{nonce}'"
        trusted = "; require-trusted-types-for 'script'; trusted-types 'none'"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src {styles}; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors 'none'{trusted}"
    )


@dataclass(frozen=True, slots=True)
class Page:
    """The document, as it was built."""

    template: str

    @classmethod
    def of(cls, folder: Path, *, demo: bool, registration: bool) -> Page:
        """The one in a folder. It says whether this is the demo, whose cast its script offers, and who may register."""
        document = (folder / "index.html").read_text(encoding="utf-8")
        mode, open_ = "demo" if demo else "live", "open" if registration else "closed"
        return cls(document.replace(_MODE, mode).replace(_REGISTRATION, open_))

    async def __call__(self, request: Request) -> Response:
        """The document, with a nonce that no other answer has."""
        nonce = token_urlsafe(_NONCE_BYTES)
        headers = _HEADERS | {"content-security-policy": policy(nonce, path=request.url.path)}
        return HTMLResponse(self.template.replace(_NONCE, nonce), headers=headers)


def console_routes(
    *, demo: bool, registration: bool, skip: bool, folder: Path = FOLDER, sources: Path = SOURCES
) -> list[Route]:
    """The console's routes. Where it is not there, its pages say how to get it; the API is the same."""
    state = Built.ABSENT if skip else built(sources, folder)
    if state is Built.ABSENT:
        return [Route(path, _missing(skip=skip)) for path in PAGES]
    if state is Built.OUTDATED:
        structlog.get_logger("sightline.start").warning(
            f"The console was built from other sources than these: run `{REPAIR}`."
        )
    page = Page.of(folder, demo=demo, registration=registration)
    assets = AssetEndpoint(assets_in(folder))
    return [*(Route(path, page.__call__) for path in PAGES), Route("/assets/{name}", assets.__call__)]


def _missing(*, skip: bool) -> Callable[[Request], Response]:
    why = "switched off: unset SIGHTLINE_SKIP_CONSOLE" if skip else f"not built: run `{REPAIR}`"

    def say(_: Request) -> Response:
        return PlainTextResponse(
            f"Sightline answers GraphQL operations at /graphql.\nThe console is {why}, and start the server again.\n",
            404,
            headers={"cache-control": "no-store"},
        )

    return say
