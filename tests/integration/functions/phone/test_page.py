"""The web phone's files over the app (A1, A2)."""

import gzip
import json
from pathlib import Path

import httpx
import pytest

from shared.phone import page
from shared.settings.model import SettingKind
from tests.fixtures.live_phone import LivePhones
from tests.fixtures.world import PHONE_CLIENT_ID, eventually


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A phone of three files, in a folder with a secret beside it."""
    folder = tmp_path / "webphone"
    (folder / "calls").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Phone</title>")
    (folder / "calls" / "call.js").write_text("export const call = 1;\n" * 100)
    (folder / "ring.wav").write_bytes(b"RIFF")
    (folder / "notes.md").write_text("for developers")
    (folder / ".hidden.js").write_text("hidden")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    monkeypatch.setattr(page, "FOLDER", folder)
    return folder


async def test_the_page_may_load_its_own_and_be_framed_by_dynamics(phones: LivePhones, files: Path) -> None:
    """It speaks to the app, the voice cloud and Entra only; who else may frame it is a setting."""
    answer = await phones.anna.get("/webphone/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["Content-Security-Policy"]
    environ = phones.world.environ
    entra = environ["PHONE_AUTHORITY"].rpartition("/")[0]
    for part in (
        "default-src 'none'",
        f"script-src 'self' {environ['DATAVERSE_URL']}",
        f"connect-src 'self' {entra} {environ['VOICECLOUD_URL']};",
        f"frame-ancestors 'self' {environ['DATAVERSE_URL']}",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.headers["Permissions-Policy"].startswith("microphone=(self)")
    await phones.world.set(SettingKind.PHONE, "phone", {"frame_ancestors": ["https://contoso.crm4.dynamics.com"]})

    async def changed() -> None:
        policy = (await phones.anna.get("/webphone/index.html")).headers["Content-Security-Policy"]
        assert policy.endswith(f"{environ['DATAVERSE_URL']} https://contoso.crm4.dynamics.com")

    await eventually(changed)


async def test_without_the_slash_the_browser_is_sent_on(phones: LivePhones, files: Path) -> None:
    """Else the page's own files would be looked for beside it."""
    answer = await phones.anna.get("/webphone")
    assert (answer.status_code, answer.headers["Location"]) == (308, "webphone/")
    assert str(answer.url.join(answer.headers["Location"])).endswith("/api/webphone/")


async def test_files_come_packed_once_and_then_not_again(phones: LivePhones, files: Path) -> None:
    """By their type; packed where the browser can, 304 while it has them, again when they change."""
    path = "/webphone/calls/call.js"
    async with phones.anna.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers["Content-Encoding"] == "gzip"
    whole = (files / "calls" / "call.js").read_bytes()
    assert (gzip.decompress(packed), len(packed) < len(whole)) == (whole, True)
    plain = await phones.anna.get(path, headers={"Accept-Encoding": "identity"})
    assert (plain.content, plain.headers["Content-Type"]) == (whole, "text/javascript; charset=utf-8")
    assert (plain.headers["Cache-Control"], plain.headers["X-Content-Type-Options"]) == ("no-cache", "nosniff")
    known = {"If-None-Match": plain.headers["ETag"]}
    again = await phones.anna.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    (files / "calls" / "call.js").write_text("changed")
    assert (await phones.anna.get(path, headers=known)).status_code == 200
    assert (await phones.anna.get("/webphone/ring.wav")).headers["Content-Type"] == "audio/wav"


@pytest.mark.parametrize(
    "path",
    [
        *("nothing.js", "notes.md", ".hidden.js", "link.js", "calls", "calls/", "..%2Fsecret.js", "%2e%2e/secret.js"),
        *(
            "calls/..%2f..%2fsecret.js",
            "..%5Csecret.js",
            "%2Fetc%2Fpasswd",
            "index.html%00.js",
            "transitions.json/x.js",
        ),
    ],
)
async def test_nothing_else_of_the_disk_is_served(phones: LivePhones, files: Path, path: str) -> None:
    """No other kind of file, nothing hidden, nothing above, nothing a link leads out to."""
    refused = await phones.anna.get(f"/webphone/{path}")
    assert refused.status_code == 404
    if refused.content:
        assert refused.json()["code"] == "page-missing"


async def test_python_and_browser_read_one_table_of_transitions(phones: LivePhones) -> None:
    """The very file that the voice cloud goes by (design.md, "A live call", 5)."""
    served = (await phones.anna.get("/webphone/transitions.json")).json()
    assert served == json.loads(page.ELSEWHERE["transitions.json"].read_bytes())
    assert "ringing" in served["commands"]["answer"]


async def test_the_phone_learns_without_a_token_how_to_get_one(phones: LivePhones) -> None:
    """Authority, client and scope, as MSAL wants them."""
    async with httpx.AsyncClient(base_url=str(phones.anna.base_url)) as stranger:
        config = (await stranger.get("/webphone/config.json")).json()
    assert config["clientId"] == PHONE_CLIENT_ID
    assert config["authority"] == phones.world.environ["PHONE_AUTHORITY"]
    assert config["scope"].endswith("/Voice.Use")
