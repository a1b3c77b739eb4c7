"""RemoteExecutionContext: what a webhook is sent (Microsoft, *Work with webhooks*)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from local.dynamics.data.model import Written
from local.dynamics.data.schema import Type
from local.dynamics.data.store import target_of

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
POST_OPERATION, ASYNCHRONOUS = 40, 1
MAX_BYTES = 256 * 1024
STRIPPED = ("InputParameters", "PreEntityImages", "PostEntityImages", "ParentContext")
"""What a message loses that is too large."""


def remote_execution_context(written: Written, organisation: str, now: datetime) -> dict[str, Any]:
    """The JSON document; dates are ``/Date(ms)/``, lookups EntityReference, choices OptionSetValue."""
    caller = written.caller
    return {
        "BusinessUnitId": str(uuid5(NAMESPACE_URL, f"{organisation}/unit")),
        "CorrelationId": str(uuid4()),
        "Depth": 1,
        "InitiatingUserId": caller.on_behalf_by or caller.user_id,
        "InputParameters": [{"key": "Target", "value": _target(written)}],
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": written.message,
        "Mode": ASYNCHRONOUS,
        "OperationCreatedOn": date(now),
        "OperationId": str(uuid4()),
        "OrganizationId": str(uuid5(NAMESPACE_URL, organisation)),
        "OrganizationName": organisation,
        "OutputParameters": [{"key": "id", "value": written.key}] if written.message == "Create" else [],
        "OwningExtension": {"Id": str(uuid4()), "LogicalName": "sdkmessageprocessingstep", "KeyAttributes": []},
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": written.key,
        "PrimaryEntityName": written.table.name,
        "RequestId": str(uuid4()),
        "SecondaryEntityName": "none",
        "SharedVariables": [],
        "Stage": POST_OPERATION,
        "UserId": caller.user_id,
    }


def stripped(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a message above 256 kB."""
    return {name: None if name in STRIPPED else value for name, value in context.items()}


def date(moment: datetime) -> str:
    return f"/Date({int(moment.timestamp() * 1000)})/"


def _target(written: Written) -> dict[str, Any]:
    if written.message == "Delete":
        return _reference(written.table.name, written.key)
    attributes = [{"key": name, "value": _value(written, name)} for name in sorted(written.columns)]
    return {
        "__type": f"Entity:{CONTRACTS}",
        "Attributes": attributes,
        "EntityState": None,
        "FormattedValues": [],
        "Id": written.key,
        "KeyAttributes": [],
        "LogicalName": written.table.name,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def _value(written: Written, name: str) -> object:
    column, value = written.table.columns[name], written.row.get(name)
    if value is None:
        return None
    if column.type is Type.LOOKUP:
        return _reference(str(written.row[target_of(name)]), str(value))
    if column.type is Type.PICKLIST:
        return {"__type": f"OptionSetValue:{CONTRACTS}", "Value": value}
    if column.type is Type.DATETIME:
        return date(datetime.fromisoformat(str(value)))
    return bool(value) if column.type is Type.BOOLEAN else value


def _reference(table: str, key: str) -> dict[str, Any]:
    return {
        "__type": f"EntityReference:{CONTRACTS}",
        "Id": key,
        "KeyAttributes": [],
        "LogicalName": table,
        "Name": None,
        "RowVersion": None,
    }
