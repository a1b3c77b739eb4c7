"""``python -m voicecloud.media SOCKET FILES``: the media process, started by the voice cloud with two open sockets."""

from voicecloud.media.server import main

main()
