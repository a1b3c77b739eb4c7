import ast
import json
import re
from pathlib import Path
from typing import Any

import pycep

ROOT = Path(__file__).parents[3]
BICEP: dict[str, Any] = dict(pycep.BicepParser().parse(text=(ROOT / "infra" / "main.bicep").read_text()))
RESOURCES: dict[str, Any] = BICEP["resources"]
ONLY_ELSEWHERE = {
    "STORAGE_CONNECTION": "the identity-based form is used in Azure",
    "SERVICEBUS_CONNECTION": "the identity-based form is used in Azure",
    "SERVICEBUS_ADMIN_CONNECTION": "for emulators",
    "TABLE_PREFIX": "for accounts shared by several apps",
    "VOICECLOUD_DISCOVERY_URL": "instead of VOICECLOUD_URL",
    "VOICECLOUD_PASSWORD": "instead of VOICECLOUD_SECRET_KEY",
    "AZURE_CLIENT_ID": "for a user-assigned identity",
}


def app_settings() -> dict[str, Any]:
    listed = RESOURCES["app"]["config"]["properties"]["siteConfig"]["appSettings"]
    return {one["name"]: one["value"] for one in listed}


def names_read() -> set[str]:
    """The settings that the code reads, by ``environ.get("…")``, ``environ["…"]``, ``_required("…")`` or ``%…%``."""
    found: set[str] = set()
    for path in [*(ROOT / "shared").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        text = path.read_text()
        found.update(re.findall(r'environ(?:\.get\(|\[)"([A-Za-z_]+)"', text))
        found.update(re.findall(r'_required\("([A-Z_]+)"\)', text))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(re.findall(r"^%([A-Z_]+)%$", node.value))
    return found


def test_the_template_sets_every_setting_the_app_reads() -> None:
    """What the code reads is set by the template, or is listed above with the reason why not."""
    missing = names_read() - app_settings().keys() - ONLY_ELSEWHERE.keys()
    assert missing == set()
    assert app_settings().keys() & ONLY_ELSEWHERE.keys() == set()


def test_no_secret_stands_in_the_app_settings() -> None:
    """Every secret parameter reaches the app as a Key Vault reference."""
    secrets = ("ENTRA_CLIENT_SECRET", "VOICECLOUD_SECRET_KEY", "VOICECLOUD_WEBHOOK_TOKEN")
    assert all(str(app_settings()[name]).startswith("@Microsoft.KeyVault") for name in secrets)


def test_the_queues_are_those_of_the_emulator() -> None:
    """Azure and the local run have the same queues with the same properties, but for how long messages live."""
    namespace = json.loads((ROOT / "infra/servicebus/config.json").read_text())["UserConfig"]["Namespaces"][0]
    local = {
        one["Name"]: {key.lower(): value for key, value in one["Properties"].items()} for one in namespace["Queues"]
    }
    kind = "Microsoft.ServiceBus/namespaces/queues"
    listed = [one["config"] for one in RESOURCES.values() if one["type"] == kind]
    azure = {one["name"]: {key.lower(): value for key, value in one["properties"].items()} for one in listed}
    for properties in (*local.values(), *azure.values()):
        properties.pop("defaultmessagetimetolive")
    assert azure == local


def test_the_app_may_use_what_it_is_given() -> None:
    """The app's identity has a role on storage (blob, queue, table), on the bus and on the vault."""
    assignments = [one["config"] for one in RESOURCES.values() if one["type"].endswith("/roleAssignments")]
    assert sorted(one["scope"] for one in assignments) == ["bus", "storage", "storage", "storage", "vault"]


def test_the_runtime_is_the_one_the_code_is_written_for() -> None:
    """Python 3.13, as everywhere else."""
    runtime = RESOURCES["app"]["config"]["properties"]["functionAppConfig"]["runtime"]
    assert runtime == {"name": "python", "version": "3.13"}
