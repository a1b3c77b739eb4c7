import ast
import re
from dataclasses import fields
from pathlib import Path

from shared.settings.model import CallbackProfile, CallSync, General, SettingKind
from shared.settings.phone import PhoneSettings
from shared.settings.presence import PresenceSettings, Status

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "settings.md").read_text()
READ_ELSEWHERE = {"AzureWebJobsStorage", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID"}
APP_SETTING = re.compile(
    r"(?:VOICECLOUD|SERVICEBUS|STORAGE|ENTRA|DATAVERSE|TABLE|CALLBACK|INDEX|CALL|PRESENCE|PHONE|APP)_[A-Z_]+(?:__\w+)?"
)


def names_in(folder: str) -> set[str]:
    """Every text in the code that looks like the name of an app setting."""
    names: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.update(name.strip("%") for name in [node.value] if APP_SETTING.fullmatch(name.strip("%")))
    return names


def test_every_app_setting_is_documented() -> None:
    """Each setting that functions/ or shared/ read is in docs/settings.md."""
    found = names_in("shared") | names_in("functions")
    assert len(found) > 12
    assert {name for name in found if f"`{name}`" not in DOCUMENT} == set()


def test_every_field_of_a_settings_row_is_documented() -> None:
    """Each field that the settings model reads from a document is in docs/settings.md."""
    source = "".join(
        (ROOT / "shared" / "settings" / name).read_text() for name in ("model.py", "phone.py", "presence.py")
    )
    fields = set(re.findall(r'(?:document\.get\(|_(?:flag|seconds)\(document, )"(\w+)"', source))
    assert len(fields) > 8
    assert {field for field in fields if f"`{field}`" not in DOCUMENT} == set()


def test_every_kind_and_property_of_the_model_is_documented() -> None:
    """Each kind of row has a section, each property of the model a line; durations are written as
    seconds or as value and unit."""
    assert all(f"### `{kind}`" in DOCUMENT for kind in SettingKind)
    properties = {
        one.name
        for model in (General, CallbackProfile, CallSync, PhoneSettings, PresenceSettings, Status)
        for one in fields(model)
    } - {
        "max_age",
        "complete_limit",
        "recording_limit",
        "start_margin",
    }
    assert {name for name in properties if f"`{name}`" not in DOCUMENT} == set()


def test_no_setting_is_documented_that_nobody_reads() -> None:
    """Each documented app setting is read by the code, or by the Functions host."""
    section = DOCUMENT.split("## Settings rows")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert documented - names_in("shared") - names_in("functions") == READ_ELSEWHERE
