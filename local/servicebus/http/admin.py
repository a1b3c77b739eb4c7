"""Queues over HTTP, as the administration clients of the SDKs ask: get, list, create, delete, counts.

``GET /{queue}``, ``GET /$Resources/queues``, ``PUT /{queue}``, ``DELETE /{queue}``; Azure answers a ``GET`` for what
does not exist with an empty feed.
"""

from dataclasses import dataclass

from aiohttp import web

from local.servicebus.core.errors import EntityNotFound, NotAllowed
from local.servicebus.http.atom import Described, read_queue, write_entry, write_feed
from local.servicebus.server.broker import Broker

PAGE = 100
ENTRY_TYPE = "application/atom+xml;type=entry;charset=utf-8"
FEED_TYPE = "application/atom+xml;type=feed;charset=utf-8"


@dataclass(eq=False, repr=False)
class Administration:
    """The handlers, on one broker."""

    broker: Broker

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/$Resources/queues", self.list_queues),
            web.get("/{queue:.+}", self.get_queue),
            web.put("/{queue:.+}", self.create_queue),
            web.delete("/{queue:.+}", self.delete_queue),
        ]

    async def list_queues(self, request: web.Request) -> web.Response:
        self._check(request)
        skip, top = int(request.query.get("$skip", 0)), int(request.query.get("$top", PAGE))
        names = self.broker.namespace.queue_names()[skip : skip + top]
        feed = write_feed([self._described(name) for name in names], str(request.url.origin()))
        return web.Response(body=feed, headers={"Content-Type": FEED_TYPE})

    async def get_queue(self, request: web.Request) -> web.Response:
        self._check(request)
        try:
            described = self._described(request.match_info["queue"])
        except EntityNotFound:
            empty = write_feed([], str(request.url.origin()))
            return web.Response(body=empty, headers={"Content-Type": FEED_TYPE})
        return self._entry(request, described, 200)

    async def create_queue(self, request: web.Request) -> web.Response:
        self._check(request)
        name = request.match_info["queue"]
        if "If-Match" in request.headers:
            raise NotAllowed("the settings of a queue cannot be changed: delete it and create it again")
        self.broker.create_queue(name, read_queue(await request.read()))
        return self._entry(request, self._described(name), 201)

    async def delete_queue(self, request: web.Request) -> web.Response:
        self._check(request)
        with self.broker.turn():
            self.broker.namespace.delete_queue(request.match_info["queue"])
        return web.Response()

    def _check(self, request: web.Request) -> None:
        self.broker.tokens.check(request.headers.get("Authorization", ""))

    def _described(self, name: str) -> Described:
        namespace = self.broker.namespace
        return name, namespace.queue(name).settings, namespace.counts(name)

    def _entry(self, request: web.Request, described: Described, status: int) -> web.Response:
        body = write_entry(described, str(request.url.origin()))
        return web.Response(body=body, status=status, headers={"Content-Type": ENTRY_TYPE})
