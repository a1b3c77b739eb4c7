"""The lab's way into a voice cloud."""

from functools import partial

from aiohttp import web

from lab.control import api as control
from lab.control.asking import LAB
from lab.laboratory import Lab
from lab.settings import LabSettings
from lab.voices.messages import KNOWN
from voicecloud.api.http import register
from voicecloud.bootstrap import VoiceCloudServices
from voicecloud.media.process import Audio, own_process

AUDIO = Audio(partial(own_process, "lab.voices"), KNOWN)
"""The media process that knows voices of simulated people."""


def attach(services: VoiceCloudServices, app: web.Application, settings: LabSettings) -> Lab:
    """Before the start, with ``AUDIO`` for the services."""
    lab = app[LAB] = Lab.attached(services, settings)
    register(app, control.ROUTES)
    control.register_page(app)
    return lab
