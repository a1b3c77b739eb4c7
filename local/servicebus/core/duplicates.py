"""Duplicate detection: message ids seen within the window of an entity."""

from local.servicebus.core.model import Context


class DuplicateWindow:
    """Remembers ids for ``window_ms`` after each was first seen, over restarts too; None remembers nothing."""

    def __init__(self, path: str, window_ms: int | None, context: Context) -> None:
        self._path = path
        self._window_ms = window_ms
        self._context = context
        self._until_ms: dict[str, int] = {}

    def seen(self, message_id: str | None) -> bool:
        """Whether the id came before within the window; from now on it did."""
        if self._window_ms is None or message_id is None:
            return False
        now_ms = self._context.clock.now_ms()
        self._purge(now_ms)
        if message_id in self._until_ms:
            return True
        self._until_ms[message_id] = now_ms + self._window_ms
        self._context.journal.remember(self._path, message_id, now_ms + self._window_ms)
        return False

    def restore(self, until_ms: dict[str, int]) -> None:
        """Takes back what was remembered, oldest first."""
        self._until_ms = dict(until_ms)

    def _purge(self, now_ms: int) -> None:
        while self._until_ms:
            oldest = next(iter(self._until_ms))
            if self._until_ms[oldest] > now_ms:
                return
            del self._until_ms[oldest]
            self._context.journal.forget(self._path, oldest)
