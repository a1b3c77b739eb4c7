"""The description of the API."""

import re
from collections import UserDict
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from lab.control.api import ROUTES as CONTROL
from tests.fixtures.voicecloud import ROOT
from voicecloud.app import ROUTES
from voicecloud.settings.model import VoiceCloudSettings

METHODS = {"get", "post", "put", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "voicecloud/openapi.yaml").read_text())
    return read


def test_the_description_is_valid(document: dict[str, Any]) -> None:
    """openapi.yaml is OpenAPI."""
    validate(document)


def test_every_route_is_described_and_nothing_else(document: dict[str, Any]) -> None:
    """Routes and description name the same methods on the same paths."""
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item if method in METHODS
    }
    assert described == {(route.method, route.path) for route in ROUTES}


def test_public_routes_say_so(document: dict[str, Any]) -> None:
    """What needs no credentials is marked so, and nothing else is."""
    free = {(route.method.lower(), route.path) for route in ROUTES if route.public}
    marked = {
        (method, path) for path, item in document["paths"].items() for method, one in item.items() if "security" in one
    }
    assert marked == free


class Asked(UserDict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **values: str) -> None:
        self.names: set[str] = set()
        super().__init__(values)

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def test_every_path_and_setting_is_documented() -> None:
    """docs/voice-cloud-api.md names each path, docs/voice-cloud-settings.md each setting."""
    api = (ROOT / "docs/voice-cloud-api.md").read_text()
    assert [route.path for route in ROUTES if f"`{route.path}`" not in api] == []
    settings = (ROOT / "docs/voice-cloud-settings.md").read_text()
    asked = Asked(VOICECLOUD_SIP_JANUS="http://127.0.0.1:8088/janus", VOICECLOUD_SIP_IDENTITY="sip:us@carrier.example")
    VoiceCloudSettings.from_environment(asked)
    assert [name for name in sorted(asked.names) if f"`{name}`" not in settings] == []


def test_every_control_request_is_documented() -> None:
    """docs/lab.md names each of them."""
    text = (ROOT / "docs/lab.md").read_text()
    paths = {route.path.removeprefix("/control/api/") for route in CONTROL}
    shortened = {path: f"…/{path.rpartition('/')[2]}" for path in paths}
    assert [path for path in paths if f"`{path}`" not in text and f"`{shortened[path]}`" not in text] == []


def test_every_error_code_is_documented() -> None:
    """docs/voice-cloud-api.md lists the codes that the voice cloud's own modules raise."""
    api = (ROOT / "docs/voice-cloud-api.md").read_text()
    raised = re.compile(
        r'(?:InvalidInput|Unauthorised|Forbidden|Missing|Conflict|Limited|Misconfigured|Unavailable|Throttled|Body\w+)\(\s*"([\w-]+)"'
    )
    files = (path for path in Path(ROOT / "voicecloud").rglob("*.py") if "routing" not in path.parts)
    codes = {code for path in files for code in raised.findall(path.read_text())}
    assert sorted(code for code in codes if f"`{code}`" not in api) == []


def test_error_codes_are_spelled_one_way() -> None:
    """Words with hyphens between, those of routing too."""
    raised = re.compile(r'(?:InvalidInput|Unauthorised|Forbidden|Missing|Conflict|Limited|Misconfigured)\(\s*"([^"]+)"')
    texts = [path.read_text() for path in Path(ROOT / "voicecloud").rglob("*.py")]
    codes = {code for text in texts for code in raised.findall(text)}
    assert sorted(code for code in codes if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)) == []
