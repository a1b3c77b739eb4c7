"""Figures of pools and users, exactly as the published definitions have them (C7, I1)."""

from datetime import time

import pytest

from tests.fixtures.routing import Floor, MakeFloor, members
from voicecloud.routing import events
from voicecloud.routing.figures import OpenStatus, PoolFigures
from voicecloud.routing.model import Action, ActionKind, AdHocException, Hours, Member, Pool, Schedule, SmartRouting
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import Terminal

MORNING = Schedule({day: (Hours(time(8), time(11)),) for day in range(7)})


def figures(made: Floor, pool_id: str = "p") -> PoolFigures:
    return made.platform.pool_figures(pool_id, made.now)


def counts(made: Floor) -> tuple[int, int, int]:
    """(serving, free, active)"""
    found = figures(made)
    return found.serving, found.free, found.active


def four(floor: MakeFloor) -> Floor:
    return floor(Pool("p", "P", members=members("ann", "bob", "cid", "dee"), wrap_up_s=20.0))


def test_everybody_at_work_is_serving_free_and_active(floor: MakeFloor) -> None:
    """All three figures count the agent."""
    assert counts(four(floor)) == (4, 4, 4)


def test_who_talks_serves_but_is_not_free(floor: MakeFloor) -> None:
    """Ringing, talking and wrap-up are all not free; wrap-up is counted by itself."""
    made = four(floor)
    made.call()
    assert counts(made) == (4, 3, 4)
    made.answer(next(iter(made.rings())))
    assert counts(made) == (4, 3, 4)
    assert figures(made).active_calls == 1
    made.tell(events.PartyLeft("c1:1"))
    assert (counts(made), figures(made).on_wrap_up, figures(made).active_calls) == ((4, 3, 4), 1, 0)


def test_a_direct_call_makes_not_free_but_is_no_call_of_the_pool(floor: MakeFloor) -> None:
    """Active calls are the pool's own."""
    made = four(floor)
    made.tell(events.DialOut("d1", "ann", "+358409999999"))
    assert (counts(made), figures(made).active_calls) == ((4, 3, 4), 0)


@pytest.mark.parametrize("kind", [AvailabilityClass.DND, AvailabilityClass.OFF_WORK])
def test_who_is_not_available_is_still_active(floor: MakeFloor, kind: AvailabilityClass) -> None:
    """Active counts whatever the availability."""
    made = four(floor)
    made.availability("ann", kind)
    assert counts(made) == (3, 3, 4)


def test_who_accepts_no_pool_calls_is_not_active(floor: MakeFloor) -> None:
    """Nor is a member who has switched off in the pool."""
    made = four(floor)
    made.tell(events.SetAccepting("ann", accepting=False), events.SetMember("p", Member("bob", active=False)))
    assert counts(made) == (2, 2, 2)


def test_who_has_no_phone_that_can_ring_does_not_serve(floor: MakeFloor) -> None:
    """However available they are: a page that is closed takes no call."""
    made = four(floor)
    made.tell(events.TerminalChanged("ann", Terminal.WEB, online=False))
    assert counts(made) == (3, 3, 4)


def test_the_queue_counts_until_answered_ended_or_transferred(floor: MakeFloor) -> None:
    """Ringing callers too; the longest wait is that of the first."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call("c1")
    made.wait(5)
    made.call("c2")
    made.wait(5)
    assert (figures(made).queue_length, figures(made).max_wait_s) == (2, 10)
    made.answer("ann", "c1")
    assert (figures(made).queue_length, figures(made).max_wait_s) == (1, 5)
    made.tell(events.PartyLeft("c2:1"))
    assert (figures(made).queue_length, figures(made).max_wait_s) == (0, 0)


@pytest.mark.parametrize(
    ("pool", "status"),
    [
        (Pool("p", "P"), OpenStatus.OPEN),
        (Pool("p", "P", schedule=MORNING), OpenStatus.CLOSED),
        (Pool("p", "P", smart_routing=SmartRouting("crm")), OpenStatus.DYNAMIC),
        (
            Pool("p", "P", exceptions=(AdHocException("drill", enabled=True, action=Action(ActionKind.DISCONNECT)),)),
            OpenStatus.CLOSED,
        ),
    ],
)
def test_the_open_status_tells_whether_calls_are_taken(floor: MakeFloor, pool: Pool, status: OpenStatus) -> None:
    """5 open, 1 closed (also by an exception), 6 decided for each call."""
    assert figures(floor(pool)).open_status is status


def test_a_users_status_follows_the_call(floor: MakeFloor) -> None:
    """Talking while it is set up already; the pool is named; wrap-up has its times."""
    made = floor(Pool("p", "P", members=members("ann"), wrap_up_s=20.0))
    idle = made.platform.user_status("ann")
    assert (idle.can_be_allocated_to, idle.serving, idle.talking, idle.service_terminals) == (True, False, False, 1)
    made.call()
    ringing = made.platform.user_status("ann")
    assert (ringing.can_be_allocated_to, ringing.serving, ringing.talking) == (False, True, True)
    assert ringing.active_queue_id == "p"
    made.wait(3)
    made.answer("ann")
    made.tell(events.PartyLeft("c1:1"))
    wrap_up = made.platform.user_status("ann")
    assert (wrap_up.talking, wrap_up.active_queue_id, wrap_up.wrap_up_start) == (False, None, made.now)
    assert wrap_up.talking_status_changed == made.now


@pytest.mark.parametrize(
    ("kind", "schedule", "available"), [(AvailabilityClass.DND, True, False), (AvailabilityClass.OFF_WORK, False, True)]
)
def test_schedule_is_not_off_work_and_available_is_not_dnd(
    floor: MakeFloor, kind: AvailabilityClass, schedule: bool, available: bool
) -> None:
    """The two flags of the user status."""
    made = floor()
    made.availability("ann", kind)
    status = made.platform.user_status("ann")
    assert (status.schedule, status.available, status.can_be_allocated_to) == (schedule, available, False)
