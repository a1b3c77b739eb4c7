"""Shared by the tests of the core."""

import pytest

from tests.unit.local.servicebus.core.queues import World


@pytest.fixture
def world() -> World:
    return World()
