"""Runs one command against the tables that the settings name, whether the process runs or not."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from getpass import getpass

from shared.errors import InvalidInput, Misconfigured, VoiceError
from shared.storage.tables import Tables
from shared.text import cleaned
from voicecloud.commands.editing import Editor
from voicecloud.commands.parsing import parser
from voicecloud.organisation.service import Directory
from voicecloud.organisation.store import TABLE, Documents
from voicecloud.settings.model import VoiceCloudSettings


async def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code: 0 done; 2 what was given is not valid, 1 refused otherwise, with one line on standard error."""
    options = parser().parse_args(arguments)
    try:
        shown = await _done(arguments, options, environment)
    except VoiceError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)  # noqa: T201 (the answer of a command)
        return 2 if isinstance(error, InvalidInput | Misconfigured) else 1
    print(json.dumps(shown, indent=2, ensure_ascii=False))  # noqa: T201 (the answer of a command)
    return 0


async def _done(arguments: Sequence[str], options: Namespace, environment: Mapping[str, str]) -> object:
    """What to show. Raises VoiceError."""
    if any(cleaned(one) != one for one in arguments):
        raise InvalidInput("field-value", "what is typed is text, without control characters")
    settings = VoiceCloudSettings.from_environment(environment)
    try:
        tables = Tables.from_connection_string(settings.storage_connection, settings.table_prefix)
    except ValueError:
        raise Misconfigured("setting", "VOICECLOUD_STORAGE_CONNECTION is no connection string") from None
    try:
        documents = Documents(tables.table(TABLE))
        directory = Directory(documents)
        await directory.load()
        return await Editor(documents, directory, _password).run(options)
    finally:
        await tables.close()


def _password() -> str:
    """Never an argument: those are seen by everybody on the machine and kept by shells. Raises InvalidInput."""
    try:
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    except EOFError:
        return ""
    except UnicodeDecodeError:
        raise InvalidInput("field-value", "a password is text in UTF-8") from None
    return password
