import socket
from dataclasses import astuple

import pytest

from local.stack.ports import PortError, Ports


def test_free_ports_are_all_different() -> None:
    """No two processes are given the same port."""
    ports = astuple(Ports.free())
    assert len(set(ports)) == len(ports)


def test_a_setting_chooses_a_port() -> None:
    """Each port has its environment variable."""
    free = {f"STACK_{name.upper()}_PORT": str(port) for name, port in vars(Ports.free()).items()}
    assert Ports.from_environment(free).functions == int(free["STACK_FUNCTIONS_PORT"])


@pytest.mark.parametrize("listening", [True, False])
def test_a_port_that_cannot_be_is_named_with_its_cure(listening: bool) -> None:
    """In use or no number: the refusal says which setting to change."""
    free = {f"STACK_{name.upper()}_PORT": str(port) for name, port in vars(Ports.free()).items()}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free["STACK_ENTRA_PORT"] = str(taken.getsockname()[1]) if listening else "many"
        with pytest.raises(PortError, match="STACK_ENTRA_PORT"):
            Ports.from_environment(free)
