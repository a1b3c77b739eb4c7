from typing import cast

import pytest

from local.outside import Outside
from local.smoke import capabilities
from local.smoke.capabilities import capability, eventually, try_capability

NOBODY = cast("Outside", None)


@pytest.fixture(autouse=True)
def _no_one_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "_shown", {})


async def test_what_nobody_shows_yet_is_skipped() -> None:
    """A capability without a function is a line all the same."""
    assert str(await try_capability("pool", NOBODY)) == "pool skipped"


async def test_what_works_is_reported_with_its_time() -> None:
    """A function that returns has shown its capability."""

    @capability("live")
    async def live(_seen: Outside) -> None:
        return

    outcome = await try_capability("live", NOBODY)
    assert str(outcome).startswith("live ok ")
    assert not outcome.failed


async def test_what_does_not_work_says_why() -> None:
    """What is missing stands behind FAILED, and the run fails."""

    @capability("activity")
    async def activity(_seen: Outside) -> None:
        async def nothing() -> None:
            return None

        await eventually(nothing, "no activity", within_s=0)

    outcome = await try_capability("activity", NOBODY)
    assert (str(outcome), outcome.failed) == ("activity FAILED no activity within 0 s", True)


def test_a_capability_must_be_in_the_report() -> None:
    """A name nobody has heard of would never be shown."""
    with pytest.raises(ValueError, match="telepathy"):
        capability("telepathy")


async def test_a_fault_of_the_check_itself_is_not_hidden() -> None:
    """Only what a capability fails to do is a line; anything else ends the run."""

    @capability("presence")
    async def presence(_seen: Outside) -> None:
        raise KeyError("typo")

    with pytest.raises(KeyError):
        await try_capability("presence", NOBODY)
