"""Keeps the number index fresh (K3): a first full load, then Dataverse's own change tracking.

Work is done page by page under a lease and noted after each page, so that it can stop anywhere and go on elsewhere.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from shared.clock import Clock
from shared.dataverse.client import Dataverse
from shared.dataverse.model import ChangePage
from shared.errors import InvalidInput, Misconfigured, Missing, Unavailable, VoiceError
from shared.identity.model import CustomerKind, IndexedRecord
from shared.identity.number_index import NumberIndex
from shared.identity.records import ENTITY_SETS, READING, deleted_record, selected_columns, to_record
from shared.identity.watermark import Build, SyncFault, Watermark, WatermarkStore
from shared.settings.model import General
from shared.settings.service import Settings
from shared.storage.leases import Leases
from shared.storage.tables import Table

LEASE = "number-index"
LEASE_S = 15.0
"""After a kill the index stands still for so long."""
RENEW_S = LEASE_S / 3
BUDGET = timedelta(seconds=60)
KEEP_OBSOLETE = timedelta(minutes=1)
"""Other instances may go on reading the generation before for as long as they cache which one is in use."""
KINDS = tuple(CustomerKind)
OPTIONAL = {CustomerKind.LEAD}
"""Tables that an environment may lack, or keep from us: leads come with Dynamics 365 Sales."""
OF_ONE_TABLE = {"dataverse-table-missing", "dataverse-tracking-off", "dataverse-forbidden", "dataverse-refused"}
"""Errors that stay until an administrator does something about the table, and say nothing of the others."""
TRY_AGAIN_AFTER = timedelta(minutes=10)
"""How long a table that could not be read is left alone before it is tried again."""
BUILD_PAGE = 5000
FOLLOW_PAGE = 500
KEEP_EVERY = 200
"""Records applied one by one between two renewals of the lease."""

log = logging.getLogger(__name__)


class SyncResult(Enum):
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

    async def run(self) -> SyncResult:
        """Works for up to a minute. Raises what Dataverse or the storage raises; the pages done stay done."""
        fence = await self._leases.acquire(LEASE, self._owner, LEASE_S)
        if fence is None:
            return SyncResult.BUSY
        run = _Run(self._clock() + BUDGET, fence)
        keeping = asyncio.create_task(self._stay(run))
        try:
            return await self._work(run)
        finally:
            keeping.cancel()
            await self._leases.release(LEASE, self._owner, fence)

    async def _stay(self, run: "_Run") -> None:
        """Keeps the lease while a page takes long; where that fails, the work finds out before it writes."""
        with suppress(VoiceError):
            while True:
                await asyncio.sleep(RENEW_S)
                await self._keep(run)

    async def _work(self, run: "_Run") -> SyncResult:
        general = await self._settings.general()
        mark = await self._follow(await self._watermarks.read(), run)
        if await self._must_build(mark, general):
            mark = await self._begin(mark, general.default_region)
        while mark.build:
            if self._is_over(run):
                return SyncResult.MORE
            mark = await self._build_page(mark, mark.build, run)
        await self._forget(mark, run)
        return SyncResult.MORE if self._is_over(run) else SyncResult.DONE

    async def _must_build(self, mark: Watermark, general: General) -> bool:
        latest = mark.build or mark
        unbuilt = mark.generation is None and mark.build is None
        is_other = (latest.region, latest.reading) != (general.default_region, READING)
        return unbuilt or is_other or await self._watermarks.rebuild_requested()

    async def _begin(self, mark: Watermark, region: str | None) -> Watermark:
        generation = f"g{self._clock():%Y%m%d%H%M%S%f}"
        mark = await self._watermarks.write(mark.begin(Build(generation, region, KINDS[0], reading=READING)))
        await self._watermarks.rebuild_begun()
        log.info("number index: building", extra={"generation": generation, "region": region})
        return mark

    async def _build_page(self, mark: Watermark, build: Build, run: "_Run") -> Watermark:
        """Loads one page of one table; after the last page of the last table the new generation is taken into use."""
        try:
            page = await self._changes(build.kind, build.next_link, BUILD_PAGE)
        except Missing:
            log.warning("number index: a page link expired, building again", extra={"table": build.kind})
            return await self._begin(mark, build.region)
        except (Misconfigured, InvalidInput) as error:
            mark = await self._note_fault(mark, build.kind, error)
            if build.kind not in OPTIONAL or error.code not in OF_ONE_TABLE:
                raise
            return await self._table_done(mark, build, None, run)
        store = NumberIndex(self._table, build.generation)
        records = [to_record(build.kind, row, build.region) for row in page.records]
        if build.unfinished:
            await self._apply(store, records, run, again=True)
        else:
            build = replace(build, unfinished=True)
            mark = await self._watermarks.write(replace(mark, build=build))
            await self._keep(run)
            await store.load(records)
        if page.next_link:
            build = replace(build, next_link=page.next_link, unfinished=False)
            return await self._watermarks.write(replace(mark, build=build))
        return await self._table_done(mark, build, page.delta_link, run)

    async def _table_done(self, mark: Watermark, build: Build, delta_link: str | None, run: "_Run") -> Watermark:
        links = {**build.delta_links, build.kind: delta_link} if delta_link else build.delta_links
        if delta_link:
            mark = mark.without_faults([build.kind])
        if rest := KINDS[KINDS.index(build.kind) + 1 :]:
            build = replace(build, kind=rest[0], next_link=None, unfinished=False, delta_links=links)
            return await self._watermarks.write(replace(mark, build=build))
        log.info("number index: built", extra={"generation": build.generation})
        mark = await self._watermarks.write(mark.finish(replace(build, delta_links=links), self._clock()))
        return await self._follow(mark, run)

    async def _follow(self, mark: Watermark, run: "_Run") -> Watermark:
        """Applies what changed since the watermark to the generation in use."""
        if mark.generation is None:
            return mark
        followed, well, failed = True, list[CustomerKind](), list[VoiceError]()
        for kind in mark.delta_links:
            try:
                mark, to_the_end = await self._follow_table(mark, kind, run)
                followed &= to_the_end
                well.append(kind)
            except Missing:
                log.warning("number index: the change history is too old, building again", extra={"table": kind})
                await self._watermarks.request_rebuild()
                followed = False
            except (Misconfigured, InvalidInput, Unavailable) as error:
                if not _is_of_table(kind, error):
                    raise
                # The watermark as it was written last: pages of this table may have been noted.
                mark = await self._note_fault(await self._watermarks.read(), kind, error)
                failed += [] if kind in OPTIONAL else [error]
        mark = mark.without_faults(well)
        if failed:
            await self._watermarks.write(mark)
            raise failed[0]
        mark = await self._look_for_absent(mark)
        return await self._watermarks.write(replace(mark, synced_at=self._clock())) if followed else mark

    async def _note_fault(self, mark: Watermark, kind: CustomerKind, error: VoiceError) -> Watermark:
        """For health, which names the table."""
        log.warning("number index: a table cannot be read", extra={"table": kind, "error": str(error)})
        return await self._watermarks.write(mark.with_fault(kind, SyncFault(error.code, error.message, self._clock())))

    async def _look_for_absent(self, mark: Watermark) -> Watermark:
        """Tries the tables again that the index in use lacks; what can be read by now is loaded by a new build."""
        if mark.build:
            return mark
        for kind, fault in mark.faults.items():
            if kind in mark.delta_links or self._clock() - fault.tried_at < TRY_AGAIN_AFTER:
                continue
            try:
                await self._changes(kind, None, 1)
            except (Misconfigured, InvalidInput) as error:
                mark = await self._note_fault(mark, kind, error)
            else:
                await self._watermarks.request_rebuild()
        return mark

    async def _follow_table(self, mark: Watermark, kind: CustomerKind, run: "_Run") -> tuple[Watermark, bool]:
        """Page by page, each noted when it is done; whether the end was reached."""
        store = NumberIndex(self._table, str(mark.generation))
        while not self._is_over(run):
            page = await self._changes(kind, mark.delta_links[kind], FOLLOW_PAGE)
            changed = [to_record(kind, row, mark.region) for row in page.records]
            await self._apply(store, [*changed, *(deleted_record(kind, one) for one in page.deleted_ids)], run)
            position = page.next_link or page.delta_link
            if position and position != mark.delta_links[kind]:
                links: Mapping[CustomerKind, str] = {**mark.delta_links, kind: position}
                mark = await self._watermarks.write(replace(mark, delta_links=links))
            if not page.next_link:
                return mark, True
        return mark, False

    async def _apply(
        self, store: NumberIndex, records: Sequence[IndexedRecord], run: "_Run", *, again: bool = False
    ) -> None:
        for number, record in enumerate(records):
            if number % KEEP_EVERY == 0:
                await self._keep(run)
            await store.apply(record, again=again)

    async def _keep(self, run: "_Run") -> None:
        """Raises Conflict ``lease-lost`` when another instance has taken over."""
        await self._leases.renew(LEASE, self._owner, run.fence, LEASE_S)

    def _is_over(self, run: "_Run") -> bool:
        return self._clock() >= run.until

    async def _forget(self, mark: Watermark, run: "_Run") -> None:
        """Deletes generations that nobody reads any more; what the time does not allow is left to the next run."""
        if mark.built_at is None or self._clock() - mark.built_at < KEEP_OBSOLETE:
            return
        for generation in mark.obsolete:
            async for _ in NumberIndex(self._table, generation).forget():
                if self._is_over(run):
                    return
            mark = await self._watermarks.write(replace(mark, obsolete=mark.obsolete[1:]))

    async def _changes(self, kind: CustomerKind, link: str | None, page_size: int) -> ChangePage:
        return await self._dataverse.changes(ENTITY_SETS[kind], selected_columns(kind), link, page_size)


def _is_of_table(kind: CustomerKind, error: VoiceError) -> bool:
    """Whether the other tables can be followed all the same."""
    return error.code in OF_ONE_TABLE or (kind in OPTIONAL and error.code == "dataverse-unavailable")


@dataclass(frozen=True)
class _Run:
    """One run: until when, and the fence of its lease."""

    until: datetime
    fence: int
