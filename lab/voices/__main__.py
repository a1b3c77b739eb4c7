"""``python -m lab.voices SOCKET FILES``: the media process with the voices of simulated people beside its gateway."""

from lab.voices.guest import VOICES
from voicecloud.media.server import main

main(VOICES)
