"""``python -m voicecloud.media SOCKET FILES``: the media process, started by the voice cloud with two open sockets."""

import asyncio
import signal
import socket
import sys

from voicecloud import logs
from voicecloud.media.server import serve


async def main() -> None:
    """Signals that end the voice cloud reach this process too, in a terminal; it goes when the voice cloud has gone."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    end, files = (socket.socket(fileno=int(one)) for one in sys.argv[1:3])
    end.setblocking(False)
    await serve(end, files)


logs.set_up()
asyncio.run(main())
