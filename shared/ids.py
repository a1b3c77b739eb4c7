"""Deterministic identity: what we create in Dataverse has a key that the same cause always gives again."""

from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5


def dataverse_id(organisation: str, kind: str, source_id: str) -> UUID:
    """The primary key of the row that ``source_id`` becomes (design.md rule 1).

    ``organisation`` is the environment's address; only its host counts, so a trailing slash changes nothing.
    """
    host = (urlsplit(organisation).netloc or organisation).lower()
    return uuid5(NAMESPACE_URL, f"voice-for-dynamics/{host}/{kind}/{source_id}")
