import json

import pytest

from shared.commands.__main__ import main

NOBODY = "http://127.0.0.1:9"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
STORAGE = f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={KEY};TableEndpoint={NOBODY}/a;"
AWAY = {
    "STORAGE_CONNECTION": STORAGE,
    "SERVICEBUS_CONNECTION": f"Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=k;SharedAccessKey={KEY};",
    "SERVICEBUS_ADMIN_CONNECTION": f"Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=k;SharedAccessKey={KEY};"
    "UseDevelopmentEmulator=true;",
    "DATAVERSE_URL": NOBODY,
    "ENTRA_AUTHORITY": f"{NOBODY}/tenant",
    "ENTRA_CLIENT_ID": "client",
    "ENTRA_CLIENT_SECRET": "secret",
    "VOICECLOUD_URL": NOBODY,
    "VOICECLOUD_USERNAME": "api@x.example",
    "VOICECLOUD_SECRET_KEY": "key",
}
"""Every connection is set up, and nobody answers."""


@pytest.mark.parametrize("environ", [AWAY, dict.fromkeys(AWAY, "")], ids=["nobody answers", "nothing is set up"])
def test_the_health_command_exits_with_1_when_something_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    """A script or a deployment goes by the exit code; the report is printed all the same."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert main(["health"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["state"] == "failed"
    assert {check["name"] for check in report["checks"]} >= {"storage", "dataverse", "voicecloud"}
