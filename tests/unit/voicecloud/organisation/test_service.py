"""The configuration is taken over as a whole, or again."""

from typing import Any, cast

import pytest

from shared.errors import Unavailable
from voicecloud.organisation.model import DocumentKind
from voicecloud.organisation.service import Directory
from voicecloud.organisation.store import Documents

HEAD = {"Id": "o1", "Name": "Contoso"}


class Stored:
    """Documents that cannot be read while ``away``."""

    def __init__(self) -> None:
        self.id, self.away = "first", False

    async def revision(self) -> str:
        return self.id

    async def all(self) -> dict[tuple[DocumentKind, str], Any]:
        if self.away:
            raise Unavailable("storage-unavailable", "not now")
        return {(DocumentKind.ORGANIZATION, "o1"): HEAD}


async def test_a_change_that_could_not_be_read_is_still_a_change() -> None:
    """So it is read again, and whoever was revoked does not keep their keys."""
    stored = Stored()
    directory = Directory(cast(Documents, stored))
    await directory.load()
    stored.id, stored.away = "second", True
    with pytest.raises(Unavailable):
        await directory.load()
    assert (directory.loaded_revision, directory.organisation.id) == ("first", "o1")
    stored.away = False
    await directory.load()
    assert directory.loaded_revision == "second"
