import json
import re
from pathlib import Path

from shared.health.cures import CURES
from shared.settings.model import CallbackProfile, CallSync, General

DOCUMENT = (Path(__file__).parents[3] / "docs" / "deploying.md").read_text()


def test_the_settings_file_of_the_example_is_accepted() -> None:
    """The settings file shown is valid once a queue's GUID is filled in."""
    shown = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)[0]
    kinds = json.loads(shown.replace("<queue guid>", "b0000000-0000-4000-8000-000000000001"))
    assert kinds.keys() == {"general", "callback-profile", "call-sync"}
    assert CallSync.from_document(kinds["call-sync"]["call-sync"]).enterprise
    assert General.from_document(kinds["general"]["general"]).default_region == "FI"
    for name, document in kinds["callback-profile"].items():
        assert CallbackProfile.from_document(document).list_id == name


def test_the_role_a_cure_asks_for_is_made_here() -> None:
    """The health page sends an administrator to a role that this page says how to make."""
    assert "Voice ApiUser" in CURES["dataverse-forbidden"]
    assert "*Voice ApiUser*" in DOCUMENT
