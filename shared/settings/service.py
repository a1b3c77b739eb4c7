"""Reads settings with a cache of seconds, so that a change acts without a restart and hot paths stay cheap."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.caching import Cached
from shared.clock import Clock
from shared.errors import InvalidInput, Misconfigured, Missing
from shared.settings.model import CallbackProfile, CallSync, Document, General, Setting, SettingKind
from shared.settings.phone import PhoneSettings
from shared.settings.presence import PresenceSettings
from shared.storage.tables import Row, Table
from shared.validation import ignored_fields

KEPT_S = 2.0
MODELS: Mapping[SettingKind, type[Setting]] = {
    SettingKind.GENERAL: General,
    SettingKind.CALLBACK_PROFILE: CallbackProfile,
    SettingKind.CALL_SYNC: CallSync,
    SettingKind.PRESENCE: PresenceSettings,
    SettingKind.PHONE: PhoneSettings,
}


@dataclass(frozen=True)
class Snapshot:
    """All settings at one moment; ``faults`` names each row that is not valid and why, ``ignored`` what of
    the rows is no setting: rows and fields that nothing reads."""

    general: General
    callback_profiles: Mapping[str, CallbackProfile]
    call_sync: CallSync
    presence: PresenceSettings
    phone: PhoneSettings
    faults: Mapping[str, str]
    ignored: Mapping[str, str] = field(default_factory=dict)

    def fault_of(self, kind: SettingKind) -> str | None:
        """Why a row of this kind is not valid, if there is one."""
        return next((why for name, why in self.faults.items() if name.startswith(f"{kind}/")), None)


class Settings:
    """The rows of the settings table: partition = kind, row = name, column ``document`` = JSON."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._snapshots = Cached(self._read, KEPT_S, clock)

    async def snapshot(self) -> Snapshot:
        """Settings at most two seconds old. A faulty row is left out and listed, it never hides the others."""
        return await self._snapshots.get(None)

    def forget(self) -> None:
        """What is asked next is read again."""
        self._snapshots.forget(None)

    async def general(self) -> General:
        """Raises Misconfigured ``general-settings-faulty``: numbers are not to be read by a default nobody chose."""
        snapshot = await self.snapshot()
        if fault := snapshot.fault_of(SettingKind.GENERAL):
            raise Misconfigured("general-settings-faulty", f"the general settings cannot be read: {fault}")
        return snapshot.general

    async def region(self) -> str | None:
        """The country of national spellings, for calling and comparing: a fault of the settings keeps nobody from
        calling, then only international ones are understood."""
        try:
            return (await self.general()).default_region
        except Misconfigured:
            return None

    async def call_sync(self) -> CallSync:
        """Raises Misconfigured ``call-sync-faulty``."""
        snapshot = await self.snapshot()
        if fault := snapshot.fault_of(SettingKind.CALL_SYNC):
            raise Misconfigured("call-sync-faulty", f"the settings of call-sync cannot be read: {fault}")
        return snapshot.call_sync

    async def presence(self) -> PresenceSettings:
        """Raises Misconfigured ``presence-settings-faulty``."""
        snapshot = await self.snapshot()
        if fault := snapshot.fault_of(SettingKind.PRESENCE):
            raise Misconfigured("presence-settings-faulty", f"the settings of presence cannot be read: {fault}")
        return snapshot.presence

    async def phone(self) -> PhoneSettings:
        """Of a row that is not valid what can be read, and the safe values: it keeps nobody from their phone."""
        return (await self.snapshot()).phone

    async def callback_profile(self, list_id: str) -> CallbackProfile | None:
        """None where a list has none. Raises Misconfigured ``callback-profile-faulty`` where it is not valid."""
        snapshot = await self.snapshot()
        if fault := snapshot.faults.get(f"{SettingKind.CALLBACK_PROFILE}/{list_id}"):
            raise Misconfigured("callback-profile-faulty", f"the callback profile {list_id} cannot be read: {fault}")
        return snapshot.callback_profiles.get(list_id)

    async def documents(self, kind: SettingKind) -> dict[str, Document]:
        """Every row of a kind as it was written, by name."""
        return {row.rk: json.loads(row.values["document"]) async for row in self._table.query(kind)}

    def check(self, kind: SettingKind, name: str, document: Document) -> None:
        """Raises InvalidInput ``invalid-setting`` when the document is not valid, or not under this name."""
        if foreign := _foreign_row(kind, name):
            raise InvalidInput("invalid-setting", foreign)
        if ignored := ignored_fields(_parse(kind, name, document), document):
            raise InvalidInput("invalid-setting", f"{kind} has no such fields: " + ", ".join(sorted(ignored)))

    async def put(self, kind: SettingKind, name: str, document: Document) -> None:
        """Writes one row after checking it. Raises InvalidInput ``invalid-setting``."""
        self.check(kind, name, document)
        await self._table.put(Row(kind, name, {"document": json.dumps(document, ensure_ascii=False)}))
        self._snapshots.forget(None)

    async def remove(self, kind: SettingKind, name: str) -> None:
        """Raises Missing ``setting-missing`` when there is no such row."""
        if await self._table.get(kind, name) is None:
            raise Missing("setting-missing", f"there is no {kind} named {name}")
        await self._table.delete(kind, name)
        self._snapshots.forget(None)

    async def _read(self, _key: None) -> Snapshot:
        found = _Found()
        kinds = {kind.value: kind for kind in SettingKind}
        async for row in self._table.query_partitions(min(kinds), max(kinds)):
            if kind := kinds.get(row.pk):
                found.add(kind, row)
        return Snapshot(
            general=found.general,
            callback_profiles=found.callback_profiles,
            call_sync=found.call_sync,
            presence=found.presence,
            phone=found.phone,
            faults=found.faults,
            ignored=found.ignored,
        )


@dataclass
class _Found:
    general: General = field(default_factory=General)
    callback_profiles: dict[str, CallbackProfile] = field(default_factory=dict)
    call_sync: CallSync = field(default_factory=CallSync)
    presence: PresenceSettings = field(default_factory=PresenceSettings)
    phone: PhoneSettings = field(default_factory=PhoneSettings)
    faults: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)

    def add(self, kind: SettingKind, row: Row) -> None:
        if foreign := _foreign_row(kind, row.rk):
            self.ignored[f"{kind}/{row.rk}"] = foreign
            return
        document: object = None
        try:
            document = json.loads(row.values["document"])
            setting = _parse(kind, row.rk, document)
        except InvalidInput as error:
            self._fault(kind, row.rk, error.message, document)
            return
        except (ValueError, TypeError, KeyError, RecursionError):
            self._fault(kind, row.rk, "not a JSON document", document)
            return
        if ignored := ignored_fields(setting, document):
            self.ignored[f"{kind}/{row.rk}"] = "no such fields: " + ", ".join(sorted(ignored))
        self._keep(setting)

    def _fault(self, kind: SettingKind, name: str, why: str, document: object) -> None:
        self.faults[f"{kind}/{name}"] = why
        if kind is SettingKind.PHONE:
            self.phone = PhoneSettings.as_far_as_readable(document)

    def _keep(self, setting: Setting) -> None:
        if isinstance(setting, General):
            self.general = setting
        elif isinstance(setting, CallSync):
            self.call_sync = setting
        elif isinstance(setting, PresenceSettings):
            self.presence = setting
        elif isinstance(setting, PhoneSettings):
            self.phone = setting
        elif isinstance(setting, CallbackProfile):
            self.callback_profiles[setting.list_id] = setting


def _foreign_row(kind: SettingKind, name: str) -> str:
    """Why nothing reads a row of this name, empty where something does."""
    if kind is SettingKind.CALLBACK_PROFILE or name == kind:
        return ""
    return f"there is one row of {kind}, named {kind}"


def _parse(kind: SettingKind, name: str, document: Any) -> Setting:
    setting = MODELS[kind].from_document(document)
    if isinstance(setting, CallbackProfile) and setting.list_id != name:
        raise InvalidInput("invalid-setting", "a callback profile is named by its list_id")
    return setting
