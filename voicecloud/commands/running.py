"""Runs one command against the tables that the settings name, whether the process runs or not."""

import json
import sys
from collections.abc import Mapping, Sequence
from getpass import getpass

from shared.errors import VoiceError
from shared.storage.tables import Tables
from voicecloud.commands.editing import Editor
from voicecloud.commands.parsing import parser
from voicecloud.organisation.service import Directory
from voicecloud.organisation.store import TABLE, Documents
from voicecloud.settings import Settings


async def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code: 0 done, 1 refused, with the reason on standard error."""
    options = parser().parse_args(arguments)
    settings = Settings.from_environment(environment)
    tables = Tables.from_connection_string(settings.storage_connection, settings.table_prefix)
    try:
        documents = Documents(tables.table(TABLE))
        directory = Directory(documents)
        await directory.load()
        shown = await Editor(documents, directory, _password).run(options)
    except VoiceError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)  # noqa: T201 (the answer of a command)
        return 1
    finally:
        await tables.close()
    print(json.dumps(shown, indent=2, ensure_ascii=False))  # noqa: T201 (the answer of a command)
    return 0


def _password() -> str:
    """Never an argument: those are seen by everybody on the machine and kept by shells."""
    return getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
