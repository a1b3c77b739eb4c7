import pytest
from playwright.async_api import Browser, expect

from tests.fixtures.entra import ANNA, AUTHORIZE, REQUEST, Issuer


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1200])
async def test_one_picks_an_account_and_goes_back(issuer: Issuer, browser: Browser, scheme: str, width: int) -> None:
    """In light and dark, narrow and wide: a click on a person leads back to the phone with a code."""
    context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type] # parametrised
    page = await context.new_page()
    await page.route("http://localhost:40000/**", lambda route: route.fulfill(body="the phone"))
    query = "&".join(f"{name}={value}" for name, value in REQUEST.items())
    await page.goto(f"{issuer.http}{AUTHORIZE}?{query}")
    await expect(page.get_by_role("heading", name="Pick an account")).to_be_visible()
    sideways = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not sideways
    await page.get_by_role("button", name=ANNA["name"]).click()
    await page.wait_for_url("http://localhost:40000/phone/?code=*")
    await context.close()
