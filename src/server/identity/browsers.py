"""Signed-in browsers: the cookie, and that a request which carries it comes from a page of this site.

A browser sends a cookie whoever's page asks it to. So a request counts only if no foreign page could have had it sent
without asking first (Apollo's rule: a content type that forces a preflight, or one of two headers), and if the browser
itself says that the page was ours (`Origin`, `Sec-Fetch-Site`).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from sightline.db.secrets import TokenKind, token_kind
from sightline.db.sign_in.sessions import LONGEST
from sightline.server.answers import ErrorCode, RefusedError
from sightline.server.negotiation import bearer_token, unauthenticated

COOKIE, DEMO_COOKIE = "__Host-sightline", "sightline-demo"
PREFLIGHT_HEADERS = ("apollo-require-preflight", "x-apollo-operation-name")

# What a form or an image can send without asking (the CORS protocol's safelist).
_SIMPLE_TYPES = ("", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


@dataclass(frozen=True, slots=True)
class Browsers:
    """How browsers are known here.

    `origin` is this site's, such as `https://sightline.example.com`; None compares with the Host that was asked for.
    `demo` is for plain http on this machine, where browsers drop cookies that want TLS. There it is asked for by a name
    of this machine alone: any other site could have its own name lead here, and would then be what was asked for.
    """

    origin: str | None = None
    demo: bool = False

    @property
    def cookie(self) -> str:
        """The cookie's name."""
        return DEMO_COOKIE if self.demo else COOKIE

    def presented(self, headers: Headers) -> str:
        """The token of a request: of its Authorization header where it has one, else of its cookie (N22).

        Raises RefusedError: 401 without either, 403 for a cookie in a request that another site could have sent.
        """
        if "authorization" in headers:
            token = bearer_token(headers)
            if token_kind(token) is TokenKind.SESSION:
                raise unauthenticated("A session is no key: send an API key.")
            return token
        token_of_cookie = self.token(headers)
        if token_of_cookie is None:
            return bearer_token(headers)
        self.check(headers)
        return token_of_cookie

    def presented_for_download(self, headers: Headers) -> str:
        """The same for what a browser goes to by a link, which it asks for without any header of a page's making.

        It may come from a page of this site or from nowhere, as an address typed in does; never from another site.
        """
        if "authorization" in headers:
            return self.presented(headers)
        token_of_cookie = self.token(headers)
        if token_of_cookie is None:
            return bearer_token(headers)
        self._refuse_other_names(headers)
        sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if not sites and not origins:
            raise _forbidden("A request with a cookie must say where it comes from: send Origin.")
        known = all(site.lower() in ("same-origin", "none") for site in sites)
        if not known or not all(self._is_ours(each, headers) for each in origins):
            raise _forbidden("This request comes from another site.")
        return token_of_cookie

    def token(self, headers: Headers) -> str | None:
        """The token of the cookie, None where there is none. Raises RefusedError with 401 for what is no session's."""
        values = [
            value.strip().strip('"')
            for header in headers.getlist("cookie")
            for name, separator, value in (part.partition("=") for part in header.split(";"))
            if separator and name.strip() == self.cookie
        ]
        if not values:
            return None
        if len(values) > 1 or token_kind(values[0]) is not TokenKind.SESSION:
            raise unauthenticated("The session is not valid: sign in again.")
        return values[0]

    def former(self, headers: Headers) -> str | None:
        """The token of the session that a browser had before; None for none, and for what is no session's."""
        try:
            return self.token(headers)
        except RefusedError:
            return None

    def check(self, headers: Headers) -> None:
        """Raise RefusedError with 403 unless a request can only have come from a page of this site."""
        if not headers.get("origin") and not headers.get("sec-fetch-site"):
            raise _forbidden("A request with a cookie must say where it comes from: send Origin.")
        self.refuse_others(headers)

    def refuse_others(self, headers: Headers) -> None:
        """Raise RefusedError with 403 for a request that another site's page has sent, or could have.

        One that no browser sent passes: it has neither `Origin` nor `Sec-Fetch-Site`.
        """
        self._refuse_other_names(headers)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in _SIMPLE_TYPES and not any(headers.get(name) for name in PREFLIGHT_HEADERS):
            raise _forbidden(f"Send content-type: application/json, or the header {PREFLIGHT_HEADERS[0]}.")
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        if any(site.lower() != "same-origin" for site in sites) or not all(self._is_ours(o, headers) for o in origins):
            raise _forbidden("This request comes from another site.")

    def set_cookie(self, token: str) -> tuple[str, str]:
        """The header that signs a browser in."""
        return ("set-cookie", f"{self.cookie}={token}; Max-Age={int(LONGEST.total_seconds())}; {self._attributes}")

    def clear_cookie(self) -> tuple[str, str]:
        """The header that signs a browser out."""
        return ("set-cookie", f"{self.cookie}=; Max-Age=0; {self._attributes}")

    @property
    def _attributes(self) -> str:
        return "Path=/; HttpOnly; SameSite=Lax" + ("" if self.demo else "; Secure")

    def _refuse_other_names(self, headers: Headers) -> None:
        if self.demo and self.origin is None and not _is_this_machine(headers.get("host", "")):
            raise _forbidden("The demo is at http://127.0.0.1 or http://localhost only.")

    def _is_ours(self, origin: str, headers: Headers) -> bool:
        if self.origin is not None:
            return origin == self.origin
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        plain = self.demo or parts.hostname in ("localhost", "127.0.0.1", "::1")
        # Rebuilt, as a browser writes it: what has a path or a user besides is none of its making.
        written = f"{parts.scheme}://{parts.netloc}"
        schemes = ("http", "https") if plain else ("https",)
        return origin == written and parts.netloc == headers.get("host") and parts.scheme in schemes


def _is_this_machine(host: str) -> bool:
    """Whether a Host names this machine, with any port: a name that only begins like its addresses does not."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _forbidden(message: str) -> RefusedError:
    return RefusedError(403, message, code=ErrorCode.FORBIDDEN)
