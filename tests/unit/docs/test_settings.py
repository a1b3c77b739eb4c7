import ast
import re
from pathlib import Path

from msgspec.structs import fields

from shared.settings.model import SettingKind
from shared.settings.presence import NamedPresence, Status
from shared.settings.service import MODELS

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


def test_every_kind_and_field_of_a_settings_row_is_documented() -> None:
    """Each kind of row has a section in docs/settings.md, each field that a row may have a line."""
    assert MODELS.keys() == set(SettingKind)
    assert all(f"### `{kind}`" in DOCUMENT for kind in SettingKind)
    named = {one.encode_name for model in (*MODELS.values(), Status, NamedPresence) for one in fields(model)}
    assert len(named) > 30
    assert {name for name in named if f"`{name}`" not in DOCUMENT} == set()


def test_no_setting_is_documented_that_nobody_reads() -> None:
    """Each documented app setting is read by the code, or by the Functions host."""
    section = DOCUMENT.split("## Settings rows")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert documented - names_in("shared") - names_in("functions") == READ_ELSEWHERE
