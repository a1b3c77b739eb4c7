"""What each command does; the answer is printed as JSON."""

import asyncio
import json
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from shared.bootstrap import Services
from shared.clock import to_iso
from shared.errors import InvalidInput
from shared.findings import HealthState
from shared.identity.sync import SyncResult
from shared.settings.model import SettingKind

MAX_LISTED = 200
BUSY_PAUSE_S = 1.0


async def settings_list(services: Services, _options: Namespace) -> object:
    snapshot = await services.settings.snapshot()
    return {
        "faults": snapshot.faults,
        "ignored": snapshot.ignored,
        **{kind.value: await services.settings.documents(kind) for kind in SettingKind},
    }


async def settings_put(services: Services, options: Namespace) -> object:
    document = _document(options.file)
    services.settings.check(options.kind, options.name, document)
    if not options.offline:
        await services.setting_references.check(options.kind, document)
    await services.settings.put(options.kind, options.name, document)
    return {"written": f"{options.kind}/{options.name}"}


async def settings_remove(services: Services, options: Namespace) -> object:
    await services.settings.remove(options.kind, options.name)
    return {"removed": f"{options.kind}/{options.name}"}


async def settings_import(services: Services, options: Namespace) -> object:
    """Writes every document of a file ``{kind: {name: document}}``, all checked before the first is written."""
    kinds = _document(options.file)
    unknown = kinds.keys() - set(SettingKind)
    if unknown:
        raise InvalidInput("invalid-setting", "unknown kinds of settings: " + ", ".join(sorted(unknown)))
    listed = [
        (SettingKind(kind), name, _object(one)) for kind, rows in kinds.items() for name, one in _object(rows).items()
    ]
    for kind, name, document in listed:
        services.settings.check(kind, name, document)
    for kind, _, document in () if options.offline else listed:
        await services.setting_references.check(kind, document)
    for kind, name, document in listed:
        await services.settings.put(kind, name, document)
    return {"written": [f"{kind}/{name}" for kind, name, _ in listed]}


async def index_status(services: Services, _options: Namespace) -> object:
    mark = await services.watermarks.read()
    return {
        "generation": mark.generation,
        "region": mark.region,
        "syncedAt": to_iso(mark.synced_at) if mark.synced_at else None,
        "building": mark.build.generation if mark.build else None,
    }


async def index_sync(services: Services, _options: Namespace) -> object:
    """Runs the sync here and now, to its end; while the app itself is at it, waits for its turn."""
    while (progress := await services.index_sync.run()) is not SyncResult.DONE:
        if progress is SyncResult.BUSY:
            await asyncio.sleep(BUSY_PAUSE_S)
    return {"progress": progress.value}


async def index_rebuild(services: Services, options: Namespace) -> object:
    """Reads everything again beside the index in use, then takes the new one into use."""
    await services.watermarks.request_rebuild()
    return await index_sync(services, options)


async def dead_letters_list(services: Services, options: Namespace) -> object:
    listed = await services.dead_letters.list_dead(options.queue, MAX_LISTED)
    return [
        {
            "messageId": one.message_id,
            "reason": one.reason,
            "description": one.description,
            "enqueuedAt": to_iso(one.enqueued_at),
            "attempts": one.attempts,
        }
        for one in listed
    ]


async def dead_letters_replay(services: Services, options: Namespace) -> object:
    """``lockLost``: sent again, but still among the dead letters."""
    done = await services.dead_letters.replay(options.queue, options.message_ids or None)
    return {"replayed": done.replayed, "lockLost": done.lock_lost}


async def callbacks_poll(services: Services, _options: Namespace) -> object:
    return await services.callback_polling.run()


async def callbacks_left_alone(services: Services, _options: Namespace) -> object:
    """Open callbacks that are not on their way into Dynamics, by the voice cloud's own list, with the reason."""
    found = await services.left_callbacks.find()
    return {"callbacks": [one.to_json() for one in found.callbacks], "unreadable": found.unreadable}


@dataclass(frozen=True)
class Failed:
    """An answer that is printed as any other, but says that something does not work: exit code 1."""

    document: object


async def health(services: Services, _options: Namespace) -> object:
    report = await services.health.report()
    return Failed(report.to_json()) if report.state is HealthState.FAILED else report.to_json()


def _document(file: str) -> dict[str, object]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return _object(json.loads(text))
    except OSError as error:
        raise InvalidInput("file-unreadable", f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise InvalidInput("malformed-json", "the file is not JSON") from None


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise InvalidInput("malformed-json", "a JSON object is expected here")
    return value
