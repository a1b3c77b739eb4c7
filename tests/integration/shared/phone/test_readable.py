"""How long it counts whether a person may read a customer (A5)."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.clock import utc_now
from shared.identity.model import Customer, CustomerKind
from shared.phone.readable import ReadableCustomers
from tests.fixtures.calls import ANNA_SIGNED_IN, MATTI
from tests.fixtures.world import World

MATTI_MEIKALAINEN = Customer(CustomerKind.CONTACT, UUID(MATTI), "Matti Meikäläinen")


class Clock:
    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now


async def test_a_refusal_counts_for_a_minute_and_a_right_for_ten(world: World) -> None:
    """An agent who was just given the right sees names soon; every ring asks nothing of Dynamics."""
    clock, services = Clock(), world.services
    readable = ReadableCustomers(
        dataverse=services.dataverse, identity=services.identity, settings=services.settings, clock=clock
    )

    async def sees() -> bool:
        return bool(await readable.among(ANNA_SIGNED_IN, {MATTI_MEIKALAINEN}))

    await world.fault(match="contacts", times=1, status=403)
    seen = []
    for pause in (timedelta(), timedelta(seconds=59), timedelta(seconds=2), timedelta(minutes=9)):
        clock.now += pause
        if pause:
            await world.forget_requests()
        seen.append((await sees(), len(await world.dynamics_requests()) > 0))
    assert [saw for saw, _ in seen] == [False, False, True, True]
    assert [asked for _, asked in seen[1:]] == [False, True, False]
