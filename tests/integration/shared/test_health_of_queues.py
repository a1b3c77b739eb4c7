"""Health finds a profile's queue wherever it stands among thousands: each user of Dynamics has one (F1)."""

import httpx

from shared.clock import utc_now
from shared.dataverse.client import Dataverse
from shared.entra.tokens import TokenSource
from shared.findings import HealthState
from shared.health.checks import callback_queues
from shared.settings.model import SettingKind
from shared.settings.service import Settings
from shared.storage.tables import Tables

SALES, GONE = "b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-00000000000f"


def dynamics(request: httpx.Request) -> httpx.Response:
    """Two pages, the queue on the second."""
    if "page=2" in str(request.url):
        return httpx.Response(200, json={"value": [{"queueid": SALES.upper()}]})
    rows = [{"queueid": "b0000000-0000-4000-8000-00000000000a"}]
    return httpx.Response(200, json={"value": rows, "@odata.nextLink": "https://dynamics.example/next?page=2"})


async def test_a_queue_on_a_later_page_is_found(tables: Tables) -> None:
    """A queue that is on no page is named as missing."""
    tokens = TokenSource(lambda: lambda _resource: {"access_token": "t", "expires_in": 3600})
    client = Dataverse("https://dynamics.example", tokens, httpx.AsyncClient(transport=httpx.MockTransport(dynamics)))
    settings = Settings(tables.table("settings"), utc_now)
    await settings.put(SettingKind.CALLBACK_PROFILE, "l1", {"list_id": "l1", "queue_id": SALES})
    assert (await callback_queues(settings, client)()).state is HealthState.OK
    await settings.put(SettingKind.CALLBACK_PROFILE, "l2", {"list_id": "l2", "queue_id": GONE})
    found = await callback_queues(settings, client)()
    assert (found.state, GONE in found.detail, SALES in found.detail) == (HealthState.DEGRADED, True, False)
