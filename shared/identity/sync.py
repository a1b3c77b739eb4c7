"""Keeps the number index fresh (K3): a first full load, then Dataverse's own change tracking.

Work is done page by page under a lease and noted after each page, so that it can stop anywhere and go on elsewhere.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from shared.clock import Clock
from shared.dataverse.client import Dataverse
from shared.dataverse.model import ChangePage
from shared.errors import Misconfigured, Missing
from shared.identity.model import CustomerKind
from shared.identity.records import ENTITY_SETS, deleted_record, selected_columns, to_record
from shared.identity.store import NumberStore
from shared.identity.watermark import Build, Watermark, WatermarkStore
from shared.settings.model import General
from shared.settings.service import Settings
from shared.storage.leases import Leases
from shared.storage.tables import Table

LEASE = "number-index"
LEASE_S = 120.0
BUDGET = timedelta(seconds=60)
KEEP_OBSOLETE = timedelta(minutes=1)
"""Other instances may go on reading the generation before for as long as they cache which one is in use."""
KINDS = tuple(CustomerKind)

log = logging.getLogger(__name__)


class Progress(Enum):
    """How a run ended: everything is known, there is more to do, or another instance is at it."""

    DONE = "done"
    MORE = "more"
    BUSY = "busy"


class IndexSync:
    """Follows contacts, accounts and leads into the ``numbers`` table."""

    def __init__(
        self, *, table: Table, dataverse: Dataverse, settings: Settings, leases: Leases, owner: str, clock: Clock
    ) -> None:
        self._table = table
        self._watermarks = WatermarkStore(table)
        self._dataverse = dataverse
        self._settings = settings
        self._leases = leases
        self._owner = owner
        self._clock = clock

    async def run(self) -> Progress:
        """Works for up to a minute. Raises what Dataverse or the storage raises; the pages done stay done."""
        fence = await self._leases.acquire(LEASE, self._owner, LEASE_S)
        if fence is None:
            return Progress.BUSY
        try:
            return await self._work(fence)
        finally:
            await self._leases.release(LEASE, self._owner, fence)

    async def _work(self, fence: int) -> Progress:
        until = self._clock() + BUDGET
        general = await self._general()
        mark = await self._follow(await self._watermarks.read())
        if await self._must_build(mark, general):
            mark = await self._begin(mark, general)
        while mark.build:
            if self._clock() >= until:
                return Progress.MORE
            await self._leases.renew(LEASE, self._owner, fence, LEASE_S)
            mark = await self._build_page(mark, mark.build)
        await self._forget(mark, until)
        return Progress.DONE

    async def _general(self) -> General:
        snapshot = await self._settings.snapshot()
        if fault := next((why for name, why in snapshot.faults.items() if name.startswith("general/")), None):
            raise Misconfigured("general-settings-faulty", f"the general settings cannot be read: {fault}")
        return snapshot.general

    async def _must_build(self, mark: Watermark, general: General) -> bool:
        region = mark.build.region if mark.build else mark.region
        unbuilt = mark.generation is None and mark.build is None
        return unbuilt or region != general.default_region or await self._watermarks.rebuild_requested()

    async def _begin(self, mark: Watermark, general: General) -> Watermark:
        generation = f"g{self._clock():%Y%m%d%H%M%S%f}"
        mark = mark.begin(Build(generation, general.default_region, KINDS[0]))
        await self._watermarks.write(mark)
        await self._watermarks.rebuild_begun()
        log.info("number index: building", extra={"generation": generation, "region": general.default_region})
        return mark

    async def _build_page(self, mark: Watermark, build: Build) -> Watermark:
        """Loads one page of one table; after the last page of the last table the new generation is taken into use."""
        try:
            page = await self._changes(build.kind, build.next_link)
        except Missing:
            log.warning("number index: a page link expired, the table is read again", extra={"table": build.kind})
            return await self._write(replace(mark, build=replace(build, next_link=None)))
        records = [to_record(build.kind, row, build.region) for row in page.records]
        await NumberStore(self._table, build.generation).load(records)
        if page.next_link:
            return await self._write(replace(mark, build=replace(build, next_link=page.next_link)))
        links = {**build.delta_links, build.kind: str(page.delta_link)}
        rest = KINDS[KINDS.index(build.kind) + 1 :]
        if rest:
            return await self._write(
                replace(mark, build=replace(build, kind=rest[0], next_link=None, delta_links=links))
            )
        log.info("number index: built", extra={"generation": build.generation})
        return await self._follow(await self._write(mark.finish(replace(build, delta_links=links), self._clock())))

    async def _follow(self, mark: Watermark) -> Watermark:
        """Applies what changed since the watermark to the generation in use."""
        if mark.generation is None:
            return mark
        store = NumberStore(self._table, mark.generation)
        for kind in KINDS:
            try:
                mark = await self._follow_table(mark, kind, store)
            except Missing:
                log.warning("number index: the change history is too old, building anew", extra={"table": kind})
                await self._watermarks.request_rebuild()
        return await self._write(replace(mark, synced_at=self._clock()))

    async def _follow_table(self, mark: Watermark, kind: CustomerKind, store: NumberStore) -> Watermark:
        link: str | None = mark.delta_links[kind]
        while link:
            page = await self._changes(kind, link)
            for row in page.records:
                await store.apply(to_record(kind, row, mark.region))
            for deleted_id in page.deleted_ids:
                await store.apply(deleted_record(kind, deleted_id))
            if page.delta_link:
                links: Mapping[CustomerKind, str] = {**mark.delta_links, kind: page.delta_link}
                mark = await self._write(replace(mark, delta_links=links))
            link = page.next_link
        return mark

    async def _forget(self, mark: Watermark, until: datetime) -> None:
        """Deletes generations that nobody reads any more; what the time does not allow is left to the next run."""
        if mark.built_at is None or self._clock() - mark.built_at < KEEP_OBSOLETE:
            return
        for generation in mark.obsolete:
            async for _ in NumberStore(self._table, generation).forget():
                if self._clock() >= until:
                    return
            mark = await self._write(replace(mark, obsolete=mark.obsolete[1:]))

    async def _changes(self, kind: CustomerKind, link: str | None) -> ChangePage:
        return await self._dataverse.changes(ENTITY_SETS[kind], selected_columns(kind), link)

    async def _write(self, mark: Watermark) -> Watermark:
        await self._watermarks.write(mark)
        return mark
