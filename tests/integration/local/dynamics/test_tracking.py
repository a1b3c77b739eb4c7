"""Change tracking with delta links."""

from uuid import uuid4

from tests.fixtures.dynamics import MAIJA, MATTI, LocalDynamics

TRACK = "odata.track-changes"


async def loaded(dynamics: LocalDynamics, prefer: str = TRACK) -> tuple[list[str], str]:
    """All keys of the first load, and its delta link."""
    path, keys = "contacts?$select=fullname", []
    while True:
        page = await dynamics.ok("GET", path, Prefer=prefer)
        keys += [row["contactid"] for row in page["value"]]
        if "@odata.deltaLink" in page:
            return keys, page["@odata.deltaLink"]
        path = page["@odata.nextLink"]


async def test_the_first_load_has_every_row_once(dynamics: LocalDynamics) -> None:
    """Page by page, and the last page alone has the delta link."""
    keys, _ = await loaded(dynamics, f"{TRACK}, odata.maxpagesize=4")
    assert len(keys) == len(set(keys)) == 25


async def test_a_delta_has_what_changed_and_what_was_deleted(dynamics: LocalDynamics) -> None:
    """Each row once, in its present form; deleted ones by id; the next delta is empty."""
    _, link = await loaded(dynamics)
    new = str(uuid4())
    await dynamics.ok("PATCH", f"contacts({new})", {"lastname": "New"})
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"lastname": "One"})
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"lastname": "Two"})
    await dynamics.ok("DELETE", f"contacts({MAIJA})")
    page = await dynamics.ok("GET", link)
    gone = [row for row in page["value"] if "$deletedEntity" in row.get("@odata.context", "")]
    there = {row["contactid"]: row["fullname"] for row in page["value"] if "contactid" in row}
    assert there == {new: "New", MATTI: "Matti Two"}
    assert [(row["id"], row["reason"]) for row in gone] == [(MAIJA, "deleted")]
    assert (await dynamics.ok("GET", page["@odata.deltaLink"]))["value"] == []


async def test_a_delta_has_pages_too(dynamics: LocalDynamics) -> None:
    """What changes while a delta is being read is in the next one."""
    keys, link = await loaded(dynamics)
    for key in keys[:5]:
        await dynamics.ok("PATCH", f"contacts({key})", {"jobtitle": "x"})
    prefer = f"{TRACK}, odata.maxpagesize=2"
    first = await dynamics.ok("GET", link, Prefer=prefer)
    await dynamics.ok("PATCH", f"contacts({keys[9]})", {"jobtitle": "y"})
    seen, page = list(first["value"]), first
    while "@odata.nextLink" in page:
        page = await dynamics.ok("GET", page["@odata.nextLink"], Prefer=prefer)
        seen += page["value"]
    assert [row["contactid"] for row in seen] == keys[:5]
    rest = await dynamics.ok("GET", page["@odata.deltaLink"])
    assert [row["contactid"] for row in rest["value"]] == [keys[9]]


async def test_rows_deleted_during_the_first_load_hide_no_others(dynamics: LocalDynamics) -> None:
    """Pages go on after the last key, not after a number of rows."""
    prefer = f"{TRACK}, odata.maxpagesize=5"
    first = await dynamics.ok("GET", "contacts?$select=fullname", Prefer=prefer)
    await dynamics.ok("DELETE", f"contacts({first['value'][0]['contactid']})")
    second = await dynamics.ok("GET", first["@odata.nextLink"], Prefer=prefer)
    keys = [row["contactid"] for row in [*first["value"], *second["value"]]]
    assert keys == sorted(keys)
    assert keys[5].endswith("06")


async def test_an_old_token_is_refused(dynamics: LocalDynamics) -> None:
    """After seven days, or when the history is cut, the client must load everything again."""
    _, link = await loaded(dynamics)
    dynamics.time.advance(7 * 24 * 3600 + 1)
    assert (await dynamics.refused("GET", link))[:2] == (410, "0x80044352")
    _, link = await loaded(dynamics)
    await dynamics.switch("expire-delta-tokens")
    assert (await dynamics.refused("GET", link))[:2] == (410, "0x80044352")
    await loaded(dynamics)


async def test_tracking_takes_no_other_options(dynamics: LocalDynamics) -> None:
    """Filters, orders, expansions and tops cannot be combined with it."""
    for option in ("$filter=statecode eq 0", "$orderby=fullname", "$top=1", "$expand=createdby", "$count=true"):
        assert (await dynamics.refused("GET", f"contacts?{option}", Prefer=TRACK))[0] == 400
