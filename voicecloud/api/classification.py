"""Tag classification: schemas, instances, and which queue or callback list uses which schema."""

from aiohttp import web

from voicecloud.api import query
from voicecloud.api.http import Route, body, caller, json_response, services
from voicecloud.organisation.model import Document


async def schemas(request: web.Request) -> object:
    include = query.text(request, "IncludeChildren").lower() != "false"
    return [_schema(one, include) for one in services(request).classifications.schemas()]


async def schema(request: web.Request) -> object:
    return _schema(services(request).classifications.schema(request.match_info["id"]), children=True)


async def classify(request: web.Request) -> object:
    created = await services(request).classifications.add(caller(request), await body(request))
    return json_response(created, 201)


async def instances(request: web.Request) -> object:
    """Of a ``CallId`` or ``CallbackListItemId``."""
    subject = query.text(request, "CallId") or query.text(request, "CallbackListItemId")
    return await services(request).classifications.of(subject)


async def queue_schemas(request: web.Request) -> object:
    found = services(request)
    return [
        {"QueueId": queue_id, "QueueName": found.directory.queue(queue_id).name, "SchemaId": one["Id"]}
        for one in found.classifications.schemas()
        for queue_id in one.get("Queues", [])
    ]


async def list_schemas(request: web.Request) -> object:
    found = services(request)
    return [
        {
            "ListId": list_id,
            "ListName": found.directory.callback_list(list_id).name,
            "SchemaId": one["Id"],
            "RequestTypeId": None,
        }
        for one in found.classifications.schemas()
        for list_id in one.get("CallbackLists", [])
    ]


def _schema(document: Document, children: bool) -> dict[str, object]:
    shown: dict[str, object] = {"Id": document["Id"], "Name": document["Name"]}
    return {**shown, "Groups": document["Groups"]} if children else shown


ROUTES = [
    Route("GET", "/classification/schemas", schemas),
    Route("GET", "/classification/schemas/{id}", schema),
    Route("POST", "/classification/instance", classify),
    Route("GET", "/classification/instance", instances),
    Route("GET", "/classification/queueschemas", queue_schemas),
    Route("GET", "/classification/calllistschemas", list_schemas),
]
