"""A Chromium for the pages."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.fixtures.dynamics import LocalDynamics


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def page(chromium: Browser, dynamics: LocalDynamics) -> AsyncIterator[Page]:
    """The pages of a fresh environment; an error in their console fails the test."""
    context = await chromium.new_context(base_url=dynamics.url, viewport={"width": 1280, "height": 800})
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.set_default_timeout(5000)
    yield opened
    await context.close()
    assert errors == []
