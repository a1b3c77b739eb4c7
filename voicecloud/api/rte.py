"""The real-time hub: token, negotiation and WebSocket."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from shared.errors import InvalidInput, Unauthorised
from voicecloud import wire
from voicecloud.api import query
from voicecloud.api.http import Route, caller, json_response, services, trust
from voicecloud.api.users import addressed
from voicecloud.organisation.model import User
from voicecloud.rte import protocol
from voicecloud.rte.hub import Client, Hub
from voicecloud.users.rights import require_self

PATH = "/rte/hub"
PING_S = 15.0
LARGEST_MESSAGE = 64 * 1024


async def token(request: web.Request) -> object:
    """``{Token, WSSEndpoint}``: the address has no scheme."""
    user = addressed(request)
    require_self(caller(request), user)
    found = services(request)
    host = found.settings.public_url.partition("://")[2] or request.host
    return {"Token": found.tokens.issue(f"{user.id}/{user.key_version}"), "WSSEndpoint": host + PATH}


async def negotiate(request: web.Request) -> object:
    """SignalR clients ask this first (TransportProtocols.md): WebSockets with text frames is all there is."""
    _user(request)
    connection = str(uuid4())
    return json_response(
        {
            "negotiateVersion": 1,
            "connectionId": connection,
            "connectionToken": connection,
            "availableTransports": [{"transport": "WebSockets", "transferFormats": ["Text"]}],
        }
    )


async def hub(request: web.Request) -> web.StreamResponse:
    """The token is checked when connecting only; a bad one is answered with 401 before the connection is made."""
    user = _user(request)
    trust(request)
    socket = web.WebSocketResponse(heartbeat=PING_S * 2, max_msg_size=LARGEST_MESSAGE)
    await socket.prepare(request)
    found = services(request).hub
    client = found.connect(user)
    writing = asyncio.create_task(_write(socket, client))
    try:
        await _shake_hands(socket)
        await _read(socket, found, client)
    except (ValueError, TypeError, InvalidInput):
        await socket.close(code=1007, message=b"not a hub message")
    finally:
        found.disconnect(client)
        writing.cancel()
    return socket


def _user(request: web.Request) -> User:
    """From ``access_token`` in the query (browsers) or a bearer header."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = bearer if scheme.lower() == "bearer" else query.text(request, "access_token")
    user_id, _, version = services(request).tokens.user_id(given).rpartition("/")
    user = services(request).directory.users.get(user_id)
    if user is None or str(user.key_version) != version:
        raise Unauthorised("rte-token", "the token was withdrawn")
    return user


async def _shake_hands(socket: web.WebSocketResponse) -> None:
    """The client names the protocol; JSON version 1 is spoken here."""
    hello = wire.read((await socket.receive_str(timeout=PING_S)).partition(protocol.SEPARATOR)[0])
    if not isinstance(hello, dict) or hello.get("protocol") != "json":
        await socket.send_str(protocol.framed({"error": "only the json protocol is spoken here"}))
        raise ValueError("unknown protocol")
    await socket.send_str(protocol.framed({}))


async def _read(socket: web.WebSocketResponse, found: Hub, client: Client) -> None:
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            return
        for sent in protocol.messages(message.data):
            if sent.get("type") == protocol.CLOSE:
                return
            if sent.get("type") == protocol.INVOCATION:
                _invoke(found, client, sent)


def _invoke(found: Hub, client: Client, sent: Mapping[str, Any]) -> None:
    """Without an invocation id the client wants no answer."""
    invocation_id = sent.get("invocationId")
    try:
        result = found.invoke(client, str(sent.get("target", "")), sent.get("arguments") or [])
        answer = protocol.completion(str(invocation_id), result)
    except InvalidInput as error:
        answer = protocol.completion(str(invocation_id), error=error.message)
    if invocation_id is not None:
        client.send(answer)


async def _write(socket: web.WebSocketResponse, client: Client) -> None:
    while True:
        try:
            async with asyncio.timeout(PING_S):
                message = await client.outgoing.get()
        except TimeoutError:
            message = protocol.framed({"type": protocol.PING})
        if message is None:
            await socket.close()
            return
        await socket.send_str(message)


ROUTES = [
    Route("GET", "/token/{user}/rte", token),
    Route("POST", f"{PATH}/negotiate", negotiate, public=True),
    Route("GET", PATH, hub, public=True),
]
