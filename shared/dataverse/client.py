"""A client of the Dataverse Web API v9.2: rows, one-change-set batches, change tracking."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx

from shared.dataverse.batch import BatchAnswer, compose, parse
from shared.dataverse.errors import refused
from shared.dataverse.gate import Gate
from shared.dataverse.model import Change, ChangePage, WhoAmI
from shared.entra.tokens import TokenSource
from shared.errors import InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError

API = "/api/data/v9.2"
HEADERS = {
    "Accept": "application/json",
    "OData-MaxVersion": "4.0",
    "OData-Version": "4.0",
}
FRESH = {"If-None-Match": "null"}
"""What the documentation sends with every reading request, so that nothing on the way answers from a cache."""


class Dataverse:
    """One environment, as the application user.

    Every method raises Throttled ``dataverse-throttled``, Unavailable ``dataverse-unavailable``, Misconfigured
    ``dataverse-unauthorised`` or ``dataverse-forbidden``, InvalidInput ``dataverse-refused``, Missing
    ``dataverse-missing``, and what the token source raises. After Unavailable a write may have been done.
    """

    def __init__(self, url: str, tokens: TokenSource, http: httpx.AsyncClient) -> None:
        self.url = url.rstrip("/")
        self._tokens = tokens
        self._http = http
        self._gate = Gate()

    async def who_am_i(self) -> WhoAmI:
        row = await self.get("WhoAmI")
        with _as_documented():
            return WhoAmI(UUID(row["UserId"]), UUID(row["OrganizationId"]))

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, reader: UUID | None = None
    ) -> dict[str, Any]:
        """The JSON of one resource or one page of a set; as a person sees it whose Entra object id is ``reader``."""
        headers = FRESH if reader is None else {**FRESH, "CallerObjectId": str(reader)}
        return _json(await self._send("GET", f"{self.url}{API}/{path}{_query(query)}", headers=headers))

    async def every(self, entity_set: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """The rows of a set, page after page."""
        rows: list[dict[str, Any]] = []
        url: str | None = f"{self.url}{API}/{entity_set}{_query(query)}"
        while url:
            page = _json(await self._send("GET", url, headers=FRESH))
            with _as_documented():
                rows += page["value"]
            url = page.get("@odata.nextLink")
        return rows

    async def delete(self, path: str) -> None:
        """Deletes a row. One that is gone already is fine."""
        with suppress(Missing):
            await self._send("DELETE", f"{self.url}{API}/{path}", headers={})

    async def update(self, path: str, body: Mapping[str, Any], *, if_match: str = "*") -> None:
        """Changes columns of a row that is there. Raises Conflict ``dataverse-changed`` for a stale ETag."""
        url, headers = f"{self.url}{API}/{path}", {"If-Match": if_match}
        await self._send("PATCH", url, json=body, headers=headers, versioned=if_match != "*")

    async def act(self, action: str, body: Mapping[str, Any], caller: UUID) -> None:
        """Calls an action of the environment as a Dynamics user."""
        headers = {"MSCRMCallerID": str(caller)}
        await self._send("POST", f"{self.url}{API}/{action}", json=body, headers=headers)

    async def transact(self, changes: Sequence[Change]) -> list[dict[str, Any]]:
        """All changes or none, in one request; the rows of those changes that return theirs, else nothing.

        Raises what the first failing change means, as Conflict ``dataverse-exists`` when a row that was to be created
        is there.
        """
        content_type, body = compose(urlsplit(self.url).path + API, changes)
        versioned = not any(change.if_none_match for change in changes)
        url, headers = f"{self.url}{API}/$batch", {"Content-Type": content_type}
        answer = await self._send("POST", url, content=body.encode(), headers=headers, versioned=versioned)
        parts = _parts(answer)
        for part in parts:
            if part.status >= 400:
                raise self._refusal(part, versioned=versioned)
        if len(parts) != len(changes):
            raise Unavailable("dataverse-unavailable", "Dataverse answered a batch incompletely")
        with _as_documented():
            return [json.loads(part.body) if part.body else {} for part in parts]

    async def changes(self, entity_set: str, select: Sequence[str], link: str | None, page_size: int) -> ChangePage:
        """A page of change tracking, 5,000 rows at most: from the beginning without a link, else from where it says.

        Raises Missing ``delta-expired`` when the history does not reach back to the link, or the link is another
        environment's; Misconfigured ``dataverse-table-missing`` when there is no such table, ``dataverse-tracking-off``
        when its changes are not tracked.
        """
        if link and urlsplit(link).netloc.lower() != urlsplit(self.url).netloc.lower():
            raise Missing("delta-expired", "the link is one of another environment")
        url = link or f"{self.url}{API}/{entity_set}{_query({'$select': ','.join(select)})}"
        preferences = f"odata.track-changes, odata.maxpagesize={page_size}"
        try:
            page = _json(await self._send("GET", url, headers={**FRESH, "Prefer": preferences}))
        except Missing as error:
            if link is None:
                raise Misconfigured("dataverse-table-missing", f"the environment has no {entity_set}") from error
            raise Missing("delta-expired", error.message) from error
        except InvalidInput as error:
            if "change tracking" not in error.message.lower():
                raise
            raise Misconfigured("dataverse-tracking-off", f"Track changes is off for {entity_set}") from error
        with _as_documented():
            rows = page["value"]
            return ChangePage(
                records=[row for row in rows if not _is_deletion(row)],
                deleted_ids=[str(row["id"]) for row in rows if _is_deletion(row)],
                next_link=page.get("@odata.nextLink"),
                delta_link=page.get("@odata.deltaLink"),
            )

    async def _send(self, method: str, url: str, *, versioned: bool = False, **options: Any) -> httpx.Response:
        """One request; a token that is refused is renewed once."""
        for _ in range(2):
            token = await self._tokens.token(self.url)
            answer = await self._request(method, url, token, **options)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                break
            self._tokens.forget(self.url, token)
        if not answer.is_success:
            raise self._refusal(_failure(answer), versioned=versioned)
        return answer

    async def _request(
        self, method: str, url: str, token: str, *, headers: Mapping[str, str], **options: Any
    ) -> httpx.Response:
        all_headers = {**HEADERS, **headers, "Authorization": f"Bearer {token}"}
        async with self._gate.passage():
            try:
                return await self._http.request(method, url, headers=all_headers, **options)
            except (httpx.RequestError, httpx.InvalidURL) as error:
                raise Unavailable("dataverse-unavailable", "Dataverse does not answer") from error

    def _refusal(self, part: BatchAnswer, *, versioned: bool) -> VoiceError:
        error = refused(part.status, part.headers, part.body, versioned=versioned)
        if isinstance(error, Throttled):
            self._gate.close_for(error.retry_after_s)
        return error


@contextmanager
def _as_documented() -> Iterator[None]:
    """Around the reading of an answer that may lack what the documentation promises."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise Unavailable("dataverse-unavailable", "Dataverse's answer lacks what it should hold") from error


def _is_deletion(row: Mapping[str, Any]) -> bool:
    return "$deletedEntity" in str(row.get("@odata.context", ""))


def _failure(answer: httpx.Response) -> BatchAnswer:
    """What failed: the answer, or the part of it that did where a batch was refused as a whole."""
    whole = BatchAnswer(answer.status_code, dict(answer.headers), answer.text)
    if not answer.headers.get("Content-Type", "").startswith("multipart/"):
        return whole
    return next((part for part in _parts(answer) if part.status >= 400), whole)


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


def _parts(answer: httpx.Response) -> list[BatchAnswer]:
    try:
        return parse(answer.headers.get("Content-Type", ""), answer.content)
    except (ValueError, IndexError) as error:
        raise Unavailable("dataverse-unavailable", "Dataverse's batch answer cannot be read") from error
