"""Long polls of one agent that wait at once: few, because each holds a place in this instance and in the voice cloud.

The newest is the one somebody listens to: a phone that lost its network leaves the others behind, so the oldest gives
way.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

MOST = 3


class LongPolls:
    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Task[Any]]] = {}

    async def wait[Found](self, agent_id: str, found: Coroutine[Any, Any, Found]) -> Found | None:
        """What is found, or None when this poll had to give way to a newer one."""
        poll = asyncio.create_task(found)
        waiting = self._waiting[agent_id] = [*self._waiting.get(agent_id, ()), poll]
        if len(waiting) > MOST:
            waiting.pop(0).cancel()
        try:
            await asyncio.wait([poll])
        finally:
            poll.cancel()
            self._forget(agent_id, poll)
        return None if poll.cancelled() else poll.result()

    def _forget(self, agent_id: str, poll: asyncio.Task[Any]) -> None:
        left = [one for one in self._waiting.get(agent_id, ()) if one is not poll]
        if left:
            self._waiting[agent_id] = left
        else:
            self._waiting.pop(agent_id, None)
