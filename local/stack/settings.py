"""The settings of each process, so that nobody has to write any by hand."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.stack.ports import Ports

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "local" / "demo"
HOST_KEY, MASTER_KEY, WEBHOOK_TOKEN = "local-host-key", "local-master-key", "local-webhook-token"
"""They open nothing but this machine: every process listens on the loopback interface only."""

AZURITE_ACCOUNT = "devstoreaccount1"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account every Azurite has, as its documentation says."""

API_USER = "voice-api@aurorahome.example"


@dataclass(frozen=True)
class Addresses:
    """Where things are, for people and for processes."""

    ports: Ports
    tenant_id: str

    @property
    def functions(self) -> str:
        return f"http://localhost:{self.ports.functions}"

    @property
    def health(self) -> str:
        return f"{self.functions}/api/health?code={HOST_KEY}"

    @property
    def dynamics(self) -> str:
        """The pages; the Web API is at ``dataverse``."""
        return f"http://localhost:{self.ports.dynamics}"

    @property
    def dataverse(self) -> str:
        return f"https://localhost:{self.ports.dynamics_https}"

    @property
    def voicecloud(self) -> str:
        return f"http://localhost:{self.ports.voicecloud}"

    @property
    def entra(self) -> str:
        """For people's browsers, without TLS."""
        return f"http://localhost:{self.ports.entra}"

    @property
    def authority(self) -> str:
        return f"https://localhost:{self.ports.entra_https}/{self.tenant_id}"

    @property
    def storage(self) -> str:
        ports = {
            "Blob": self.ports.azurite_blob,
            "Queue": self.ports.azurite_queue,
            "Table": self.ports.azurite_table,
        }
        endpoints = "".join(
            f"{kind}Endpoint=http://127.0.0.1:{port}/{AZURITE_ACCOUNT};" for kind, port in ports.items()
        )
        return f"DefaultEndpointsProtocol=http;AccountName={AZURITE_ACCOUNT};AccountKey={AZURITE_KEY};{endpoints}"

    def service_bus(self, port: int) -> str:
        keys = "SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE"
        return f"Endpoint=sb://localhost:{port};{keys};UseDevelopmentEmulator=true;"


def addresses(ports: Ports) -> Addresses:
    tenant_id = json.loads((DEMO / "entra.json").read_text(encoding="utf-8"))["tenant_id"]
    return Addresses(ports, tenant_id)


def app_settings(where: Addresses, trust: Path) -> dict[str, str]:
    """What the Functions app and its commands run with. ``trust`` holds the authorities they believe."""
    application, phone = json.loads((DEMO / "entra.json").read_text(encoding="utf-8"))["applications"][:2]
    return {
        "AzureWebJobsStorage": where.storage,
        "STORAGE_CONNECTION": where.storage,
        "SERVICEBUS_CONNECTION": where.service_bus(where.ports.servicebus),
        "SERVICEBUS_ADMIN_CONNECTION": where.service_bus(where.ports.servicebus_http),
        "APP_URL": where.functions,
        "DATAVERSE_URL": where.dataverse,
        "ENTRA_AUTHORITY": where.authority,
        "ENTRA_CLIENT_ID": application["client_id"],
        "ENTRA_CLIENT_SECRET": application["secret"],
        "PHONE_CLIENT_ID": phone["client_id"],
        "PHONE_AUTHORITY": f"{where.entra}/{where.tenant_id}",
        "PHONE_VOICECLOUD_URL": where.voicecloud,
        "VOICECLOUD_DISCOVERY_URL": f"{where.voicecloud}/api/user",
        "VOICECLOUD_USERNAME": API_USER,
        "VOICECLOUD_PASSWORD": _password_of_api_user(),
        "VOICECLOUD_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
        "CALLBACK_POLL_SCHEDULE": "*/10 * * * * *",
        "INDEX_SYNC_SCHEDULE": "*/30 * * * * *",
        "CALL_SYNC_SCHEDULE": "*/10 * * * * *",
        "PRESENCE_POLL_SCHEDULE": "*/10 * * * * *",
        "CALL_REPAIR_SCHEDULE": "0 30 * * * *",
        "FUNCTIONS_HOST_KEY": HOST_KEY,
        "FUNCTIONS_MASTER_KEY": MASTER_KEY,
        "SSL_CERT_FILE": str(trust),
        "REQUESTS_CA_BUNDLE": str(trust),
    }


def voicecloud_settings(where: Addresses) -> dict[str, str]:
    return {
        "VOICECLOUD_PORT": str(where.ports.voicecloud),
        "VOICECLOUD_PUBLIC_URL": where.voicecloud,
        "VOICECLOUD_STORAGE_CONNECTION": where.storage,
        "VOICECLOUD_SEED": str(DEMO / "voicecloud.json"),
        "VOICECLOUD_PHONE_ORIGINS": where.functions,
        "VOICECLOUD_WEBHOOK_ENDPOINT": f"{where.functions}/api/webhooks/voicecloud",
        "VOICECLOUD_WEBHOOK_SECRET": WEBHOOK_TOKEN,
        "VOICECLOUD_WEBHOOK_RETRY_MAX_S": "5",
        "VOICECLOUD_DRAIN_S": "1",
        "VOICECLOUD_POST_PROCESSING_DELAY_S": "0.5",
    }


def demo_settings(where: Addresses) -> dict[str, Any]:
    """What an administrator of the demo organisation has set; the pages that may frame the phone have our ports."""
    settings: dict[str, Any] = json.loads((DEMO / "settings.json").read_text(encoding="utf-8"))
    return {**settings, "phone": {"phone": {"frame_ancestors": [where.dynamics]}}}


def write_settings(path: Path, settings: Mapping[str, str]) -> None:
    """A file a shell can read: ``set -a; . .run/app.env; set +a`` gives commands the settings of the running app."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()), encoding="utf-8")


def read_settings(path: Path) -> dict[str, str]:
    """What ``write_settings`` wrote. Raises FileNotFoundError when no stack runs there."""
    words = shlex.split(path.read_text(encoding="utf-8"))
    return dict(word.split("=", 1) for word in words)


def _password_of_api_user() -> str:
    users = json.loads((DEMO / "voicecloud.json").read_text(encoding="utf-8"))["Users"]
    return str(next(user["Password"] for user in users if user["UserName"] == API_USER))
