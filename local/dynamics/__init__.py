"""Dynamics 365 for one machine: the Dataverse Web API v9.2 over SQLite, and a small page to look at it.

In a test::

    environment = Environment("dynamics.sqlite", GivenKeys(issuer, public_key), origin="http://localhost:7300")
    app = application(environment, pages=True)  # an aiohttp application
    environment.faults.requests
"""

from local.dynamics.auth import GivenKeys, PublishedKeys, SigningKeySource
from local.dynamics.data.comparing import matches
from local.dynamics.data.store import Store
from local.dynamics.data.tables.presence import AVAILABLE, AWAY, BUILT_IN, BUSY, BUSY_DND, OFFLINE
from local.dynamics.environment import Environment
from local.dynamics.faults import FaultPlan
from local.dynamics.http.app import application
from local.dynamics.webhooks.delivery import StepDelivery
from local.dynamics.webhooks.steps import Steps

__all__ = [
    "AVAILABLE",
    "AWAY",
    "BUILT_IN",
    "BUSY",
    "BUSY_DND",
    "OFFLINE",
    "Environment",
    "FaultPlan",
    "GivenKeys",
    "PublishedKeys",
    "SigningKeySource",
    "StepDelivery",
    "Steps",
    "Store",
    "application",
    "matches",
]
