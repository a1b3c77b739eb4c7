"""The SignalR hub protocol, JSON form (dotnet/aspnetcore, HubProtocol.md): messages end with the byte 0x1E."""

from collections.abc import Iterator
from typing import Any

from voicecloud import wire

SEPARATOR = "\x1e"
INVOCATION, STREAM_ITEM, COMPLETION, PING, CLOSE = 1, 2, 3, 6, 7


def messages(text: str) -> Iterator[dict[str, Any]]:
    """Raises InvalidInput or ValueError for what is no JSON object."""
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
