"""A demo that serves the console, over a copy of the platform of its own: administrators change it there."""

from __future__ import annotations

import gc
import shutil
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from browsing import PATIENCE_SECONDS, WIDE, Visitor
from playwright.async_api import Browser, async_playwright, expect
from served import served

from sightline.db.secrets import Secrets
from sightline.server.console.assets import FOLDER, SOURCES
from sightline.server.console.stamp import REPAIR, Built, built

# The first has no windows that nobody looks at, and takes a quarter less of a processor.
COMMANDS = ("chromium-headless-shell", "chromium")
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
async def console_url(copied: Callable[[str, str], Awaitable[str]], demo_template: str) -> str:
    """Where its database is."""
    return await copied("demo_console", demo_template)


@pytest.fixture(scope="session")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that its mails go to."""
    return tmp_path_factory.mktemp("console") / "mail"


@pytest.fixture(scope="session")
def origin(console_url: str, secrets: Secrets, mails: Path) -> Iterator[str]:
    """Where it answers. Skipped where the console was left out of the build."""
    if built(SOURCES, FOLDER) is not Built.CURRENT:
        pytest.skip(f"the console is not built from these sources: run `{REPAIR}`")
    with served(console_url, secrets, demo=True, registration=True, data_dir=mails.parent) as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def cancelled_work_is_forgotten() -> Iterator[None]:
    """What browsers gave up is collected here, and does not startle the tests of other modules.

    What there was before is not looked through: a worker holds hundreds of schemas, and seconds go by for each look.
    """
    gc.freeze()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. Skipped where it is missing."""
    chromium = next(filter(None, map(shutil.which, COMMANDS)), None)
    if chromium is None:
        pytest.skip("no Chromium: apt-get install chromium-headless-shell")
    expect.set_options(timeout=PATIENCE_SECONDS * 1_000)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        yield opened
        await opened.close()


@pytest.fixture
def time_zone() -> str | None:
    """Where the visitor is, by his clock; where the tests are unless a module says another."""
    return None


@pytest.fixture
async def visitor(browser: Browser, origin: str, time_zone: str | None) -> AsyncIterator[Visitor]:
    """Somebody with a fresh browser, on a wide screen, in light colours. At the end nothing may have gone wrong."""
    context = await browser.new_context(
        viewport=WIDE, color_scheme="light", reduced_motion="reduce", locale="en-GB", timezone_id=time_zone
    )
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE_SECONDS * 1_000)
    made = await Visitor.at(await context.new_page(), origin)
    try:
        yield made
        await made.is_at_ease()
    finally:
        await context.close()
