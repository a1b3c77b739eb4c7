"""Answers who calls: one point read in the index (D11, K3)."""

from shared.caching import Cached
from shared.clock import Clock
from shared.errors import Unavailable
from shared.identity.model import Identification
from shared.identity.number_index import NumberIndex
from shared.identity.watermark import WatermarkStore
from shared.numbers import from_network, line_of, to_e164
from shared.settings.service import Settings
from shared.storage.tables import Table

GENERATION_KEPT_S = 5.0
"""A generation is deleted only after its successor is in use, and then page by page: five seconds are safe."""


class Identity:
    """Looks callers up in the generation of the index that is in use."""

    def __init__(self, *, table: Table, settings: Settings, clock: Clock) -> None:
        self._table = table
        self._watermarks = WatermarkStore(table)
        self._settings = settings
        self._generations = Cached(self._read_generation, GENERATION_KEPT_S, clock)

    async def identify(self, number: str) -> Identification:
        """The customers of a number as networks and people write it; text that is not one number identifies nobody.

        Raises Unavailable ``index-not-ready`` before the first full load: an answer now would be "nobody", wrongly;
        so would one without a country, Misconfigured ``general-settings-faulty``.
        """
        return await self._find(number, (await self._settings.general()).default_region)

    async def recognise(self, number: str) -> Identification:
        """As ``identify``, to be shown and not to be written: while the general settings cannot be read only
        international numbers are known. Raises Unavailable ``index-not-ready``."""
        return await self._find(number, await self._settings.region())

    async def _find(self, number: str, region: str | None) -> Identification:
        e164 = to_e164(from_network(number, region), region)
        if e164 is None:
            return Identification(None)
        generation = await self._generations.get(None)
        customers, more = await NumberIndex(self._table, generation).find(line_of(e164))
        return Identification(e164, customers, more)

    async def _read_generation(self, _key: None) -> str:
        generation = (await self._watermarks.read()).generation
        if generation is None:
            raise Unavailable("index-not-ready", "the number index has not been loaded yet")
        return generation
