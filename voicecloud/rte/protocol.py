"""The SignalR hub protocol, JSON form (dotnet/aspnetcore, HubProtocol.md): messages end with the byte 0x1E."""

from collections.abc import Iterator
from typing import Any

from shared.errors import InvalidInput
from voicecloud import wire

SEPARATOR = "\x1e"
MOST_AT_ONCE = 100
"""Messages in one WebSocket frame."""
INVOCATION, STREAM_ITEM, COMPLETION, PING, CLOSE = 1, 2, 3, 6, 7


def messages(text: str) -> Iterator[dict[str, Any]]:
    """Raises InvalidInput or ValueError for what is no JSON object, or too many of them."""
    if text.count(SEPARATOR) > MOST_AT_ONCE:
        raise InvalidInput("hub-method", f"at most {MOST_AT_ONCE} messages are sent at once")
    for part in text.split(SEPARATOR):
        if part:
            message = wire.read(part)
            if not isinstance(message, dict):
                raise ValueError("a hub message is a JSON object")
            yield message


def framed(message: dict[str, Any]) -> str:
    return wire.written(message) + SEPARATOR


def invocation(target: str, *arguments: object) -> str:
    return framed({"type": INVOCATION, "target": target, "arguments": list(arguments)})


def completion(invocation_id: str, result: object = None, error: str | None = None) -> str:
    if error is not None:
        return framed({"type": COMPLETION, "invocationId": invocation_id, "error": error})
    return framed({"type": COMPLETION, "invocationId": invocation_id, "result": result})
