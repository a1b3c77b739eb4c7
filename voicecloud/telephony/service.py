"""Everything that makes calls happen: built together, started, drained and stopped together."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from shared.errors import VoiceError
from voicecloud.callbacks.requests import CallbackRequests
from voicecloud.media.client import MediaClient
from voicecloud.notices.service import Notices
from voicecloud.routing.events import Drain, Stop
from voicecloud.runtime.call_records import CallRecords
from voicecloud.runtime.engine import Engine, Performer
from voicecloud.runtime.staff import Staff
from voicecloud.trunk.exchange import Exchange
from voicecloud.trunk.sip.trunk import SipTrunk

DRAIN_CHECK_S = 0.1
FLUSH_S = 10.0
PURGE_EVERY_S = 3_600.0

log = logging.getLogger(__name__)


class Guest(Protocol):
    """What is attached to the telephony from outside the voice cloud, and makes calls in it."""

    @property
    def performers(self) -> Sequence[Performer]:
        """Each is given routing's effects, after everybody else."""

    async def start(self) -> None:
        """Calls can be made from now on."""

    async def stop(self) -> None:
        """Makes no more calls; those in progress go on."""

    def close(self) -> None:
        """Every call is over."""


@dataclass(frozen=True)
class Telephony:
    """The parts that handlers and guests ask."""

    engine: Engine
    gateway: MediaClient
    staff: Staff
    records: CallRecords
    notices: Notices
    callback_requests: CallbackRequests
    exchange: Exchange
    sip: SipTrunk | None
    retention: timedelta
    guests: list[Guest] = field(default_factory=list)

    def attach(self, guest: Guest) -> None:
        """Before the start."""
        for performer in guest.performers:
            self.engine.attach(performer)
        self.guests.append(guest)

    async def start(self) -> None:
        """Ends what a crash has left, then takes up the availability of an earlier run."""
        ended = await self.records.recover()
        if ended:
            log.warning("calls of an earlier run were cut off", extra={"count": ended})
        self.staff.restore()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in (
                self.gateway.run(),
                self.records.run(),
                self.notices.run(),
                self.callback_requests.run(),
                self._purge(),
            ):
                group.create_task(work)
            if self.sip:
                group.create_task(self.sip.run())

    async def drain(self, longest_s: float) -> None:
        """Takes no new calls and waits for the present ones; what lasts longer is ended, with its record.

        Doing it again does no harm."""
        for guest in self.guests:
            await guest.stop()
        self.engine.tell(Drain())
        try:
            async with asyncio.timeout(longest_s):
                while self.engine.platform.call_count:  # noqa: ASYNC110 (calls end by many ways, none rings a bell)
                    await asyncio.sleep(DRAIN_CHECK_S)
        except TimeoutError:
            log.warning("calls were cut off", extra={"count": self.engine.platform.call_count})
        self.engine.tell(Stop())
        await self._flush()
        if self.sip:
            await self.sip.close()
        await self.gateway.close()
        for guest in self.guests:
            guest.close()
        self.engine.close()

    async def _flush(self) -> None:
        """What storage does not take now is found as calls in progress by the next start."""
        try:
            async with asyncio.timeout(FLUSH_S):
                await self.records.flushed()
        except TimeoutError:
            log.exception("call records were not written in time")

    async def _purge(self) -> None:
        while True:
            try:
                days = await self.records.purge(self.retention)
                log.info("old records were deleted", extra={"days": days})
            except VoiceError as error:
                log.warning("old records were not deleted", extra={"code": error.code})
            await asyncio.sleep(PURGE_EVERY_S)
