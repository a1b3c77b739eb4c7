"""Pure: what an event of the voice cloud names, held to what rows, keys and clocks can take."""

from collections.abc import Mapping
from datetime import UTC, datetime

from shared.calls.model import is_call_id
from shared.clock import from_iso
from shared.enreach import names
from shared.errors import InvalidInput

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""No call is older than the service; far beyond either, windows and time limits could not be reckoned any more."""
SEQUENCES = range(10**15)
LONGEST_TEXT = 256

Body = Mapping[str, object]


def call_of(body: Body) -> str:
    """The call's id. Raises InvalidInput ``malformed-webhook``."""
    call_id = body.get(names.EVENT_CALL_ID)
    if not isinstance(call_id, str) or not is_call_id(call_id):
        raise InvalidInput("malformed-webhook", f"a call event names its call in {names.EVENT_CALL_ID}")
    return call_id


def moment_of(body: Body) -> datetime:
    """When it happened. Raises InvalidInput ``malformed-webhook``."""
    try:
        at = from_iso(str(body[names.EVENT_TIMESTAMP]))
    except (KeyError, ValueError, OverflowError):
        at = LATEST
    if not EARLIEST <= at < LATEST:
        raise InvalidInput("malformed-webhook", f"a call event has its time in {names.EVENT_TIMESTAMP}")
    return at


def sequence_of(body: Body) -> int | None:
    """The event's place among those of its call; None where it has none. Raises InvalidInput ``malformed-webhook``."""
    given = body.get(names.EVENT_SEQUENCE)
    if given is None or given == "":
        return None
    try:
        sequence = int(str(given))
    except ValueError:
        sequence = -1
    if sequence not in SEQUENCES:
        raise InvalidInput("malformed-webhook", f"a call event counts in {names.EVENT_SEQUENCE}")
    return sequence


def text_of(body: Body, name: str) -> str:
    """A text, empty where there is none. Raises InvalidInput ``malformed-webhook``."""
    given = body.get(name) or ""
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise InvalidInput("malformed-webhook", f"{name} is a text of at most {LONGEST_TEXT} characters")
    return given
