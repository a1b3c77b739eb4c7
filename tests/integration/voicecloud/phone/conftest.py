"""Phones of users who are played by nobody else, and voices for them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.media import Voice, voices
from tests.fixtures.voicecloud import ANNA, BJORN, VoiceCloud
from tests.fixtures.web_phones import WebPhone


@pytest_asyncio.fixture
async def anna(voicecloud: VoiceCloud) -> WebPhone:
    phone = WebPhone(voicecloud, ANNA)
    await phone.open()
    return phone


@pytest_asyncio.fixture
async def bjorn(voicecloud: VoiceCloud) -> WebPhone:
    phone = WebPhone(voicecloud, BJORN)
    await phone.open()
    return phone


@pytest_asyncio.fixture
async def speakers() -> AsyncIterator[list[Voice]]:
    async with voices(600, 1000, 1700) as made:
        yield made
