"""The index sync against scripted change-tracking answers: what a stand-in with its own will cannot be made to do."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.clock import utc_now
from shared.dataverse.client import Dataverse
from shared.entra.tokens import TokenSource
from shared.errors import Conflict, Misconfigured
from shared.identity import sync
from shared.identity.model import CustomerKind
from shared.identity.service import Identity
from shared.identity.sync import BUDGET, LEASE, LEASE_S, TRY_AGAIN_AFTER, IndexSync, SyncResult
from shared.identity.watermark import PARTITION, STATE, WatermarkStore
from shared.settings.model import SettingKind
from shared.settings.service import Settings
from shared.storage.leases import Leases
from shared.storage.tables import Row, Tables
from tests.fixtures.cases import rows
from tests.fixtures.crashes import TABLE_EFFECTS, Crash, Fuse

URL = "https://contoso.crm4.dynamics.com"
MATTI, SANNA, AALTO = UUID(int=1), UUID(int=2), UUID(int=3)


def issued(_resource: str) -> dict[str, Any]:
    return {"access_token": "token", "expires_in": 3600}


class Tracked:
    """Change tracking by script: ``pages[link]`` is a page, ``links`` are what was asked for in order."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, Any]] = {
            "contacts": page(delta="contacts-1"),
            "accounts": page(delta="accounts-1"),
            "leads": page(delta="leads-1"),
            "contacts-1": page(delta="contacts-1"),
            "accounts-1": page(delta="accounts-1"),
            "leads-1": page(delta="leads-1"),
        }
        self.refused: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.before_each: Callable[[], None] = lambda: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.before_each()
        link = request.url.path.rsplit("/", 1)[1]
        self.asked.append(link)
        if link in self.refused:
            status, message = self.refused[link]
            return httpx.Response(status, json={"error": {"code": "0x80060888", "message": message}})
        if link not in self.pages:
            return httpx.Response(410 if "-" in link else 404, json={"error": {"code": "0x0", "message": "gone"}})
        return httpx.Response(200, json=self.pages[link])


def page(*rows: dict[str, Any], next_link: str = "", delta: str = "") -> dict[str, Any]:
    links = {"@odata.nextLink": next_link, "@odata.deltaLink": delta}
    return {"value": list(rows), **{name: f"{URL}/api/data/v9.2/{link}" for name, link in links.items() if link}}


def contact(contact_id: UUID, number: str) -> dict[str, Any]:
    return {"contactid": str(contact_id), "fullname": "Some Body", "statecode": 0, "mobilephone": number}


def lead(lead_id: UUID, number: str) -> dict[str, Any]:
    return {"leadid": str(lead_id), "fullname": "Some Lead", "statecode": 0, "mobilephone": number}


def account(account_id: UUID, number: str) -> dict[str, Any]:
    return {"accountid": str(account_id), "name": "Some Firm", "statecode": 0, "telephone1": number}


class Index:
    """An index of its own on real tables, and ways to run its sync."""

    def __init__(self, tables: Tables, tracked: Tracked) -> None:
        self.tables = tables
        self.now: Callable[[], datetime] = utc_now
        self.settings = Settings(tables.table("settings"), lambda: self.now())
        http = httpx.AsyncClient(transport=httpx.MockTransport(tracked))
        self.dataverse = Dataverse(URL, TokenSource(lambda: issued), http)
        self.watermarks = WatermarkStore(tables.table("numbers"))

    def sync(self, fuse: Fuse | None = None, owner: str = "one") -> IndexSync:
        table = self.tables.table("numbers")
        return IndexSync(
            table=fuse.wrap(table, TABLE_EFFECTS) if fuse else table,
            dataverse=self.dataverse,
            settings=self.settings,
            leases=Leases(self.tables.table("leases"), lambda: self.now()),
            owner=owner,
            clock=lambda: self.now(),
        )

    async def owner_of(self, number: str) -> UUID | None:
        identity = Identity(table=self.tables.table("numbers"), settings=self.settings, clock=utc_now)
        found = await identity.identify(number)
        return found.only.id if found.only else None


@pytest.fixture
def tracked() -> Tracked:
    return Tracked()


@pytest.fixture
async def index(tables: Tables, tracked: Tracked) -> Index:
    opened = Index(tables, tracked)
    await opened.settings.put(SettingKind.GENERAL, "general", {"default_region": "FI"})
    return opened


async def test_an_environment_without_leads_is_indexed_all_the_same(index: Index, tracked: Tracked) -> None:
    """Leads come with Dynamics 365 Sales; contacts are known and followed without it."""
    tracked.pages["contacts"] = page(contact(MATTI, "040 1234567"), delta="contacts-1")
    del tracked.pages["leads"]
    assert await index.sync().run() is SyncResult.DONE
    assert await index.owner_of("+358401234567") == MATTI
    assert set((await index.watermarks.read()).delta_links) == {"contact", "account"}
    assert await index.sync().run() is SyncResult.DONE


TRACKING_OFF = (400, "The entity lead doesn't have change tracking enabled.")
FORBIDDEN = (403, "Principal user is missing prvReadLead privilege.")


@pytest.mark.parametrize(
    ("refusal", "code"), [(TRACKING_OFF, "dataverse-tracking-off"), (FORBIDDEN, "dataverse-forbidden")]
)
async def test_leads_that_cannot_be_read_stop_neither_contacts_nor_accounts(
    index: Index, tracked: Tracked, refusal: tuple[int, str], code: str
) -> None:
    """The first load is complete without them, changes are followed, and the fault is known by its table."""
    tracked.refused["leads"] = refusal
    tracked.pages["contacts"] = page(contact(MATTI, "040 1234567"), delta="contacts-1")
    assert await index.sync().run() is SyncResult.DONE
    assert await index.owner_of("+358401234567") == MATTI
    assert (await index.watermarks.read()).faults[CustomerKind.LEAD].code == code
    tracked.pages["contacts-1"] = page(contact(MATTI, "040 7654321"), delta="contacts-1")
    assert await index.sync().run() is SyncResult.DONE
    assert await index.owner_of("+358407654321") == MATTI


async def test_leads_are_loaded_as_soon_as_they_can_be_read(index: Index, tracked: Tracked) -> None:
    """Whoever switches tracking on needs no command: the index takes them in within minutes."""
    tracked.refused["leads"] = TRACKING_OFF
    tracked.pages["leads"] = page(lead(SANNA, "040 1234567"), delta="leads-1")
    assert await index.sync().run() is SyncResult.DONE
    tracked.refused.clear()
    assert await index.sync().run() is SyncResult.DONE
    assert await index.owner_of("+358401234567") is None
    index.now = lambda: utc_now() + TRY_AGAIN_AFTER
    assert await index.sync().run() is SyncResult.DONE
    assert await index.owner_of("+358401234567") == SANNA
    assert (await index.watermarks.read()).faults == {}


async def test_leads_that_stop_being_readable_leave_the_others_fresh(index: Index, tracked: Tracked) -> None:
    """A privilege that is revoked later costs its own table, and its return is noticed at once."""
    tracked.pages["leads"] = page(lead(SANNA, "040 1234567"), delta="leads-1")
    assert await index.sync().run() is SyncResult.DONE
    tracked.refused["leads-1"] = FORBIDDEN
    tracked.pages["contacts-1"] = page(contact(MATTI, "040 7654321"), delta="contacts-1")
    before = (await index.watermarks.read()).synced_at
    assert await index.sync().run() is SyncResult.DONE
    mark = await index.watermarks.read()
    assert set(mark.faults) == {CustomerKind.LEAD}
    assert mark.synced_at != before
    assert await index.owner_of("+358407654321") == MATTI
    assert await index.owner_of("+358401234567") == SANNA
    tracked.refused.clear()
    assert await index.sync().run() is SyncResult.DONE
    assert (await index.watermarks.read()).faults == {}


async def test_contacts_that_cannot_be_read_are_an_error_that_keeps_nothing_from_accounts(
    index: Index, tracked: Tracked
) -> None:
    """Callers cannot be identified without them: the run fails, after the other tables were followed."""
    assert await index.sync().run() is SyncResult.DONE
    tracked.refused["contacts-1"] = FORBIDDEN
    tracked.pages["accounts-1"] = page(account(AALTO, "09 1234567"), delta="accounts-1")
    with pytest.raises(Misconfigured, match="dataverse-forbidden"):
        await index.sync().run()
    assert await index.owner_of("+35891234567") == AALTO
    assert set((await index.watermarks.read()).faults) == {CustomerKind.CONTACT}


async def test_an_environment_without_contacts_is_none(index: Index, tracked: Tracked) -> None:
    """An address that answers 404 to everything must not become an empty index that identifies nobody."""
    del tracked.pages["contacts"]
    with pytest.raises(Misconfigured, match="dataverse-table-missing"):
        await index.sync().run()
    assert (await index.watermarks.read()).generation is None


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 12))
async def test_a_page_cut_off_and_changed_meanwhile_leaves_nothing_stale(
    index: Index, tracked: Tracked, at: int, after: bool
) -> None:
    """Wherever the first load dies, the numbers of its second reading count, and only they."""
    tracked.pages["contacts"] = page(contact(MATTI, "040 1234567"), contact(SANNA, "040 7654321"), delta="contacts-1")
    with pytest.raises(Crash):
        await index.sync(Fuse(at, after=after)).run()
    tracked.pages["contacts"] = page(contact(MATTI, "050 1111111"), contact(SANNA, "040 1234567"), delta="contacts-1")
    tracked.pages["contacts-1"] = tracked.pages["contacts"]
    index.now = lambda: utc_now() + timedelta(minutes=5)
    while await index.sync(owner="two").run() is not SyncResult.DONE:
        pass
    assert await index.owner_of("+358501111111") == MATTI
    assert await index.owner_of("+358401234567") == SANNA
    assert await index.owner_of("+358407654321") is None


async def test_a_long_delta_is_followed_in_several_runs(index: Index, tracked: Tracked) -> None:
    """When the time is up, the next run goes on with the page after the last one done."""
    assert await index.sync().run() is SyncResult.DONE
    first = (await index.watermarks.read()).synced_at
    tracked.pages["contacts-1"] = page(contact(MATTI, "040 1234567"), next_link="contacts-2")
    tracked.pages["contacts-2"] = page(contact(SANNA, "040 7654321"), delta="contacts-3")
    tracked.pages["contacts-3"] = page(delta="contacts-3")
    start, late = utc_now(), False

    def slow() -> None:
        nonlocal late
        late = True

    index.now = lambda: start + BUDGET if late else start
    tracked.before_each = slow
    assert await index.sync().run() is SyncResult.MORE
    assert (await index.watermarks.read()).synced_at == first
    assert await index.owner_of("+358401234567") == MATTI
    tracked.asked.clear()
    index.now, tracked.before_each = lambda: start + 2 * BUDGET, lambda: None
    assert await index.sync().run() is SyncResult.DONE
    assert tracked.asked[0] == "contacts-2"
    assert await index.owner_of("+358407654321") == SANNA


async def test_an_expired_history_leads_to_a_new_generation(index: Index, tracked: Tracked) -> None:
    """Deleted customers whose deletion nobody can tell any more are not found afterwards."""
    tracked.pages["contacts"] = page(contact(MATTI, "040 1234567"), delta="contacts-1")
    assert await index.sync().run() is SyncResult.DONE
    before = (await index.watermarks.read()).generation
    del tracked.pages["contacts-1"]
    tracked.pages["contacts"] = page(contact(SANNA, "040 7654321"), delta="contacts-9")
    tracked.pages["contacts-9"] = page(delta="contacts-9")
    assert await index.sync().run() is SyncResult.DONE
    assert (await index.watermarks.read()).generation != before
    assert await index.owner_of("+358401234567") is None
    assert await index.owner_of("+358407654321") == SANNA


async def test_a_page_that_expires_during_the_first_load_begins_it_anew(index: Index, tracked: Tracked) -> None:
    """The half-filled generation is given up and deleted later."""
    tracked.pages["contacts"] = page(contact(MATTI, "040 1234567"), next_link="contacts-lost")

    def mended() -> None:
        if "contacts-lost" in tracked.asked:
            tracked.pages["contacts"] = page(contact(SANNA, "040 1234567"), delta="contacts-1")

    tracked.before_each = mended
    assert await index.sync().run() is SyncResult.DONE
    assert await index.owner_of("+358401234567") == SANNA
    assert len((await index.watermarks.read()).obsolete) == 1


async def test_who_lost_the_lease_writes_no_watermark(index: Index) -> None:
    """The state row is changed by compare-and-set, so that a slow instance cannot turn the clock back."""
    stale = await index.watermarks.read()
    await index.watermarks.write(stale)
    with pytest.raises(Conflict, match="row-exists"):
        await index.watermarks.write(stale)
    current = await index.watermarks.read()
    await index.watermarks.write(current)
    with pytest.raises(Conflict, match="row-changed"):
        await index.watermarks.write(current)


async def test_the_index_of_an_instance_that_was_killed_is_followed_within_twenty_seconds(index: Index) -> None:
    """An instance that was killed in a run holds the lease for no longer: a restart waited two minutes for it."""
    lease = Leases(index.tables.table("leases"), lambda: index.now())
    assert await lease.acquire(LEASE, "killed", LEASE_S)
    assert await index.sync().run() is SyncResult.BUSY
    later = utc_now() + timedelta(seconds=20)
    index.now = lambda: later
    assert await index.sync().run() is SyncResult.DONE


async def test_a_run_that_waits_long_for_a_page_keeps_its_lease(
    index: Index, tracked: Tracked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow Dataverse is, no other instance begins beside it."""
    monkeypatch.setattr(sync, "LEASE_S", 0.5)
    monkeypatch.setattr(sync, "RENEW_S", 0.05)
    beside: list[SyncResult] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        if not beside:
            await asyncio.sleep(1.0)
            beside.append(await index.sync(owner="two").run())
        return tracked(request)

    http = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    index.dataverse = Dataverse(URL, TokenSource(lambda: issued), http)
    assert await index.sync().run() is SyncResult.DONE
    assert beside == [SyncResult.BUSY]


async def test_an_index_that_read_numbers_in_another_way_is_built_again_by_itself(
    index: Index, tracked: Tracked
) -> None:
    """After an upgrade that reads numbers better nobody has to ask for it; once built, it stays."""
    await index.sync().run()
    mark = await index.watermarks.read()
    row = await index.tables.table("numbers").get(PARTITION, STATE)
    assert row is not None
    document = json.loads(row.values["document"])
    document.pop("reading", None)
    await index.tables.table("numbers").put(Row(PARTITION, STATE, {"document": json.dumps(document)}))
    tracked.pages["contacts"] = page(contact(MATTI, "+49 6221/123456"), delta="contacts-1")
    await index.sync().run()
    assert (await index.watermarks.read()).generation != mark.generation
    assert await index.owner_of("+496221123456") == MATTI
    rebuilt = (await index.watermarks.read()).generation
    await index.sync().run()
    assert (await index.watermarks.read()).generation == rebuilt


@pytest.mark.parametrize(("stored", "caller", "why"), rows("same-line.tsv"))
async def test_a_customer_is_found_by_either_way_to_show_their_line(
    index: Index, tracked: Tracked, stored: str, caller: str, why: str
) -> None:
    """Index and caller share one key per line (K3)."""
    tracked.pages["contacts"] = page(contact(MATTI, stored), delta="contacts-1")
    await index.sync().run()
    assert await index.owner_of(caller) == MATTI, why
    assert await index.owner_of(stored) == MATTI
