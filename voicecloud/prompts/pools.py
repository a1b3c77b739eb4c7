"""Pure: prompts in the settings of a pool. They are named by id; how long one lasts is known from its audio alone."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.errors import InvalidInput
from voicecloud.organisation.model import Document

PROMPTS = "Prompts"
FIELDS = frozenset({"Prompt", "PreWelcome", "PlayOnce", "Confirmation"})
"""The settings that hold a prompt ``{Id, DurationS}``, wherever they stand."""
MUSIC = "Music"
BUILT_IN = frozenset({"music", "callback-offer", "callback-confirmed"})
"""Prompts that every pool may name, whether the library has them or not."""


def merged(stored: Document, given: Document) -> Document:
    """Settings replace those of their name; of the prompts each one does, so that one is changed and no other lost."""
    before, now = stored.get(PROMPTS), given.get(PROMPTS)
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        return {**stored, **given, PROMPTS: {**before, **now}}
    return {**stored, **given}


def check_known(settings: Any, known: Collection[str]) -> None:
    """Raises InvalidInput ``prompt-value`` for a prompt that there is not."""
    for prompt_id in _named(settings):
        if prompt_id not in known and prompt_id not in BUILT_IN:
            raise InvalidInput(
                "prompt-value", f"there is no prompt {prompt_id!r}: upload it or make it from text first"
            )


def measured(settings: Any, lengths: Mapping[str, float]) -> Any:
    """The settings with the length that each prompt has; one that nobody has measured keeps what it had."""
    if isinstance(settings, list):
        return [measured(one, lengths) for one in settings]
    if not isinstance(settings, Mapping):
        return settings
    return {name: _prompt(one, lengths) if name in FIELDS else measured(one, lengths) for name, one in settings.items()}


def _prompt(prompt: Any, lengths: Mapping[str, float]) -> Any:
    if not isinstance(prompt, Mapping) or prompt.get("Id") not in lengths:
        return prompt
    return {**prompt, "DurationS": lengths[prompt["Id"]]}


def _named(settings: Any) -> Collection[str]:
    if isinstance(settings, list):
        return [name for one in settings for name in _named(one)]
    if not isinstance(settings, Mapping):
        return []
    own = [
        str(one["Id"]) for name, one in settings.items() if name in FIELDS and isinstance(one, Mapping) and "Id" in one
    ]
    music = [str(settings[MUSIC])] if settings.get(MUSIC) else []
    return [*own, *music, *(name for one in settings.values() for name in _named(one))]
