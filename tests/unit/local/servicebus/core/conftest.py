"""Shared by the tests of the core."""

import pytest

from tests.fixtures.servicebus_core import World


@pytest.fixture
def world() -> World:
    return World()
