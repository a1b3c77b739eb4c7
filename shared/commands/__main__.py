"""Commands for administrators: ``python -m shared.commands <topic> <verb>``, with the app settings as environment.

    settings list | put KIND NAME FILE [--offline] | remove KIND NAME | import FILE [--offline]
    index status | sync | rebuild
    dead-letters list QUEUE | replay QUEUE [MESSAGE-ID ...]
    callbacks poll | left-alone
    calls sync | repair | unlogged | reconcile CALL-ID | restore CALL-ID ...
    calls back-fill --from DATE [--to DATE] [--dry-run]
    users list | update
    health

What a command prints is JSON on stdout; an error is one line on stderr and exit code 1. ``health`` exits
with 1 where something has failed.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence

from shared.bootstrap import Services
from shared.bus.names import QUEUES
from shared.commands import calls, topics
from shared.errors import VoiceError
from shared.settings.model import SettingKind


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        answer = asyncio.run(_run(options))
    except VoiceError as error:
        print(error, file=sys.stderr)  # noqa: T201 (a command speaks through its streams)
        return 1
    failed = answer if isinstance(answer, topics.Failed) else None
    print(json.dumps(failed.document if failed else answer, indent=2, ensure_ascii=False, default=str))  # noqa: T201
    return 1 if failed else 0


async def _run(options: argparse.Namespace) -> object:
    services = Services(os.environ)
    try:
        return await options.command(services, options)
    finally:
        await services.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.commands", description=(__doc__ or "").split("\n\n")[0])
    nouns = parser.add_subparsers(required=True, metavar="topic")
    _settings(nouns.add_parser("settings", help="the settings rows"))
    index = nouns.add_parser("index", help="the number index").add_subparsers(required=True, metavar="verb")
    index.add_parser("status").set_defaults(command=topics.index_status)
    index.add_parser("sync").set_defaults(command=topics.index_sync)
    index.add_parser("rebuild").set_defaults(command=topics.index_rebuild)
    _dead_letters(nouns.add_parser("dead-letters", help="messages that could not be handled"))
    callbacks = nouns.add_parser("callbacks", help="callbacks").add_subparsers(required=True, metavar="verb")
    callbacks.add_parser("poll").set_defaults(command=topics.callbacks_poll)
    left = callbacks.add_parser("left-alone", help="open callbacks that nobody takes up, with the reason")
    left.set_defaults(command=topics.callbacks_left_alone)
    _calls(nouns.add_parser("calls", help="calls and their activities"))
    users = nouns.add_parser("users", help="who is who").add_subparsers(required=True, metavar="verb")
    users.add_parser("list").set_defaults(command=calls.users_list)
    users.add_parser("update", help="ids by e-mail").set_defaults(command=calls.users_update)
    nouns.add_parser("health", help="every connection and its cure").set_defaults(command=topics.health)
    return parser


def _settings(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="verb")
    verbs.add_parser("list").set_defaults(command=topics.settings_list)
    put = verbs.add_parser("put")
    put.add_argument("kind", choices=list(SettingKind), type=SettingKind)
    put.add_argument("name")
    put.add_argument("file", help="a JSON document, - for stdin")
    put.set_defaults(command=topics.settings_put)
    _offline(put)
    remove = verbs.add_parser("remove")
    remove.add_argument("kind", choices=list(SettingKind), type=SettingKind)
    remove.add_argument("name")
    remove.set_defaults(command=topics.settings_remove)
    several = verbs.add_parser("import")
    several.add_argument("file", help="{kind: {name: document}}, - for stdin")
    several.set_defaults(command=topics.settings_import)
    _offline(several)


def _offline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--offline", action="store_true", help="do not ask Dynamics and the voice cloud for what is named"
    )


def _calls(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="verb")
    verbs.add_parser("sync").set_defaults(command=calls.sync)
    verbs.add_parser("repair").set_defaults(command=calls.repair)
    verbs.add_parser("unlogged").set_defaults(command=calls.unlogged)
    reconcile = verbs.add_parser("reconcile", help="bring the activity of one call up to date")
    reconcile.add_argument("call_id", metavar="CALL-ID")
    reconcile.set_defaults(command=calls.reconcile)
    restore = verbs.add_parser("restore", help="make activities again that were deleted in Dynamics")
    restore.add_argument("call_ids", metavar="CALL-ID", nargs="+")
    restore.set_defaults(command=calls.restore)
    fill = verbs.add_parser("back-fill", help="calls of the past; cut off, it goes on where it was")
    fill.add_argument("--from", dest="since", required=True, metavar="DATE", help="2026-11-01, or with a time")
    fill.add_argument("--to", dest="until", metavar="DATE", help="now, if left out")
    fill.add_argument("--dry-run", action="store_true", help="only list what each call would become")
    fill.set_defaults(command=calls.back_fill)


def _dead_letters(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="verb")
    listing = verbs.add_parser("list")
    listing.add_argument("queue", choices=QUEUES)
    listing.set_defaults(command=topics.dead_letters_list)
    replay = verbs.add_parser("replay")
    replay.add_argument("queue", choices=QUEUES)
    replay.add_argument("message_ids", nargs="*", metavar="MESSAGE-ID", help="all, when none is named")
    replay.set_defaults(command=topics.dead_letters_replay)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
