from datetime import timedelta
from uuid import uuid4

import pytest

from shared.bootstrap import Services
from shared.callbacks.model import CallbackOutcome
from shared.callbacks.store import caller_key
from shared.clock import utc_now
from shared.errors import Misconfigured
from shared.settings.model import SettingKind
from shared.storage.tables import Row
from shared.text import SHORTENED
from tests.fixtures.world import SALES_LIST, SALES_QUEUE, World

MATTI, MATTI_ID = "+358401234567", "d0000000-0000-4000-8000-000000000001"
JOKINENS = "+358501112222"


async def test_a_callback_becomes_an_activity_in_its_queue_and_is_closed_at_the_source(world: World) -> None:
    """Subject, number, direction, queue and list are right, and only then the callback is closed (F2, F3)."""
    number = world.new_number()
    callback_id = await world.leave_callback(number, note="about the heat pump")
    assert await world.handle(callback_id) is CallbackOutcome.CREATED
    activity = await world.exactly_one(number, callback_id)
    assert activity["subject"] == "Callback Request"
    assert activity["description"] == "about the heat pump"
    assert activity["directioncode"] is False
    assert (activity["voice_callbackid"], activity["voice_callbacklist"]) == (callback_id, SALES_LIST)
    assert activity["voice_requestcount"] == 1
    (item,) = await world.queue_items(activity["activityid"])
    assert item["_queueid_value"] == SALES_QUEUE


async def test_the_only_customer_of_a_number_is_regarded(world: World) -> None:
    """Exactly one match fills From and Regarding (F4), however the number is written in Dynamics."""
    callback_id = await world.leave_callback("0401234567")
    await world.handle(callback_id)
    activity = await world.services.dataverse.get(
        f"phonecalls({world.activity_id(callback_id)})", {"$expand": "phonecall_activity_parties"}
    )
    assert activity["_regardingobjectid_value"] == MATTI_ID
    (party,) = activity["phonecall_activity_parties"]
    assert (party["participationtypemask"], party["_partyid_value"]) == (1, MATTI_ID)


@pytest.mark.parametrize("number", [JOKINENS, "+358409990001"])
async def test_none_and_several_customers_leave_from_and_regarding_empty(world: World, number: str) -> None:
    """Two owners of one number are treated like none: nobody is shown a wrong person (F4)."""
    callback_id = await world.leave_callback(number)
    await world.handle(callback_id)
    activity = await world.services.dataverse.get(
        f"phonecalls({world.activity_id(callback_id)})", {"$expand": "phonecall_activity_parties"}
    )
    assert activity["_regardingobjectid_value"] is None
    assert activity["phonecall_activity_parties"] == []


@pytest.mark.parametrize("number", ["", "anonymous", "1234", "+358+40"])
async def test_a_callback_without_a_usable_number_reaches_the_queue_too(world: World, number: str) -> None:
    """Withheld and unreadable numbers identify nobody, but the request is seen and closed like any other."""
    callback_id = await world.leave_callback(number, note=str(uuid4()))
    assert await world.handle(callback_id) is CallbackOutcome.CREATED
    activity = await world.services.dataverse.get(f"phonecalls({world.activity_id(callback_id)})")
    assert activity["phonenumber"] in {number, None}
    assert (await world.callback(callback_id))["State"] == "Closed"


async def test_a_note_longer_than_dynamics_takes_is_cut(world: World) -> None:
    """Too long a note never keeps a callback from arriving."""
    callback_id = await world.leave_callback(world.new_number(), note="ä" * 3900)
    assert await world.handle(callback_id) is CallbackOutcome.CREATED
    activity = await world.services.dataverse.get(f"phonecalls({world.activity_id(callback_id)})")
    assert len(activity["description"]) == 2000
    assert SHORTENED in activity["description"]


async def test_one_callback_costs_dynamics_one_request(world: World) -> None:
    """A request of its own is one batch; nothing is looked up first."""
    callback_id = await world.leave_callback(world.new_number())
    await world.services.dataverse.who_am_i()
    await world.forget_requests()
    await world.handle(callback_id)
    assert await world.dynamics_requests() == ["POST /api/data/v9.2/$batch"]


async def test_a_repeated_message_changes_nothing(world: World) -> None:
    """Handled five times, a callback is one activity, as it was after the first time."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    outcomes = [await world.handle(callback_id) for _ in range(5)]
    assert outcomes == [CallbackOutcome.CREATED, *[CallbackOutcome.FINISHED_BEFORE] * 4]
    await world.exactly_one(number, callback_id)


async def test_a_callback_that_is_open_at_its_source_after_all_is_closed_again(world: World) -> None:
    """Our row says closed; the voice cloud, restored from an older state perhaps, says open: it counts (F3)."""
    number = world.new_number()
    first = await world.leave_callback(number)
    await world.handle(first)
    second, rows = await world.leave_callback(number), world.services.tables.table("callbacks")
    caller = caller_key(SALES_LIST, first, number)
    noted = await rows.get(caller, f"cb-{first}")
    assert noted
    await rows.put(Row(caller, f"cb-{second}", {**noted.values, "callback": second, "repeat": True}))
    for _ in range(2):
        await world.handle(second)
        await world.exactly_one(number, first, second)


async def test_repeats_of_one_caller_are_counted_on_the_open_request(world: World) -> None:
    """Three requests of one caller are one activity that says three; all three are closed (K6)."""
    number = world.new_number()
    callbacks = [await world.leave_callback(number) for _ in range(3)]
    outcomes = [await world.handle(callback_id) for callback_id in callbacks]
    assert outcomes == [CallbackOutcome.CREATED, CallbackOutcome.COUNTED, CallbackOutcome.COUNTED]
    activity = await world.exactly_one(number, *callbacks)
    assert activity["voice_requestcount"] == 3


@pytest.mark.parametrize("withheld", ["+86282452253", "+266696687", "anonymous"])
async def test_two_who_hide_their_number_are_never_one_caller(world: World, withheld: str) -> None:
    """However the network says it: each is a request of its own, without a number (K6)."""
    first, second = [await world.leave_callback(withheld) for _ in range(2)]
    assert [await world.handle(one) for one in (first, second)] == [CallbackOutcome.CREATED] * 2
    activity = await world.services.dataverse.get(f"phonecalls({world.activity_id(first)})", {})
    assert not activity["phonenumber"]


async def test_a_caller_whose_line_is_shown_in_two_ways_is_one_caller(world: World) -> None:
    """With and without the 9 of Argentine mobiles (K3, K6)."""
    first, second = [await world.leave_callback(one) for one in ("+5491166773399", "+541166773399")]
    assert [await world.handle(one) for one in (first, second)] == [CallbackOutcome.CREATED, CallbackOutcome.COUNTED]


async def test_what_a_repeat_says_is_kept(world: World) -> None:
    """The notes of repeats stand below the first one, each once however often its message comes."""
    number = world.new_number()
    first = await world.leave_callback(number, note="about the invoice")
    second = await world.leave_callback(number, note="only before four")
    await world.handle(first)
    for _ in range(2):
        await world.handle(second)
    activity = await world.exactly_one(number, first, second)
    head, *repeats = activity["description"].split("\n")
    assert head == "about the invoice"
    assert [line.split(" UTC: ")[1] for line in repeats] == ["only before four"]


async def test_a_repeat_with_more_to_say_than_fits_takes_the_place_of_older_text(world: World) -> None:
    """The newest note is there, once, and so is how the description began; that text is missing shows."""
    number = world.new_number()
    first = await world.leave_callback(number, note="about the invoice " + "x" * 1_970)
    second, third = [await world.leave_callback(number, note=note) for note in ("y" * 50, "z" * 3_000)]
    await world.handle(first)
    for _ in range(2):
        await world.handle(second)
    activity = await world.exactly_one(number, first, second)
    assert activity["description"].endswith("UTC: " + "y" * 50)
    assert activity["description"].count("y" * 50) == 1
    assert activity["description"].startswith("about the invoice ")
    assert SHORTENED in activity["description"]
    for _ in range(2):
        await world.handle(third)
    last = (await world.exactly_one(number, first, second, third))["description"]
    assert (last.startswith("about the invoice "), last.count("UTC: zzz"), last.endswith("zzz")) == (True, 1, True)
    assert len(last) <= 2_000


async def test_a_repeat_after_the_request_was_completed_is_a_new_request(world: World) -> None:
    """Once an agent has completed the request, the caller's next one is new work."""
    number = world.new_number()
    first = await world.leave_callback(number)
    await world.handle(first)
    path = f"phonecalls({world.activity_id(first)})"
    await world.services.dataverse.update(path, {"statecode": 1, "statuscode": 2})
    second, third = await world.leave_callback(number), await world.leave_callback(number)
    assert await world.handle(second) is CallbackOutcome.CREATED
    assert await world.handle(third) is CallbackOutcome.COUNTED
    activity = await world.services.dataverse.get(f"phonecalls({world.activity_id(second)})")
    assert activity["voice_requestcount"] == 2


async def test_repeats_are_left_apart_where_the_profile_says_so(world: World) -> None:
    """With link_repeats off each callback is an activity of its own."""
    await world.set(
        SettingKind.CALLBACK_PROFILE,
        SALES_LIST,
        {"list_id": SALES_LIST, "queue_id": SALES_QUEUE, "link_repeats": False},
    )
    number = world.new_number()
    for _ in range(2):
        assert await world.handle(await world.leave_callback(number)) is CallbackOutcome.CREATED
    assert len(await world.activities(number)) == 2


async def test_a_callback_that_is_too_old_is_left_alone(world: World) -> None:
    """Older than the age limit: not recorded, not closed (F1)."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    later = Services(world.environ, clock=lambda: utc_now() + timedelta(days=8))
    assert await world.handle(callback_id, later) is CallbackOutcome.TOO_OLD
    await later.close()
    assert await world.activities(number) == []
    assert (await world.callback(callback_id))["State"] == "Open"


async def test_a_list_without_profile_is_left_alone(world: World) -> None:
    """A callback of a list nobody has configured is neither recorded nor closed."""
    await world.services.settings.remove(SettingKind.CALLBACK_PROFILE, SALES_LIST)
    callback_id = await world.leave_callback(world.new_number())
    assert await world.handle(callback_id) is CallbackOutcome.NO_PROFILE
    assert (await world.callback(callback_id))["State"] == "Open"


async def test_a_profile_with_an_unknown_queue_says_so_and_loses_nothing(world: World) -> None:
    """The error names the setting to correct; once corrected, the same message succeeds."""
    wrong = {"list_id": SALES_LIST, "queue_id": str(uuid4())}
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, wrong)
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    with pytest.raises(Misconfigured, match="callback-queue-unknown"):
        await world.handle(callback_id)
    assert (await world.callback(callback_id))["State"] == "Open"
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**wrong, "queue_id": SALES_QUEUE})
    assert await world.handle(callback_id) is CallbackOutcome.CREATED
    await world.exactly_one(number, callback_id)


async def test_a_callback_that_is_gone_ends_the_matter(world: World) -> None:
    """A message about a callback the voice cloud no longer has is done."""
    assert await world.handle(str(uuid4())) is CallbackOutcome.GONE
