"""The published answer of smart routing (J5), read with tolerance."""

from collections.abc import Mapping, Sequence

from shared.errors import InvalidInput
from voicecloud.routing.events import RoutingAnswer
from voicecloud.routing.model import DISCONNECT, Configuration, Target, TargetKind

DISCONNECT_TEXT = "DISCONNECT:"
KINDS = {"queue": TargetKind.POOL, "pool": TargetKind.POOL, "user": TargetKind.USER, "number": TargetKind.NUMBER}
LARGEST_PRIORITY = 1_000_000


def read_answer(body: Mapping[str, object], configuration: Configuration) -> RoutingAnswer:
    """The answer in a 200 response ``{InitialTarget, FailTarget, PreferredAgents, RequiredAgent, Priority,
    ExtraPriority}``, every key optional; agents are ids or e-mail addresses.

    Raises InvalidInput ``routing-answer`` when a value cannot be understood or names a pool or user that is not
    there; the call is then routed as usual.
    """
    required = _agents(body, "RequiredAgent", configuration)
    return RoutingAnswer(
        initial_target=_target(body, "InitialTarget", configuration),
        fail_target=_target(body, "FailTarget", configuration),
        preferred=_agents(body, "PreferredAgents", configuration),
        required=required[0] if required else None,
        priority=_whole(body, "Priority"),
        extra_priority=_whole(body, "ExtraPriority") or 0,
    )


def read_target(text: str) -> Target | None:
    """``QUEUE:<id>``, ``USER:<id>``, ``NUMBER:<E.164>``, a number as it is, or ``DISCONNECT:``, in capitals or not;
    empty text is no target. Raises InvalidInput ``routing-answer``.
    """
    plain = text.strip()
    if not plain:
        return None
    if plain.upper().startswith(DISCONNECT_TEXT):
        return DISCONNECT
    prefix, colon, value = plain.rpartition(":")
    kind = KINDS.get(prefix.lower()) if colon else TargetKind.NUMBER
    is_number = value.startswith("+") and value[1:].isascii() and value[1:].isdecimal()
    if kind and value and (kind is not TargetKind.NUMBER or is_number):
        return Target(kind, value)
    raise InvalidInput("routing-answer", "a routing target is not understood")


def _target(body: Mapping[str, object], key: str, configuration: Configuration) -> Target | None:
    text = body.get(key) or ""
    if not isinstance(text, str):
        raise InvalidInput("routing-answer", f"{key} is not text")
    target = read_target(text)
    known = {TargetKind.POOL: configuration.pools, TargetKind.USER: configuration.users}
    if target and target.kind in known and target.value not in known[target.kind]:
        raise InvalidInput("routing-answer", f"{key} names what is not there")
    return target


def _agents(body: Mapping[str, object], key: str, configuration: Configuration) -> tuple[str, ...]:
    """Ids of known users; unknown ones are passed over."""
    value = body.get(key) or ()
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Sequence):
        raise InvalidInput("routing-answer", f"{key} is not a list")
    by_email = {user.email.lower(): user.id for user in configuration.users.values() if user.email}
    ids = (str(name) if str(name) in configuration.users else by_email.get(str(name).lower()) for name in names)
    return tuple(user_id for user_id in ids if user_id)


def _whole(body: Mapping[str, object], key: str) -> int | None:
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_PRIORITY:
        raise InvalidInput("routing-answer", f"{key} is not a whole number")
    return value
