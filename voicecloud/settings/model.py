"""Settings of the process, all from ``VOICECLOUD_…`` environment variables (docs/voice-cloud-settings.md)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Self

from shared.errors import Misconfigured
from shared.numbers import is_region
from voicecloud.settings.media import ANYWHERE, AudioFormat, IceServer, Way
from voicecloud.settings.sip import Account

AZURITE = "UseDevelopmentStorage=true"
DAY_S = 86_400.0

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class VoiceCloudSettings:
    """``environment`` is kept for the ``${NAME}`` placeholders of the organisation file."""

    host: str = "127.0.0.1"
    port: int = 7200
    public_url: str = ""
    storage_connection: str = AZURITE
    table_prefix: str = "voicecloud"
    seed: Path | None = None
    rate_limit_per_minute: int = 3_000
    connections: int = 1_000
    proxies: Sequence[Network] = ()
    webhook_timeout_s: float = 10.0
    webhook_retry_max_s: float = 300.0
    webhook_give_up_after_s: float = 3 * DAY_S
    post_processing_delay_s: float = 10.0
    recording_format: AudioFormat = AudioFormat.MP3
    recording_link_s: float = 900.0
    retention_days: float = 180.0
    drain_s: float = 20.0
    media_legs: int = 160
    media_hold_s: float = 60.0
    media_way: Way = ANYWHERE
    ice_servers: Sequence[IceServer] = ()
    turn_secret: str = field(default="", repr=False)
    sip: Account | None = None
    trunk_region: str | None = None
    phone_origins: frozenset[str] = frozenset()
    phone_lease_s: float = 30.0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises Misconfigured ``setting`` when a value cannot be read."""
        read = _Reader(environment)
        return cls(
            host=read.text("HOST", cls.host),
            port=int(read.number("PORT", cls.port)),
            public_url=read.text("PUBLIC_URL", "").rstrip("/"),
            storage_connection=read.text("STORAGE_CONNECTION", cls.storage_connection),
            table_prefix=read.text("TABLE_PREFIX", cls.table_prefix),
            seed=Path(read.text("SEED", "")) if read.text("SEED", "") else None,
            rate_limit_per_minute=int(read.number("RATE_LIMIT_PER_MINUTE", cls.rate_limit_per_minute)),
            connections=max(1, int(read.number("CONNECTIONS", cls.connections))),
            proxies=read.networks("PROXIES"),
            webhook_timeout_s=read.number("WEBHOOK_TIMEOUT_S", cls.webhook_timeout_s),
            webhook_retry_max_s=read.number("WEBHOOK_RETRY_MAX_S", cls.webhook_retry_max_s),
            webhook_give_up_after_s=read.number("WEBHOOK_GIVE_UP_AFTER_S", cls.webhook_give_up_after_s),
            post_processing_delay_s=read.number("POST_PROCESSING_DELAY_S", cls.post_processing_delay_s),
            recording_format=read.choice("RECORDING_FORMAT", cls.recording_format),
            recording_link_s=read.number("RECORDING_LINK_S", cls.recording_link_s),
            retention_days=read.number("RETENTION_DAYS", cls.retention_days),
            drain_s=read.number("DRAIN_S", cls.drain_s),
            media_legs=int(read.number("MEDIA_LEGS", cls.media_legs)),
            media_hold_s=read.number("MEDIA_HOLD_S", cls.media_hold_s),
            media_way=read.way(),
            ice_servers=read.ice_servers(),
            turn_secret=read.text("TURN_SECRET", ""),
            sip=read.sip(),
            trunk_region=read.region("TRUNK_REGION"),
            phone_origins=frozenset(read.text("PHONE_ORIGINS", "").split()),
            phone_lease_s=read.number("PHONE_LEASE_S", cls.phone_lease_s),
            environment=environment,
        )


@dataclass(eq=False, repr=False)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(f"VOICECLOUD_{name}") or default

    def number(self, name: str, default: float) -> float:
        text = self.text(name, str(default))
        try:
            value = float(text)
        except ValueError as error:
            raise Misconfigured("setting", f"VOICECLOUD_{name} is no number") from error
        if value < 0:
            raise Misconfigured("setting", f"VOICECLOUD_{name} is negative")
        return value

    def choice[Choice: StrEnum](self, name: str, default: Choice) -> Choice:
        try:
            return type(default)(self.text(name, default).lower())
        except ValueError as error:
            choices = ", ".join(type(default))
            raise Misconfigured("setting", f"VOICECLOUD_{name} is one of {choices}") from error

    def networks(self, name: str) -> Sequence[Network]:
        """Addresses and networks with spaces between: ``10.0.0.4 fd00::/8``."""
        try:
            return tuple(ip_network(one) for one in self.text(name, "").split())
        except ValueError as error:
            raise Misconfigured("setting", f"VOICECLOUD_{name} are IP addresses or networks") from error

    def way(self) -> Way:
        """How peers reach this machine: ``MEDIA_ADDRESS`` (IP), ``MEDIA_PORTS`` (``20000-20199``)."""
        try:
            address = self.text("MEDIA_ADDRESS", "")
            first, _, last = self.text("MEDIA_PORTS", "1-0").partition("-")
            ports = range(int(first), int(last) + 1)
            if address:
                ip_address(address)
        except ValueError as error:
            raise Misconfigured(
                "setting", "VOICECLOUD_MEDIA_ADDRESS is an IP address, VOICECLOUD_MEDIA_PORTS like 20000-20199"
            ) from error
        if ports and not 1024 <= ports.start < ports.stop <= 65536:
            raise Misconfigured("setting", "VOICECLOUD_MEDIA_PORTS lie between 1024 and 65535")
        return Way(address, ports)

    def ice_servers(self) -> Sequence[IceServer]:
        """``[{"urls": [...], "username", "credential"}]``, as browsers have it (W3C WebRTC, RTCIceServer)."""
        try:
            given = json.loads(self.text("ICE_SERVERS", "[]"))
            return tuple(IceServer(tuple(one["urls"]), one.get("username"), one.get("credential")) for one in given)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Misconfigured("setting", "VOICECLOUD_ICE_SERVERS is a JSON list of objects with urls") from error

    def sip(self) -> Account | None:
        """None without ``SIP_JANUS``. Raises Misconfigured ``setting`` when the identity is no SIP URI."""
        janus = self.text("SIP_JANUS", "")
        if not janus:
            return None
        identity = self.text("SIP_IDENTITY", "")
        if not identity.startswith(("sip:", "sips:")) or "@" not in identity:
            raise Misconfigured("setting", "VOICECLOUD_SIP_IDENTITY is a SIP URI with user and domain")
        return Account(
            janus=janus,
            identity=identity,
            proxy=self.text("SIP_PROXY", ""),
            secret=self.text("SIP_SECRET", ""),
            api_secret=self.text("SIP_API_SECRET", ""),
            calls=max(1, int(self.number("SIP_CALLS", Account.calls))),
            trusted=frozenset(self.text("SIP_TRUSTED", "").lower().split()),
        )

    def region(self, name: str) -> str | None:
        """A country by ISO 3166, None where none is named."""
        region = self.text(name, "").upper()
        if not region:
            return None
        if not is_region(region):
            raise Misconfigured("setting", f"VOICECLOUD_{name} is a country like FI (ISO 3166)")
        return region
