"""Tag classification: schemas, instances, and which queue or callback list uses which schema."""

from aiohttp import web

from voicecloud.api import query
from voicecloud.api.callbacks import require_list
from voicecloud.api.http import Route, body, caller, json_response, services
from voicecloud.classification.service import subject
from voicecloud.organisation.model import Document
from voicecloud.records.rows import USER_ROW, StoredRow
from voicecloud.users.rights import acts_for, sees_row


async def schemas(request: web.Request) -> object:
    include = query.text(request, "IncludeChildren").lower() != "false"
    return [_schema(one, include) for one in services(request).classifications.schemas()]


async def schema(request: web.Request) -> object:
    return _schema(services(request).classifications.schema(request.match_info["id"]), children=True)


async def classify(request: web.Request) -> object:
    document, found = await body(request), services(request)
    if item_id := document.get("CallListItemId"):
        await _require_callback(request, item_id)
    created = await found.classifications.add(caller(request), document)
    return json_response(created, 201)


async def instances(request: web.Request) -> object:
    """Of a ``CallId`` or ``CallbackListItemId``; of calls the caller had no part in, nothing but their own."""
    found, call_id = services(request), query.text(request, "CallId")
    if not call_id:
        item_id = query.text(request, "CallbackListItemId")
        await _require_callback(request, item_id)
        return await found.classifications.of(item_id)
    given = await found.classifications.of(call_id)
    rows = await found.telephony.records.of_call(call_id)
    sees_all = acts_for(caller(request), "") or any(_is_seen(request, row) for row in rows)
    return [one for one in given if sees_all or one["UserId"] == caller(request).id]


def _is_seen(request: web.Request, row: StoredRow) -> bool:
    return row.kind == USER_ROW and sees_row(caller(request), row.document)


async def _require_callback(request: web.Request, item_id: object) -> None:
    """Raises Missing ``callback-unknown``, Forbidden ``foreign-callback-list``."""
    callback = await services(request).callbacks.get(subject(item_id))
    require_list(request, callback.list_id)


async def queue_schemas(request: web.Request) -> object:
    found = services(request)
    return [
        {"QueueId": queue_id, "QueueName": found.directory.queue(queue_id).name, "SchemaId": one["Id"]}
        for one in found.classifications.schemas()
        for queue_id in one.get("Queues", [])
        if queue_id in found.directory.queues
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
        if list_id in found.directory.callback_lists
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
