"""A client of the Dataverse Web API v9.2: rows, one-change-set batches, change tracking."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx

from shared.dataverse.batch import Part, compose, parse
from shared.dataverse.errors import refused
from shared.dataverse.gate import Gate
from shared.dataverse.model import Change, ChangePage, WhoAmI
from shared.entra.tokens import TokenSource
from shared.errors import Missing, Throttled, Unavailable, VoiceError

API = "/api/data/v9.2"
PAGE_SIZE = 5000
HEADERS = {
    "Accept": "application/json",
    "OData-MaxVersion": "4.0",
    "OData-Version": "4.0",
}


class Dataverse:
    """One environment, as the application user.

    Every method raises Throttled ``dataverse-throttled``, Unavailable ``dataverse-unavailable``, Misconfigured
    ``dataverse-unauthorised`` or ``dataverse-forbidden``, InvalidInput ``dataverse-refused``, Missing
    ``dataverse-missing``.
    """

    def __init__(self, url: str, tokens: TokenSource, http: httpx.AsyncClient) -> None:
        self.url = url.rstrip("/")
        self._tokens = tokens
        self._http = http
        self._gate = Gate()

    async def who_am_i(self) -> WhoAmI:
        row = await self.get("WhoAmI")
        return WhoAmI(UUID(row["UserId"]), UUID(row["OrganizationId"]))

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON of one resource or one page of a set."""
        return _json(await self._send("GET", f"{self.url}{API}/{path}{_query(query)}"))

    async def update(self, path: str, body: Mapping[str, Any], *, if_match: str = "*") -> None:
        """Changes columns of a row that is there. Raises Conflict ``dataverse-changed`` for a stale ETag."""
        await self._send("PATCH", f"{self.url}{API}/{path}", json=body, headers={"If-Match": if_match})

    async def transact(self, changes: Sequence[Change]) -> None:
        """All changes or none, in one request. Raises what the first failing change means, as Conflict
        ``dataverse-exists`` when a row that was to be created is there."""
        content_type, body = compose(urlsplit(self.url).path + API, changes)
        answer = await self._send(
            "POST", f"{self.url}{API}/$batch", content=body.encode(), headers={"Content-Type": content_type}
        )
        parts = _parts(answer)
        for part in parts:
            if part.status >= 400:
                raise self._refusal(part.status, part.headers, part.body)
        if len(parts) != len(changes):
            raise Unavailable("dataverse-unavailable", "Dataverse answered a batch incompletely")

    async def changes(self, entity_set: str, select: Sequence[str], link: str | None) -> ChangePage:
        """A page of change tracking: from the beginning without a link, else from where a link says.

        Raises Missing ``delta-expired`` when the history does not reach back to the link.
        """
        url = link or f"{self.url}{API}/{entity_set}{_query({'$select': ','.join(select)})}"
        preferences = f"odata.track-changes, odata.maxpagesize={PAGE_SIZE}"
        try:
            page = _json(await self._send("GET", url, headers={"Prefer": preferences}))
        except Missing as error:
            raise Missing("delta-expired", error.message) from error
        rows = page["value"]
        return ChangePage(
            records=[row for row in rows if "$deletedEntity" not in str(row.get("@odata.context", ""))],
            deleted_ids=[str(row["id"]) for row in rows if "$deletedEntity" in str(row.get("@odata.context", ""))],
            next_link=page.get("@odata.nextLink"),
            delta_link=page.get("@odata.deltaLink"),
        )

    async def _send(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One request; a token that is refused is renewed once."""
        answer = await self._request(method, url, **options)
        if answer.status_code == 401:
            self._tokens.forget(self.url)
            answer = await self._request(method, url, **options)
        if answer.is_error:
            raise self._refusal(answer.status_code, answer.headers, answer.text)
        return answer

    async def _request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        token = await self._tokens.token(self.url)
        all_headers = {**HEADERS, **(headers or {}), "Authorization": f"Bearer {token}"}
        async with self._gate.passage():
            try:
                return await self._http.request(method, url, headers=all_headers, **options)
            except httpx.TransportError as error:
                raise Unavailable("dataverse-unavailable", "Dataverse does not answer") from error

    def _refusal(self, status: int, headers: Mapping[str, str], body: str) -> VoiceError:
        error = refused(status, headers, body)
        if isinstance(error, Throttled):
            self._gate.close_for(error.retry_after_s)
        return error


def _query(query: Mapping[str, str] | None) -> str:
    """A query string with ``+`` and spaces encoded, and OData's own ``$`` and ``,`` left readable."""
    if not query:
        return ""
    return "?" + "&".join(f"{name}={quote(value, safe="$,'()")}" for name, value in query.items())


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        document: dict[str, Any] = answer.json()
    except ValueError as error:
        raise Unavailable("dataverse-unavailable", "Dataverse's answer is not JSON") from error
    return document


def _parts(answer: httpx.Response) -> list[Part]:
    try:
        return parse(answer.headers.get("Content-Type", ""), answer.content)
    except (ValueError, IndexError) as error:
        raise Unavailable("dataverse-unavailable", "Dataverse's batch answer cannot be read") from error
