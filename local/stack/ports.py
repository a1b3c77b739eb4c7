"""Where each process listens: the usual ports, others from the environment, or free ones."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from local.free_ports import free_port

PREFIX = "STACK_"


class PortError(Exception):
    """A port is in use or no port at all. The text says which setting chooses another."""


@dataclass(frozen=True)
class Ports:
    """Each is a setting: ``azurite_blob`` is ``STACK_AZURITE_BLOB_PORT``."""

    azurite_blob: int = 10000
    azurite_queue: int = 10001
    azurite_table: int = 10002
    servicebus: int = 5672
    servicebus_http: int = 5300
    entra: int = 7400
    entra_https: int = 7443
    dynamics: int = 7300
    dynamics_https: int = 7343
    voicecloud: int = 7200
    functions: int = 7071

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Raises PortError when a port is in use or a setting is no number."""
        ports = cls(**{name: _number(environ, name) for name in _names() if environ.get(_setting(name))})
        for name in _names():
            if not _is_free(getattr(ports, name)):
                raise PortError(
                    f"port {getattr(ports, name)} ({name}) is in use: stop what listens there, set {_setting(name)}, "
                    "or start with --free-ports"
                )
        return ports

    @classmethod
    def free(cls) -> Self:
        """Ports nobody uses."""
        return cls(*(free_port() for _ in _names()))


def _names() -> list[str]:
    return [field.name for field in fields(Ports)]


def _setting(name: str) -> str:
    return f"{PREFIX}{name.upper()}_PORT"


def _number(environ: Mapping[str, str], name: str) -> int:
    try:
        return int(environ[_setting(name)])
    except ValueError as error:
        raise PortError(f"{_setting(name)} is no number") from error


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
