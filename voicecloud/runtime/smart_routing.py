"""Asks the smart routing endpoint of a pool, and reads its answer (J5).

The question is ``{"anum", "bnum", "targetid", "extradata"}``. An answer of 200 changes the routing, any other leaves it
as it is; so does one that comes too late or cannot be understood.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from string import Template
from typing import Any, Self

import aiohttp

from shared.errors import InvalidInput, VoiceError
from voicecloud import wire
from voicecloud.organisation.model import Document, required
from voicecloud.routing.effects import AskRouting, Effect
from voicecloud.routing.events import RoutingAnswered
from voicecloud.routing.rules.answers import read_answer
from voicecloud.runtime.engine import Engine

KEY_HEADER = "X-Benemen-APIKey"
LARGEST_ANSWER = 64 * 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RoutingEndpoint:
    """An address and the key it wants to see."""

    id: str
    url: str
    key: str

    @classmethod
    def from_document(cls, document: Document, environment: Mapping[str, str]) -> Self:
        """``${NAME}`` in address and key is taken from the environment."""
        url, key = (Template(document.get(name, "")).safe_substitute(environment) for name in ("Endpoint", "ApiKey"))
        return cls(required(document, "Id"), url, key)


@dataclass(eq=False, repr=False)
class SmartRoutingAsker:
    """Performs ``AskRouting``."""

    engine: Engine
    http: aiohttp.ClientSession
    endpoints: Mapping[str, RoutingEndpoint]
    _asking: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, AskRouting):
            task = asyncio.create_task(self._ask(effect))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, question: AskRouting) -> None:
        """Whatever goes wrong, routing hears of it at once: the caller waits."""
        endpoint = self.endpoints.get(question.endpoint)
        answer = None
        try:
            body = await self._post(endpoint, question) if endpoint else None
            answer = read_answer(body, self.engine.platform.configuration) if body else None
        except (aiohttp.ClientError, TimeoutError, ValueError, VoiceError) as error:
            log.warning("no smart routing", extra={"call_id": question.call_id, "error": type(error).__name__})
        finally:
            self.engine.report(RoutingAnswered(question.call_id, answer))

    async def _post(self, endpoint: RoutingEndpoint, question: AskRouting) -> Mapping[str, Any] | None:
        """A redirect is an answer like any other that is not 200: the key goes nowhere else."""
        body = {
            "anum": question.a_number or "",
            "bnum": question.b_number,
            "targetid": question.target_id,
            "extradata": dict(question.extra),
        }
        timeout = aiohttp.ClientTimeout(total=question.timeout_s)
        sent = self.http.post(
            endpoint.url, json=body, headers={KEY_HEADER: endpoint.key}, timeout=timeout, allow_redirects=False
        )
        async with sent as answer:
            if answer.status != HTTPStatus.OK:
                return None
            document = wire.read((await _content(answer)).decode())
        if not isinstance(document, dict):
            raise InvalidInput("routing-answer", "the answer is not a JSON object")
        return document


async def _content(answer: aiohttp.ClientResponse) -> bytes:
    """Raises InvalidInput ``routing-answer`` when there is too much of it."""
    kept = bytearray()
    async for part in answer.content.iter_any():
        kept += part
        if len(kept) > LARGEST_ANSWER:
            raise InvalidInput("routing-answer", f"an answer has at most {LARGEST_ANSWER} bytes")
    return bytes(kept)
