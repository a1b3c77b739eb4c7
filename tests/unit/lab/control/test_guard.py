"""Where the control page may be served."""

import pytest

from lab.control.guard import check_place
from shared.errors import Misconfigured


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_this_machine_is_right(host: str) -> None:
    """Any loopback address is accepted."""
    check_place(host, has_trunk=False)


@pytest.mark.parametrize(
    ("host", "has_trunk"), [("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("", False), ("127.0.0.1", True)]
)
def test_anything_else_is_refused_at_the_start(host: str, has_trunk: bool) -> None:
    """Whoever reaches it may call the world at our cost."""
    with pytest.raises(Misconfigured, match="setting"):
        check_place(host, has_trunk=has_trunk)
