import json
from pathlib import Path
from typing import Any

import pytest

from local.host.settings import HostSettings, LocalSettings, read_host_json, read_local_settings, resolve
from local.host.strict import SettingsError, time_span_s

ROOT = Path(__file__).parents[4]


def write(folder: Path, name: str, document: Any) -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_the_products_host_json_is_what_this_host_knows() -> None:
    """It says 16 calls at once per queue function, no prefetch, five minutes of lock renewal and ten per call."""
    found = read_host_json(ROOT, {})
    bus = found.service_bus
    assert (bus.max_concurrent_calls, bus.prefetch_count, bus.max_auto_lock_renewal_s) == (16, 0, 300)
    assert (bus.auto_complete, found.function_timeout_s, found.http.route_prefix) == (True, 600, "api")


def test_without_a_host_json_the_defaults_hold(tmp_path: Path) -> None:
    """They are those of Microsoft's host, except maxConcurrentCalls, which there counts the cores."""
    assert read_host_json(tmp_path, {}) == HostSettings()


def test_environment_variables_lie_over_host_json(tmp_path: Path) -> None:
    """Names are found in any case, and sections that are not in the file are made."""
    write(tmp_path, "host.json", {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 4}}})
    environ = {
        "AzureFunctionsJobHost__Extensions__ServiceBus__MaxConcurrentCalls": "2",
        "AzureFunctionsJobHost__extensions__http__customHeaders__X-One": "1",
        "AzureFunctionsJobHost__functionTimeout": "-1",
    }
    found = read_host_json(tmp_path, environ)
    assert found.service_bus.max_concurrent_calls == 2
    assert found.http.custom_headers == {"X-One": "1"}
    assert found.function_timeout_s is None


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"version": "2.0", "extentions": {}}, "extentions"),
        ({"version": "2.0", "extensions": {"kafka": {}}}, "kafka"),
        ({"version": "2.0", "extensions": {"serviceBus": {"maxCalls": 1}}}, "maxCalls"),
        ({"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": "many"}}}, "many"),
        ({"version": "2.0", "extensions": {"serviceBus": {"autoCompleteMessages": "yes"}}}, "autoCompleteMessages"),
        ({"version": "2.0", "extensions": []}, "extensions"),
        ({"version": "2.0", "functionTimeout": "10 minutes"}, "10 minutes"),
        ({"version": "2.0", "functionTimeout": 10}, "functionTimeout"),
        ({}, "version"),
        ("[]", "object"),
        ("{", "JSON"),
    ],
)
def test_what_host_json_cannot_mean_is_refused_by_name(tmp_path: Path, document: Any, told: str) -> None:
    """A slip of the pen is reported at start instead of being ignored."""
    write(tmp_path, "host.json", document)
    with pytest.raises(SettingsError, match=told):
        read_host_json(tmp_path, {})


def test_local_settings_give_values_and_how_to_serve(tmp_path: Path) -> None:
    """Everything the core tools read from the file; without one, the defaults."""
    host = {"LocalHttpPort": 7072, "CORS": "*", "CORSCredentials": True}
    path = write(tmp_path, "local.settings.json", {"IsEncrypted": False, "Values": {"A": "1"}, "Host": host})
    assert read_local_settings(path) == LocalSettings({"A": "1"}, 7072, "*", cors_credentials=True)
    assert read_local_settings(tmp_path / "none.json") == LocalSettings()


@pytest.mark.parametrize(
    "document", [{"IsEncrypted": True}, {"Values": []}, {"Velues": {}}, {"Host": {"Cors": "*", "x": 1}}]
)
def test_local_settings_that_are_not_valid_are_refused(tmp_path: Path, document: Any) -> None:
    """Encrypted files and unknown keys are refused too."""
    with pytest.raises(SettingsError):
        read_local_settings(write(tmp_path, "local.settings.json", document))


def test_an_expression_takes_the_value_of_a_setting() -> None:
    """%NAME% anywhere in a text; one without its setting keeps the app from starting."""
    assert resolve("a-%X%-%Y%", {"X": "1", "Y": "2"}) == "a-1-2"
    with pytest.raises(SettingsError, match="%Z%"):
        resolve("%Z%", {})


@pytest.mark.parametrize(("text", "seconds"), [("00:00:20", 20), ("01:02:03", 3723), ("2.00:00:01", 172_801)])
def test_a_time_span_is_read_as_dotnet_writes_it(text: str, seconds: float) -> None:
    """Days are set off by a point."""
    assert time_span_s(text) == seconds
