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
    "PHONE_AUTHORITY": "where browsers reach Entra by another address, which is on one machine only",
    "PHONE_VOICECLOUD_URL": "where browsers reach the voice cloud by another address, which is on one machine only",
    "VOICECLOUD_PASSWORD": "instead of VOICECLOUD_SECRET_KEY",
}

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
BUILT_IN_ROLES = {
    "blobOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "queueContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "tableContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "busOwner": "090c5cfd-751d-490a-894a-3ce6f1109419",
    "vaultReader": "4633458b-17de-408a-b874-0445c86b69e6",
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


def test_every_setting_of_the_template_is_documented() -> None:
    """What the template sets is in docs/settings.md, the host's own settings included."""
    document = (ROOT / "docs" / "settings.md").read_text()
    assert {name for name in app_settings() if f"`{name}`" not in document} == set()


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


def test_every_trigger_finds_its_connection_schedule_and_queue(triggers: list[dict[str, Any]]) -> None:
    """What the triggers name is there: `%settings%`, the connection's settings, the queue."""
    settings = app_settings().keys()
    queues = {one["config"]["name"] for one in RESOURCES.values() if one["type"].endswith("/namespaces/queues")}
    for trigger in triggers:
        if schedule := trigger.get("schedule"):
            assert schedule.strip("%") in settings
        if trigger["type"] == "serviceBusTrigger":
            assert trigger["queueName"] in queues
            parts = {"fullyQualifiedNamespace", "credential", "clientId"}
            assert {f"{trigger['connection']}__{part}" for part in parts} <= settings


def test_the_identity_may_use_what_the_app_is_given() -> None:
    """The app's one identity has exactly the roles it needs: data of blobs, queues and tables, the bus, the secrets."""
    assert roles_of("storage") == {"blobOwner", "queueContributor", "tableContributor"}
    assert roles_of("bus") == {"busOwner"}
    assert roles_of("vault") == {"vaultReader"}
    assert BICEP["variables"]["roles"]["value"] == BUILT_IN_ROLES


def roles_of(scope: str) -> set[str]:
    """The names of the roles that the identity has on a resource."""
    assignments = [one["config"] for one in RESOURCES.values() if one["type"].endswith("/roleAssignments")]
    found = [one["properties"] for one in assignments if one["scope"] == scope]
    assert all(operands(one["principalId"])[0] == "identity" for one in found)
    return {operands(one["roleDefinitionId"]["function"]["parameters"]["resource_name_1"])[-1] for one in found}


def operands(expression: Any) -> list[str]:
    """The names in `a.b.c`."""
    if isinstance(expression, str):
        return [expression]
    return [name for part in expression["operator"]["operands"].values() for name in operands(part)]


def test_the_app_starts_after_its_roles() -> None:
    """Every role assignment is deployed before the app: a Key Vault reference refused at the start stays refused."""
    assignments = {name for name, one in RESOURCES.items() if one["type"].endswith("/roleAssignments")}
    assert set(RESOURCES["app"]["config"]["dependsOn"]) == assignments


def test_names_fit_where_they_are_used() -> None:
    """With the longest `name`, the vault's name and the storage account's have 24 characters at most."""
    decorators = {one["type"]: one.get("argument") for one in BICEP["parameters"]["name"]["decorators"]}
    longest = "x" * decorators["max_length"]
    unique = "u" * 13
    assert len(f"{longest}{unique}") <= 24
    vault = RESOURCES["vault"]["config"]["name"]
    assert len(vault.replace("${name}", longest).replace("${suffix}", unique)) <= 24


def test_the_example_sets_what_must_be_given_but_no_secret() -> None:
    """The example of a parameter file has every parameter that is no secret and has no default, and no unknown one."""
    example = json.loads((ROOT / "infra" / "parameters.example.json").read_text())["parameters"].keys()
    secrets = {
        name
        for name, one in BICEP["parameters"].items()
        if any(decorator["type"] == "secure" for decorator in one["decorators"])
    }
    required = {name for name, one in BICEP["parameters"].items() if one["default"] is None}
    assert required - secrets <= example
    assert example <= BICEP["parameters"].keys() - secrets


def test_the_runtime_is_the_one_the_code_is_written_for() -> None:
    """It is Python 3.13, as everywhere else."""
    runtime = RESOURCES["app"]["config"]["properties"]["functionAppConfig"]["runtime"]
    assert runtime == {"name": "python", "version": "3.13"}
