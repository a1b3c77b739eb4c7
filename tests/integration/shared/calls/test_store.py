"""What is kept of a call under several instances at once (K2, H3)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.calls.model import ActivityProgress, ActivityStage
from shared.calls.store import CallStore
from shared.errors import Conflict
from shared.storage.tables import Operation, Tables


@pytest.mark.parametrize("known", [True, False])
async def test_who_forgets_a_call_forgets_nothing_that_was_made_of_it_meanwhile(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Else the activity of a call which is private by now would stay in Dynamics for ever."""
    table = tables.table("calls")
    store, other = CallStore(table), CallStore(tables.table("calls"))
    before = await store.save("c", ActivityProgress()) if known else ActivityProgress()
    transact = table.transact

    async def overtaken(operations: Sequence[Operation]) -> Any:
        await other.save("c", replace(before, stage=ActivityStage.OPEN))
        return await transact(operations)

    monkeypatch.setattr(table, "transact", overtaken)
    with pytest.raises(Conflict):
        await store.forget("c", before)
    kept = await other.progress("c")
    assert kept
    assert kept.stage is ActivityStage.OPEN
    monkeypatch.setattr(table, "transact", transact)
    await store.forget("c", kept)
    assert (await store.call("c")).progress.stage is ActivityStage.REMOVED
