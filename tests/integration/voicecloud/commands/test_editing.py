"""The commands of an administrator, while the voice cloud runs."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from shared.errors import Conflict, InvalidInput, Missing
from tests.fixtures.voicecloud import ANNA, CARLA, ROOT, SALES, SALES_LIST, SALES_NUMBER, VoiceCloud
from tests.fixtures.web_phones import WebPhone
from voicecloud.commands import running
from voicecloud.commands.editing import Editor
from voicecloud.commands.parsing import parser
from voicecloud.organisation.service import Directory
from voicecloud.organisation.store import TABLE, Documents
from voicecloud.rte.protocol import framed

Command = Callable[..., Awaitable[Any]]
NEW, PASSWORD = "new.person@aurorahome.example", "a long password"


@pytest.fixture
def command(voicecloud: VoiceCloud) -> Command:
    """``await command("users", "list")`` gives what is shown; the running voice cloud has read the change."""

    async def run(*arguments: str) -> Any:
        documents = Documents(voicecloud.store.tables.table(TABLE))
        directory = Directory(documents)
        await directory.load()
        shown = await Editor(documents, directory, lambda: PASSWORD).run(parser().parse_args(arguments))
        await voicecloud.store.reloading.reload()
        return shown

    return run


async def test_a_user_comes_and_goes(voicecloud: VoiceCloud, command: Command) -> None:
    """Created, found by the API, put into a pool, called by number, and removed from all of it."""
    made = await command("users", "create", NEW, "--first-name", "New", "--work-number", "09 1001 099")
    assert "PasswordHash" not in made
    client = await voicecloud.signed_in(NEW, PASSWORD)
    assert (await client.get("/users/me")).json()["WorkNumber"] == "+35891001099"
    await command("pools", "add-member", "Sales", NEW, "--skill", "3")
    agents = (await voicecloud.client.get(f"/queues/{SALES}/agents")).json()
    assert [one["SkillLevel"] for one in agents if one["UserName"] == NEW] == [3]
    await command("users", "remove", NEW)
    assert (await client.get("/users/me")).status_code == 401
    agents = (await voicecloud.client.get(f"/queues/{SALES}/agents")).json()
    assert NEW not in {one["UserName"] for one in agents}


async def test_keys_can_be_withdrawn(voicecloud: VoiceCloud, command: Command) -> None:
    """By command, and by a new password: API, hub token and phone session end, at once."""
    anna = await voicecloud.signed_in("anna.virtanen@aurorahome.example", "local-password")
    body = {"SessionId": "01a20640-3509-7000-9b84-2fd66a719f3f"}
    assert (await anna.post("/users/me/phone/session", json=body)).status_code == 201
    token = (await anna.get("/token/me/rte")).json()["Token"]
    await command("users", "revoke", "anna.virtanen@aurorahome.example")
    assert (await anna.get("/users/me")).status_code == 401
    negotiated = await anna.post("/rte/hub/negotiate", params={"access_token": token})
    assert (negotiated.status_code, negotiated.json()["Code"]) == (401, "rte-token")
    assert ANNA not in voicecloud.store.phones.sessions.users()
    anna = await voicecloud.signed_in("anna.virtanen@aurorahome.example", "local-password")
    await command("users", "password", "anna.virtanen@aurorahome.example")
    assert (await anna.get("/users/me")).status_code == 401
    assert (await voicecloud.signed_in("anna.virtanen@aurorahome.example", PASSWORD)).auth


@pytest.mark.parametrize("deed", ["revoke", "remove"])
async def test_what_was_open_ends_at_once(
    voicecloud: VoiceCloud, command: Command, deed: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The hub connection, though nothing is said on it, the phone's stream of events, and the session itself."""
    name = voicecloud.store.directory.user(ANNA).user_name
    client = await voicecloud.signed_in(name, "local-password")
    hub = (await client.get("/token/me/rte")).json()
    phone = WebPhone(voicecloud, ANNA)
    await phone.open()
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://{hub['WSSEndpoint']}?access_token={hub['Token']}") as socket,
        phone.events() as states,
    ):
        await socket.send_str(framed({"protocol": "json", "version": 1}))
        await socket.receive_str()
        await anext(states)
        await command("users", deed, name)
        async with asyncio.timeout(8):
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            assert [state async for state in states] == []
    assert ANNA not in voicecloud.store.phones.sessions.users()
    answer = await voicecloud.client.put(f"{phone.path}/session/{phone.session_id}")
    assert answer.status_code == 404
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_pools_and_lists(voicecloud: VoiceCloud, command: Command, tmp_path: Path) -> None:
    """Made, changed and removed; what is in use stays."""
    made = await command("lists", "create", "Returns")
    await command("lists", "change", "Returns", "--name", "Returned goods")
    settings = tmp_path / "settings.json"
    settings.write_text(f'{{"Callback": {{"ListId": "{made["Id"]}"}}, "MaxWaitS": 60}}')
    pool = await command("pools", "create", "Returns", "--number", "+35891000900", "--settings", str(settings))
    assert (await voicecloud.client.get(f"/queues/{pool['Id']}/settings")).json()["MaxWaitS"] == 60
    assert {one["Name"] for one in (await voicecloud.client.get("/callbacklists")).json()} > {"Returned goods"}
    with pytest.raises(Conflict, match="list-in-use"):
        await command("lists", "remove", "Returned goods")
    await command("pools", "change", "Returns", "--name", "Goods returned")
    await command("pools", "remove", "Goods returned")
    assert (await voicecloud.client.get(f"/queues/{pool['Id']}")).status_code == 404
    await command("lists", "remove", "Returned goods")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("users", "create", "ANNA.virtanen@aurorahome.example"), (Conflict, "user-exists")),
        (("users", "create", NEW, "--work-number", SALES_NUMBER), (Conflict, "number-taken")),
        (("users", "create", NEW, "--work-number", "nothing"), (InvalidInput, "number")),
        (("users", "revoke", "nobody"), (Missing, "user-unknown")),
        (("pools", "add-member", "Sales", "voice-api@aurorahome.example"), (InvalidInput, "member-value")),
        (("pools", "create", "Sales"), (Conflict, "name-taken")),
        (("lists", "remove", SALES_LIST), (Conflict, "list-in-use")),
    ],
)
async def test_what_makes_no_sense_is_refused(command: Command, arguments: tuple[str, ...], refusal: Any) -> None:
    """The refusal has a reason, and nothing is changed."""
    with pytest.raises(refusal[0], match=refusal[1]):
        await command(*arguments)


async def test_the_process_and_a_command_do_not_undo_each_other(voicecloud: VoiceCloud) -> None:
    """A change by the API, made before the process has read that of a command, keeps both."""
    documents = Documents(voicecloud.store.tables.table(TABLE))
    directory = Directory(documents)
    await directory.load()
    name = voicecloud.store.directory.user(CARLA).user_name
    await Editor(documents, directory, str).run(parser().parse_args(["users", "change", name, "--last-name", "New"]))
    assert (await voicecloud.client.put(f"/users/{CARLA}/status", json={"ServiceCallsAccepted": False})).is_success
    await voicecloud.store.reloading.reload()
    carla = voicecloud.store.directory.user(CARLA)
    assert (carla.last_name, carla.accepting) == ("New", False)


def test_the_command_itself(storage_connection: str, table_prefix: str, voicecloud: VoiceCloud) -> None:
    """As an administrator types it; the running process has taken it over within seconds."""
    environment = os.environ | {
        "VOICECLOUD_STORAGE_CONNECTION": storage_connection,
        "VOICECLOUD_TABLE_PREFIX": table_prefix,
    }
    command = [sys.executable, "-m", "voicecloud", "users", "create", NEW]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=PASSWORD, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert NEW in done.stdout


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        (("pools", "change", "Sales", "--settings", "FILE"), b"{"),
        (("pools", "change", "Sales", "--settings", "FILE"), b"[" * 100_000),
        (("pools", "change", "Sales", "--settings", "FILE"), b"[1]"),
        (("pools", "change", "Sales", "--settings", "FILE"), b'"text"'),
        (("pools", "change", "Sales", "--settings", "FILE"), b"\xff\xfe\xff"),
        (("pools", "change", "Sales", "--settings", "FILE"), b'{"MaxWaitS": {}}'),
        (("pools", "change", "Sales", "--settings", "FILE"), b'{"Callback": 7}'),
        (("pools", "change", "Sales", "--settings", "FILE"), b'{"Unheard": 1}'),
        (("pools", "add-member", "Sales", "anna.virtanen@aurorahome.example", "--skill", "0"), b""),
        (("users", "create", "", "--no-password"), b""),
        (("users", "create", "lone\udc80half", "--no-password"), b""),
        (("lists", "create", "bell\a"), b""),
    ],
)
async def test_what_is_not_valid_is_one_line_and_exit_code_2(
    voicecloud: VoiceCloud,
    storage_connection: str,
    table_prefix: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    content: bytes,
) -> None:
    """The command prints no traceback."""
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    environment = {"VOICECLOUD_STORAGE_CONNECTION": storage_connection, "VOICECLOUD_TABLE_PREFIX": table_prefix}
    typed = [str(file) if one == "FILE" else one for one in arguments]
    assert await running.run(typed, environment) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    "environment", [{"VOICECLOUD_STORAGE_CONNECTION": "nonsense"}, {"VOICECLOUD_PORT": "many"}], ids=str
)
async def test_a_setting_that_is_not_valid_is_one_line_too(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the setting."""
    assert await running.run(["users", "list"], environment) == 2
    assert capsys.readouterr().err.startswith(f"setting: {next(iter(environment))} ")


async def test_a_change_is_noticed(voicecloud: VoiceCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The running voice cloud finds it by itself, without a restart."""
    monkeypatch.setattr("voicecloud.reloading.LOOK_EVERY_S", 0.05)
    documents = Documents(voicecloud.store.tables.table(TABLE))
    directory = Directory(documents)
    await directory.load()
    await Editor(documents, directory, lambda: PASSWORD).run(parser().parse_args(["users", "create", NEW]))
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=voicecloud.url) as client:
        body = {"UserName": NEW, "Password": PASSWORD}
        while voicecloud.store.directory.user_named(NEW) is None:  # noqa: ASYNC110 (no bell rings)
            await asyncio.sleep(0.05)
        assert (await client.post(f"/authuser/{NEW}", json=body)).status_code == 200
