"""What was answered, so that a request that comes again is answered the same."""

from collections import OrderedDict
from datetime import datetime, timedelta

MOST = 10_000
KEPT_FOR = timedelta(minutes=20)


class Answers[Key, Value]:
    """Bounded in number and time: who asks again does so within minutes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[datetime, Value]] = OrderedDict()

    def get(self, key: Key, now: datetime) -> Value | None:
        self._drop(now)
        found = self._kept.get(key)
        return found[1] if found else None

    def keep(self, key: Key, value: Value, now: datetime) -> None:
        self._kept[key] = (now, value)
        self._drop(now)

    def _drop(self, now: datetime) -> None:
        while self._kept and (len(self._kept) > MOST or next(iter(self._kept.values()))[0] < now - KEPT_FOR):
            self._kept.popitem(last=False)
