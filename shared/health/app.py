"""Whether the app has its own settings, and Entra ID gives it tokens now (K7)."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from shared.entra.access import AccessTokens
from shared.entra.tokens import TokenSource
from shared.findings import Finding, HealthState, Probe

NEEDED = {
    "DATAVERSE_URL": (HealthState.FAILED, "the environment, https://contoso.crm4.dynamics.com"),
    "ENTRA_AUTHORITY": (HealthState.FAILED, "https://login.microsoftonline.com/{tenant}"),
    "ENTRA_CLIENT_ID": (HealthState.FAILED, "the client id of the app registration Voice for Dynamics"),
    "PHONE_CLIENT_ID": (
        HealthState.FAILED,
        "the client id of the app registration Voice web phone; nobody can sign in before",
    ),
    "VOICECLOUD_USERNAME": (HealthState.FAILED, "the name of the voice cloud's API user"),
    "VOICECLOUD_URL": (HealthState.FAILED, "the address of the voice cloud's API, or VOICECLOUD_DISCOVERY_URL instead"),
    "VOICECLOUD_SECRET_KEY": (HealthState.FAILED, "the secret key of the API user, or VOICECLOUD_PASSWORD instead"),
    "STORAGE_CONNECTION": (HealthState.FAILED, "the storage account, or STORAGE_CONNECTION__tableServiceUri instead"),
    "SERVICEBUS_CONNECTION": (
        HealthState.FAILED,
        "the namespace, or SERVICEBUS_CONNECTION__fullyQualifiedNamespace instead",
    ),
    "VOICECLOUD_WEBHOOK_TOKEN": (
        HealthState.DEGRADED,
        "the secret that the voice cloud sends in X-Benemen-Token; its webhooks are all refused before",
    ),
    "APP_URL": (HealthState.DEGRADED, "the app's own address; activities get no links to recordings before"),
}
"""App settings without which something does not work: how bad that is, and what each is to be."""
INSTEAD = {
    "VOICECLOUD_URL": "VOICECLOUD_DISCOVERY_URL",
    "VOICECLOUD_SECRET_KEY": "VOICECLOUD_PASSWORD",
    "STORAGE_CONNECTION": "STORAGE_CONNECTION__tableServiceUri",
    "SERVICEBUS_CONNECTION": "SERVICEBUS_CONNECTION__fullyQualifiedNamespace",
}
ADDRESSES = ("APP_URL", "DATAVERSE_URL", "ENTRA_AUTHORITY", "VOICECLOUD_URL", "VOICECLOUD_DISCOVERY_URL")


def app_settings(environ: Mapping[str, str]) -> Probe:
    """Every app setting that something needs is there, and addresses are addresses."""

    async def probe() -> Finding:
        missing = [name for name in NEEDED if not environ.get(name) and not environ.get(INSTEAD.get(name, ""))]
        wrong = [name for name in ADDRESSES if environ.get(name) and not _is_address(environ[name])]
        if not missing and not wrong:
            return Finding(HealthState.OK, "every app setting is there")
        states = [NEEDED[name][0] for name in missing] + [HealthState.FAILED for _ in wrong]
        detail = [f"{name} is not set" for name in missing] + [f"{name} is no address" for name in wrong]
        cure = [f"set {name}: {NEEDED[name][1]}" for name in missing]
        cure += [f"correct {name}: an address begins with https://" for name in wrong]
        return Finding(
            HealthState.FAILED if HealthState.FAILED in states else HealthState.DEGRADED,
            "; ".join(detail),
            "in the app's environment variables (Azure portal → the app → Settings): " + "; ".join(cure),
        )

    return probe


def entra(tokens: TokenSource, resource: str, keys: Callable[[], AccessTokens]) -> Probe:
    """A token is given now, and people's tokens can be checked: whatever is still kept from before says neither."""

    async def probe() -> Finding:
        await tokens.check(resource)
        await keys().check()
        return Finding(HealthState.OK, "Entra ID gives tokens, and its keys can be read")

    return probe


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname)
