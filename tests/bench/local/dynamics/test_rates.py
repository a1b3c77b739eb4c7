"""How much the stand-in can carry."""

import time
from uuid import uuid4

from shared.dataverse.batch import compose
from shared.dataverse.model import Change
from tests.bench.conftest import Figures
from tests.fixtures.dynamics import MATTI, SALES, LocalDynamics

CALLBACKS = 300
ROWS = 2000


async def test_callback_batches_a_second(dynamics: LocalDynamics, figures: Figures) -> None:
    """Batches with an activity, its party and its queue item."""
    started = time.perf_counter()
    for _ in range(CALLBACKS):
        call = uuid4()
        party = {"participationtypemask": 1, "partyid_contact@odata.bind": f"/contacts({MATTI})"}
        item = {"queueid@odata.bind": f"/queues({SALES})", "objectid_phonecall@odata.bind": f"/phonecalls({call})"}
        content_type, body = compose(
            "/api/data/v9.2",
            [
                Change("PATCH", f"phonecalls({call})", {"subject": "x", "phonecall_activity_parties": [party]}),
                Change("PATCH", f"queueitems({uuid4()})", item),
            ],
        )
        answer = await dynamics.client.post("$batch", content=body.encode(), headers={"Content-Type": content_type})
        assert answer.status_code == 200
    spent_s = time.perf_counter() - started
    figures("callback batches", f"{CALLBACKS / spent_s:,.0f} a second, {spent_s / CALLBACKS * 1000:.1f} ms each")


async def test_tracked_rows_a_second(dynamics: LocalDynamics, figures: Figures) -> None:
    """How many rows a second the first load of change tracking reads."""
    row = {"lastname": "x", "mobilephone": "040 123 4567"}
    await dynamics.switch("seed", {"contact": [{**row, "contactid": str(uuid4())} for _ in range(ROWS)]})
    started = time.perf_counter()
    page = await dynamics.ok("GET", "contacts?$select=fullname,mobilephone", Prefer="odata.track-changes")
    spent_s = time.perf_counter() - started
    assert len(page["value"]) >= ROWS
    figures("rows of a first load of change tracking", f"{len(page['value']) / spent_s:,.0f} a second")
