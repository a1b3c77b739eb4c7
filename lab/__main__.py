"""``python -m lab``: a voice cloud with simulated people and the control page, on this machine only.

Its settings are the voice cloud's (docs/voice-cloud-settings.md) and those of docs/lab.md.
"""

import asyncio
import os

from lab.attaching import AUDIO, attach
from lab.control.guard import check_place
from lab.settings import LabSettings
from voicecloud import logs, process
from voicecloud.settings.model import VoiceCloudSettings

logs.set_up()
settings, lab_settings = VoiceCloudSettings.from_environment(os.environ), LabSettings.from_environment(os.environ)
check_place(settings.host, has_trunk=settings.sip is not None)
asyncio.run(process.run(settings, lambda running, app: attach(running, app, lab_settings), AUDIO))
