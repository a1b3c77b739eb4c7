"""The lab as a guest of a voice cloud's telephony: everybody in it, and the trunks to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Self

from lab.people.customers import SimulatedCustomers
from lab.people.lines import Lines
from lab.people.telephones import SimulatedTelephones
from lab.people.traffic import Traffic
from lab.people.users import SimulatedUsers
from lab.settings import LabSettings
from lab.voices.client import Voices
from voicecloud.bootstrap import VoiceCloudServices
from voicecloud.ids import Ids
from voicecloud.runtime.engine import Performer


@dataclass(frozen=True)
class Lab:
    """What the control page's handlers ask."""

    settings: LabSettings
    voices: Voices
    lines: Lines
    telephones: SimulatedTelephones
    customers: SimulatedCustomers
    users: SimulatedUsers
    traffic: Traffic

    @classmethod
    def attached(cls, services: VoiceCloudServices, settings: LabSettings) -> Self:
        """Made, and connected: people at this machine first, and simulated telephones where there is no trunk."""
        telephony, directory, ids = services.telephony, services.directory, Ids(services.clock)
        engine, voices, random = telephony.engine, Voices(telephony.gateway), Random(settings.seed)  # noqa: S311 (plays)
        telephones = SimulatedTelephones(engine, directory, voices, random)
        customers = SimulatedCustomers(engine, directory, telephones, voices, ids)
        users = SimulatedUsers(engine, directory, telephones, voices, ids)
        made = cls(
            settings=settings,
            voices=voices,
            lines=Lines(engine, ids),
            telephones=telephones,
            customers=customers,
            users=users,
            traffic=Traffic(engine, directory, customers, users, settings.seed),
        )
        directory.plays_simulated = True
        exchange = telephony.exchange
        exchange.connect(made.lines, *([] if exchange.has_trunk else [telephones]))
        telephony.attach(made)
        return made

    @property
    def performers(self) -> Sequence[Performer]:
        return tuple(one.perform for one in (self.lines, self.telephones, self.customers, self.users))

    async def start(self) -> None:
        await self.traffic.set(self.settings.calls_per_hour)

    async def stop(self) -> None:
        await self.traffic.close()

    def close(self) -> None:
        self.lines.close()
        self.customers.close()
        self.users.close()
