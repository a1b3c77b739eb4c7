"""The installation's signing key: made at the first start, kept in Table Storage, never shown."""

import secrets

from shared.storage.tables import Table

_PARTITION, _KEY = "installation", "signing-key"


async def signing_key(table: Table) -> bytes:
    """Reads the key, or makes it; whoever writes first wins."""
    return bytes((await table.ensure(_PARTITION, _KEY, {"key": secrets.token_bytes(32)})).values["key"])
