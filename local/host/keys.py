"""Access keys as the Functions host has them: one per function, one for all functions, and the master key."""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from aiohttp import web

from local.host.strict import Section, read_json

HEADER = "x-functions-key"
PARAMETER = "code"
MASTER_SETTING = "FUNCTIONS_MASTER_KEY"
DEFAULT_SETTING = "FUNCTIONS_HOST_KEY"


@dataclass(frozen=True)
class Keys:
    """``master`` opens everything, ``default`` every function of level *function*, ``functions`` its own function."""

    master: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    default: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    functions: Mapping[str, str] = field(default_factory=dict)

    def allow(self, function: str, level: str, given: str) -> bool:
        """Whether a key opens a function of a level (anonymous, function, admin)."""
        if level == "anonymous":
            return True
        accepted = [self.master]
        if level == "function":
            accepted += [self.default, self.functions.get(function, "")]
        return any(key and hmac.compare_digest(key.encode(), given.encode()) for key in accepted)


def given_key(request: web.Request) -> str:
    """The key a request carries; the header wins over the query."""
    return request.headers.get(HEADER) or request.query.get(PARAMETER, "")


def load_keys(environ: Mapping[str, str], path: Path) -> Keys:
    """The keys in a file, which is made with random ones when it is not there; app settings win over it.

    The file holds ``{"master", "default", "functions": {name: key}}``. Raises SettingsError when it is not valid.
    """
    stored = _read(path) if path.exists() else _make(path)
    return Keys(
        master=environ.get(MASTER_SETTING) or stored.master,
        default=environ.get(DEFAULT_SETTING) or stored.default,
        functions=stored.functions,
    )


def _read(path: Path) -> Keys:
    section = Section(path.name, read_json(path))
    keys = Keys(section.text("master", ""), section.text("default", ""), section.texts("functions"))
    section.end()
    return keys


def _make(path: Path) -> Keys:
    keys = Keys()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(keys), indent=2), encoding="utf-8")
    return keys
