"""Asks the smart routing endpoint of a pool, and reads its answer (J5).

The question is ``{"anum", "bnum", "targetid", "extradata"}``. An answer of 200 changes the routing, any other leaves it
as it is; so does one that comes too late or cannot be understood.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any, Self

import aiohttp

from voicecloud.organisation.model import Document, required
from voicecloud.routing.effects import AskRouting, Effect
from voicecloud.routing.events import RoutingAnswer, RoutingAnswered
from voicecloud.routing.model import DISCONNECT, Target, TargetKind
from voicecloud.runtime.engine import Engine

KEY_HEADER = "X-Benemen-APIKey"

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


class SmartRoutingAsker:
    """Performs ``AskRouting``."""

    def __init__(self, engine: Engine, http: aiohttp.ClientSession, endpoints: Mapping[str, RoutingEndpoint]) -> None:
        self._engine = engine
        self._http = http
        self._endpoints = endpoints
        self._asking: set[asyncio.Task[None]] = set()

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, AskRouting):
            task = asyncio.create_task(self._ask(effect))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, question: AskRouting) -> None:
        endpoint = self._endpoints.get(question.endpoint)
        answer = None
        try:
            if endpoint:
                answer = read(await self._post(endpoint, question))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("no smart routing", extra={"call_id": question.call_id, "error": type(error).__name__})
        self._engine.report(RoutingAnswered(question.call_id, answer))

    async def _post(self, endpoint: RoutingEndpoint, question: AskRouting) -> Mapping[str, Any] | None:
        body = {
            "anum": question.a_number or "",
            "bnum": question.b_number,
            "targetid": question.target_id,
            "extradata": dict(question.extra),
        }
        timeout = aiohttp.ClientTimeout(total=question.timeout_s)
        headers = {KEY_HEADER: endpoint.key}
        async with self._http.post(endpoint.url, json=body, headers=headers, timeout=timeout) as answer:
            if answer.status != 200:
                return None
            document = await answer.json(content_type=None)
            return document if isinstance(document, dict) else None


def read(document: Mapping[str, Any] | None) -> RoutingAnswer | None:
    """Raises ValueError when a key has a value it cannot have. Keys are listed in docs/voice-cloud-api.md."""
    if document is None:
        return None
    return RoutingAnswer(
        initial_target=_target(document.get("InitialTarget")),
        fail_target=_target(document.get("FailTarget")),
        preferred=tuple(str(one) for one in document.get("PreferredAgents") or ()),
        required=document.get("RequiredAgent") or None,
        priority=int(document["Priority"]) if document.get("Priority") is not None else None,
        extra_priority=int(document.get("ExtraPriority") or 0),
    )


def _target(text: str | None) -> Target | None:
    """``QUEUE:<id>``, ``USER:<id>``, ``NUMBER:<E.164>`` or ``DISCONNECT:``; empty is no forwarding."""
    if not text:
        return None
    kind, colon, value = text.partition(":")
    kinds = {"QUEUE": TargetKind.POOL, "USER": TargetKind.USER, "NUMBER": TargetKind.NUMBER}
    if kind == "DISCONNECT":
        return DISCONNECT
    if not colon or kind not in kinds:
        raise ValueError("a target is QUEUE:, USER:, NUMBER: or DISCONNECT:")
    return Target(kinds[kind], value)
