"""Somebody at a browser: what he does, and what the browser noticed that should not have been."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ConsoleMessage, Page, Request, ViewportSize, expect

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
MOST_TABS = 120
OUR_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# GraphiQL's own tabs and colours are not ours to mend.
NOT_OURS = ".graphiql-container"

# A machine that runs other tests beside these may be slow; who waits long enough loses nothing.
PATIENCE_SECONDS = 30

_CALLED = """(it, name) => {
    const label = it.labels?.[0]?.textContent ?? '';
    const texts = [it.getAttribute('aria-label'), label, it.textContent, it.getAttribute('placeholder')];
    return texts.some((text) => text?.trim() === name);
}"""
_IS_FOCUSED = f"(name) => ({_CALLED})(document.activeElement, name)"
_APPEARS = f"""async (name) => {{
    const called = {_CALLED};
    while (![...document.querySelectorAll('*')].some((it) => called(it, name)))
        await new Promise((wake) => setTimeout(wake, 20));
}}"""
_WATCH = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
        window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
"""
_BECOME = """async (email) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/session/cast', { method: 'POST', headers, body: JSON.stringify({ email }) });
    return answer.status;
}"""


@dataclass
class Visitor:
    """A page of a browser of its own, and everything that it complained about."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def at(cls, page: Page, origin: str) -> Visitor:
        """A visitor who has not been anywhere yet."""
        visitor = cls(page, origin)
        page.on("request", lambda request: visitor._requested(request))
        page.on("console", lambda message: visitor._said(message))
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        await page.add_init_script(_WATCH)
        return visitor

    async def becomes(self, key: str) -> None:
        """Sign in as one of the cast, without looking at the page that offers it."""
        await self.page.goto(f"{self.origin}/login")
        assert await self.page.evaluate(_BECOME, f"{key}@demo.example") == 204

    async def goes(self, path: str) -> None:
        """Open a page, and wait until its area is there."""
        await self.page.goto(f"{self.origin}{path}")
        await expect(self.page.locator("main h1").first).to_be_attached()

    async def runs(self, path: str) -> None:
        """Open a report, and wait until it has run."""
        await self.goes(path)
        await expect(self.page.get_by_role("row", name="All rows")).to_be_visible()

    async def mends(self, button: str) -> None:
        """Have what was in the way of requests gone, and press the button that tries again."""
        self.complaints.clear()  # browsers write down every request that fails
        await self.page.unroute_all()
        await self.page.get_by_role("button", name=button).click()

    async def tabs_to(self, name: str) -> None:
        """Press Tab until what has the focus is called so, as soon as something is."""
        await asyncio.wait_for(self.page.evaluate(_APPEARS, name), PATIENCE_SECONDS)
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate(_IS_FOCUSED, name):
                return
        raise AssertionError(f"the keyboard does not reach {name!r}")

    async def presses(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def is_at_ease(self) -> None:
        """Nothing came from elsewhere, no policy was broken, nothing failed."""
        violations: list[str] = await self.page.evaluate("window.violations ?? []")
        complaints = self.complaints + violations
        assert not complaints, complaints

    async def barriers(self, *rules: str) -> list[str]:
        """What axe finds on the page as it is now, outside of GraphiQL; by these rules, or by all that we keep."""
        context: Any = {"exclude": [[NOT_OURS]]}
        options: dict[str, Any] = {"runOnly": list(rules) or OUR_RULES, "resultTypes": ["violations"]}
        found = await Axe().run(self.page, context=context, options=options)
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found.response["violations"]]

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.complaints.append(f"asked for {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text[:300])


async def choose(page: Page, person: str) -> None:
    """Choose somebody in the list of people.

    He is in it before it is shortened, and a click that meets him on his way up in it is lost.
    """
    await page.get_by_role("searchbox", name="Search people").fill(person)
    await expect(page.get_by_role("list", name="People").get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("button", name=person, exact=True).click()


async def asked(visitor: Visitor, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """What the API answers the page."""
    script = """async (body) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/graphql', { method: 'POST', headers, body })).json();
    }"""
    answer = await visitor.page.evaluate(script, json.dumps({"query": query, "variables": variables}))
    return dict(answer)
