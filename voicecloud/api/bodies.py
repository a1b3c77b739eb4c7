"""Bodies of requests: how much of them is read, and for how long is waited."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from shared.errors import VoiceError

LARGEST = 64 * 1024
"""Bytes of any body but an announcement's."""
LARGEST_AUDIO = 8 * 1024 * 1024
"""Bytes of an announcement of some minutes."""
READ_WITHIN_S = 10.0
AUDIO_WITHIN_S = 120.0


class BodyTooLarge(VoiceError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class BodyTooSlow(VoiceError):
    status = HTTPStatus.REQUEST_TIMEOUT


class BodyEncoded(VoiceError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


async def content(request: web.Request, most: int = LARGEST, within_s: float = READ_WITHIN_S) -> bytes:
    """The whole body; no more than ``most`` bytes of it are ever kept.

    Raises BodyTooLarge ``body-too-large``, BodyTooSlow ``body-timeout``, BodyEncoded ``content-encoding``.
    """
    if "Content-Encoding" in request.headers:
        raise BodyEncoded("content-encoding", "bodies are sent as they are, not compressed")
    if (request.content_length or 0) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(within_s):
            return await _read(request, most)
    except TimeoutError:
        raise BodyTooSlow("body-timeout", f"the body did not arrive within {within_s:.0f} seconds") from None


async def text(request: web.Request, most: int = LARGEST) -> str:
    """The body in the encoding that it names, UTF-8 without one. Raises UnicodeError too, and what ``content`` does."""
    try:
        return (await content(request, most)).decode(request.charset or "utf-8")
    except LookupError as error:
        raise UnicodeError from error


async def _read(request: web.Request, most: int) -> bytes:
    kept = bytearray()
    async for part in request.content.iter_any():
        kept += part
        if len(kept) > most:
            raise _too_large(most)
    return bytes(kept)


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge("body-too-large", f"a body has at most {most} bytes here")
