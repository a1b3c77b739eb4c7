"""Where the index stands, in one row of the ``numbers`` table: partition ``index``, row ``state``."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from shared.clock import from_iso, to_iso
from shared.identity.model import CustomerKind
from shared.storage.tables import Row, Table

PARTITION = "index"
STATE = "state"
REBUILD = "rebuild-request"


@dataclass(frozen=True)
class Build:
    """A new generation being filled: table by table, page by page, so that it can go on after any interruption.

    ``unfinished``: the page at ``next_link`` may have been written in part; ``reading``: how numbers are read.
    """

    generation: str
    region: str | None
    kind: CustomerKind
    next_link: str | None = None
    unfinished: bool = False
    delta_links: Mapping[CustomerKind, str] = field(default_factory=dict)
    reading: int = 0


@dataclass(frozen=True)
class SyncFault:
    """Why a table is not followed: code and message of the error, and when it was last tried."""

    code: str
    message: str
    tried_at: datetime


@dataclass(frozen=True)
class Watermark:
    """How far the index has followed Dataverse.

    ``generation``: the complete index in use, None before the first load; ``region`` and ``reading``: how its numbers
    were read, 0 before there were several ways; ``built_at``: when it was taken into use; ``delta_links``: per table,
    where the next changes begin, none for a table that is not followed; ``synced_at``: when Dataverse last had nothing
    newer in those that are; ``faults``: the tables that could not be read when they were last tried; ``obsolete``:
    generations to be deleted.
    """

    generation: str | None = None
    region: str | None = None
    built_at: datetime | None = None
    delta_links: Mapping[CustomerKind, str] = field(default_factory=dict)
    synced_at: datetime | None = None
    build: Build | None = None
    faults: Mapping[CustomerKind, SyncFault] = field(default_factory=dict)
    obsolete: tuple[str, ...] = ()
    reading: int = 0
    etag: str | None = field(default=None, compare=False)

    def begin(self, build: Build) -> Self:
        """A build that was under way is given up; what it wrote is deleted later."""
        given_up = (self.build.generation,) if self.build else ()
        return replace(self, build=build, obsolete=(*self.obsolete, *given_up))

    def finish(self, build: Build, now: datetime) -> Self:
        """The build becomes the index in use."""
        before = (self.generation,) if self.generation else ()
        return replace(
            self,
            generation=build.generation,
            region=build.region,
            reading=build.reading,
            built_at=now,
            delta_links=build.delta_links,
            build=None,
            obsolete=(*self.obsolete, *before),
        )

    def with_fault(self, kind: CustomerKind, fault: SyncFault) -> Self:
        return replace(self, faults={**self.faults, kind: fault})

    def without_faults(self, kinds: Iterable[CustomerKind]) -> Self:
        return replace(self, faults={kind: fault for kind, fault in self.faults.items() if kind not in kinds})


@dataclass(eq=False, repr=False)
class WatermarkStore:
    """Reads and writes the state row; writers hold the index lease, and one that lost it gets Conflict."""

    table: Table

    async def read(self) -> Watermark:
        row = await self.table.get(PARTITION, STATE)
        return replace(_from_document(json.loads(row.values["document"])), etag=row.etag) if row else Watermark()

    async def write(self, watermark: Watermark) -> Watermark:
        """The watermark with its new version. Raises Conflict when another one was written since it was read."""
        row = Row(PARTITION, STATE, {"document": json.dumps(_to_document(watermark))}, watermark.etag)
        written = await (self.table.replace(row) if watermark.etag else self.table.insert(row))
        return replace(watermark, etag=written.etag)

    async def request_rebuild(self) -> None:
        await self.table.put(Row(PARTITION, REBUILD, {}))

    async def rebuild_requested(self) -> bool:
        return await self.table.get(PARTITION, REBUILD) is not None

    async def rebuild_begun(self) -> None:
        await self.table.delete(PARTITION, REBUILD)


def _to_document(watermark: Watermark) -> dict[str, object]:
    build = watermark.build
    return {
        "generation": watermark.generation,
        "region": watermark.region,
        "reading": watermark.reading,
        "delta_links": dict(watermark.delta_links),
        "built_at": to_iso(watermark.built_at) if watermark.built_at else None,
        "synced_at": to_iso(watermark.synced_at) if watermark.synced_at else None,
        "obsolete": list(watermark.obsolete),
        "faults": {
            kind: {"code": fault.code, "message": fault.message, "tried_at": to_iso(fault.tried_at)}
            for kind, fault in watermark.faults.items()
        },
        "build": build
        and {
            "generation": build.generation,
            "region": build.region,
            "reading": build.reading,
            "kind": build.kind,
            "next_link": build.next_link,
            "unfinished": build.unfinished,
            "delta_links": dict(build.delta_links),
        },
    }


def _from_document(document: Mapping[str, Any]) -> Watermark:
    build = document["build"]
    return Watermark(
        generation=document["generation"],
        region=document["region"],
        reading=document.get("reading", 0),
        built_at=_moment(document["built_at"]),
        delta_links=_links(document["delta_links"]),
        synced_at=_moment(document["synced_at"]),
        obsolete=tuple(document["obsolete"]),
        faults={CustomerKind(kind): _fault(one) for kind, one in document.get("faults", {}).items()},
        build=_build(build) if build else None,
    )


def _fault(document: Mapping[str, str]) -> SyncFault:
    return SyncFault(document["code"], document["message"], from_iso(document["tried_at"]))


def _build(document: Mapping[str, Any]) -> Build:
    return Build(
        generation=document["generation"],
        region=document["region"],
        reading=document.get("reading", 0),
        kind=CustomerKind(document["kind"]),
        next_link=document["next_link"],
        unfinished=document["unfinished"],
        delta_links=_links(document["delta_links"]),
    )


def _links(document: Mapping[str, str]) -> dict[CustomerKind, str]:
    return {CustomerKind(kind): link for kind, link in document.items()}


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
