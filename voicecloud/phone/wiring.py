"""Builds what web phones ask, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.media.turn import IceServers
from voicecloud.media.wiring import MediaWiring
from voicecloud.phone.commands import PhoneCommands
from voicecloud.phone.context import DisplayNames
from voicecloud.phone.extensions import Extensions
from voicecloud.phone.sessions import AUDIENCE, TICKET_FOR, WebTerminalSessions
from voicecloud.phone.states import PhoneStates
from voicecloud.rte.tokens import Tokens


@dataclass(frozen=True)
class WebPhoneServices:
    """What the handlers of web phones ask."""

    sessions: WebTerminalSessions
    states: PhoneStates
    commands: PhoneCommands
    extensions: Extensions
    ice: IceServers


@dataclass(eq=False, repr=False, kw_only=True)
class VoiceCloudPhoneWiring(MediaWiring):
    """The web phones of users."""

    @cached_property
    def phones(self) -> WebPhoneServices:
        engine, directory, gateway, clock = self.engine, self.directory, self.gateway, self.clock
        names = DisplayNames(
            user=lambda user_id: directory.user(user_id).name,
            number=lambda user_id: directory.user(user_id).work_number,
            pool=lambda pool_id: directory.queue(pool_id).name,
        )
        states = PhoneStates(engine, gateway, names)
        gateway.listen(states.heard)
        tickets = Tokens(self.signing_key, clock, AUDIENCE, TICKET_FOR)
        extensions = Extensions(gateway.send_keys)
        return WebPhoneServices(
            sessions=WebTerminalSessions(engine, directory, tickets, self.settings.phone_lease_s),
            states=states,
            commands=PhoneCommands(engine, gateway, directory, states, extensions, clock),
            extensions=extensions,
            ice=self.ice,
        )
