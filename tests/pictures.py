"""The pictures of the console that the README shows: `python tests/pictures.py` writes them to docs/pictures.

The demo platform is made anew for them, in a directory of its own, so they change only where the console does.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect
from served import served
from temporary_demo import temporary_demo

from sightline.db.secrets import Secrets

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SECRETS = Secrets(b"the secret of the pictures, which is no secret")
REPORT = (
    "/reports?columns=sale_amount,revenue,payout,margin&by=month,program&chart=stacked"
    "&period=2026-01-01..2026-06-30&compare=PREVIOUS_PERIOD"
)
BECOME = """(email) => fetch("/session/cast", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email }),
})"""

Prepare = Callable[[Page], Awaitable[None]]


async def report(page: Page) -> None:
    """Wait for the chart and the rows."""
    await expect(page.locator(".recharts-surface").first).to_be_visible()
    await expect(page.get_by_role("row", name="All rows")).to_be_visible()


async def lists(page: Page) -> None:
    """Restrict a column, and leave it unsaved."""
    await page.get_by_role("button", name="Alba Stone").click()
    await page.get_by_role("row", name="Gross clicks", exact=True).click()
    await page.get_by_role("row", name="Invalid clicks", exact=True).click()
    await page.get_by_role("button", name="Restrict", exact=True).click()
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()


PICTURES: tuple[tuple[str, str, str, str, Prepare], ...] = (
    ("reports.png", "adv-admin", "light", REPORT, report),
    ("access.png", "admin", "dark", "/access?tab=columns", lists),
)


async def take(origin: str) -> None:
    """Each picture, by whom it shows."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, who, colours, path, prepare in PICTURES:
            page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
            await page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
            await page.goto(f"{origin}/login")
            await page.evaluate(BECOME, f"{who}@demo.example")
            await page.goto(f"{origin}{path}")
            await prepare(page)
            await page.mouse.move(0, 0)
            await page.screenshot(path=FOLDER / name)
        await browser.close()


async def main() -> None:
    """Make the platform, serve it, and take the pictures."""
    await asyncio.to_thread(FOLDER.mkdir, exist_ok=True)
    async with temporary_demo(SECRETS) as (_, directory):
        with served(None, SECRETS, demo=True, data_dir=directory) as origin:
            await take(origin)


if __name__ == "__main__":
    asyncio.run(main())
