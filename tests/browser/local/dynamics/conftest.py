"""The pages in a Chromium."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.fixtures.dynamics import LocalDynamics


@pytest.fixture
def console_errors() -> list[str]:
    """What the page complains of; a test that expects a complaint empties it."""
    return []


@pytest_asyncio.fixture
async def page(browser: Browser, dynamics: LocalDynamics, console_errors: list[str]) -> AsyncIterator[Page]:
    """The pages of a fresh environment; an error in their console fails the test."""
    context = await browser.new_context(base_url=dynamics.url, viewport={"width": 1280, "height": 800})
    opened = await context.new_page()
    opened.on("pageerror", lambda error: console_errors.append(str(error)))
    opened.on("console", lambda message: console_errors.append(message.text) if message.type == "error" else None)
    opened.set_default_timeout(30_000)
    yield opened
    await context.close()
    assert console_errors == []
