"""Service Bus connections by the name of a setting: a connection string, or a namespace reached by identity."""

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from local.host.strict import SettingsError

if TYPE_CHECKING:
    from azure.servicebus.aio import ServiceBusClient

NAMESPACE_SUFFIX = "__fullyQualifiedNamespace"
IDENTITY_PACKAGE = "azure.identity.aio"


def check_connection(name: str, environ: Mapping[str, str]) -> None:
    """Raises SettingsError when neither the setting nor its ``__fullyQualifiedNamespace`` is there."""
    if not (_setting(name, environ) or _setting(name + NAMESPACE_SUFFIX, environ)):
        raise SettingsError(f"the app setting {name} (or {name}{NAMESPACE_SUFFIX}) is not set")


def connector(name: str, environ: Mapping[str, str]) -> Callable[[], "ServiceBusClient"]:
    """Makes clients of a connection that do not retry by themselves, since their user opens again what broke.

    Raises SettingsError for a connection string that is not valid, or when identity needs a package that is not
    there.
    """
    from azure.servicebus import parse_connection_string
    from azure.servicebus.aio import ServiceBusClient

    if text := _setting(name, environ):
        try:
            parse_connection_string(text)
        except ValueError as error:
            raise SettingsError(f"the app setting {name} is no connection string: {error}") from error
        return lambda: ServiceBusClient.from_connection_string(text, retry_total=0)
    namespace = _setting(name + NAMESPACE_SUFFIX, environ)
    try:
        identity = importlib.import_module(IDENTITY_PACKAGE)
    except ImportError as error:
        raise SettingsError(f"{name}{NAMESPACE_SUFFIX} needs the package azure-identity") from error
    return lambda: ServiceBusClient(namespace, identity.DefaultAzureCredential(), retry_total=0)


def _setting(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(name) or environ.get(f"AzureWebJobs{name}", "")
