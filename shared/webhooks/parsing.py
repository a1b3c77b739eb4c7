"""Pure: what an event of the voice cloud names, held to what rows, keys and clocks can take."""

from collections.abc import Mapping
from datetime import datetime

from shared.enreach import names
from shared.errors import InvalidInput
from shared.outside import is_call_id, moment

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
        return moment(body.get(names.EVENT_TIMESTAMP))
    except ValueError:
        raise InvalidInput("malformed-webhook", f"a call event has its time in {names.EVENT_TIMESTAMP}") from None


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
