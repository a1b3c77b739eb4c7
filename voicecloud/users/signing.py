"""The installation's signing key: made at the first start, kept in Table Storage, never shown."""

import secrets

from shared.errors import Conflict
from shared.storage.tables import Row, Table

_PARTITION, _KEY = "installation", "signing-key"


async def signing_key(table: Table) -> bytes:
    """Reads the key, or makes it; whoever writes first wins."""
    row = await table.get(_PARTITION, _KEY)
    if row is None:
        try:
            row = await table.insert(Row(_PARTITION, _KEY, {"key": secrets.token_bytes(32)}))
        except Conflict:
            return await signing_key(table)
    return bytes(row.values["key"])
