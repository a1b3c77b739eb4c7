"""``python -m voicecloud``: serves until SIGTERM or SIGINT; with ``users``, ``pools`` or ``lists`` it changes these.

All settings come from the environment.
"""

import asyncio
import os
import sys

from voicecloud import logs, process
from voicecloud.commands import running
from voicecloud.settings.model import VoiceCloudSettings

logs.set_up()
if len(sys.argv) > 1:
    sys.exit(asyncio.run(running.run(sys.argv[1:], os.environ)))
asyncio.run(process.run(VoiceCloudSettings.from_environment(os.environ)))
